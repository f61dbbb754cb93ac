#include "run/analytic.hpp"

#include <cmath>

#include "analytic/gaussian_chain.hpp"
#include "analytic/gaussian_fluctuations.hpp"
#include "analytic/gaussian_mean.hpp"
#include "analytic/gaussian_ou.hpp"
#include "analytic/regression.hpp"
#include "analytic/sgld_gaussian.hpp"
#include "data/design.hpp"

namespace calor::run {

namespace {

using experiment::Data;
using experiment::Rational;

template <analytic::Number R>
analytic::DataMoments<R> moments(const Data& data, std::size_t coordinate) {
  if (data.source == Data::Source::target)
    return analytic::DataMoments<R>::sampled(data.size, num::from_rational<R>(data.mean[coordinate]),
                                             num::from_rational<R>(data.variance[coordinate]));
  Rational mean = 0, square = 0;
  for (const auto& row : data.values) {
    mean += row[coordinate] / data.size;
    square += row[coordinate] * row[coordinate] / data.size;
  }
  return analytic::DataMoments<R>::given(num::from_rational<R>(mean),
                                         num::from_rational<R>(Rational(square - mean * mean)));
}

/// A stream's minibatch of m fresh examples: the mean of m draws at every step.
template <analytic::Number R>
analytic::DataMoments<R> stream_moments(const experiment::Experiment& e, std::size_t coordinate) {
  return analytic::DataMoments<R>::sampled(e.learner.batch_size, num::from_rational<R>(e.data.mean[coordinate]),
                                           num::from_rational<R>(e.data.variance[coordinate]));
}

/// The sampler's rate; infinity if X is redrawn at every turn.
template <analytic::Number R>
R turn_rate(const experiment::Experiment& e) {
  return e.sampler.kind == "ou" ? num::from_rational<R>(*e.sampler.rate) : num::infinity<R>();
}

template <analytic::Number R>
analytic::Quantities<R> langevin_at(const experiment::Experiment& e, const analytic::GaussianLearner<R>& learner,
                                    const R& t) {
  if (e.time.step) {
    const R step = num::from_rational<R>(*e.time.step);
    return analytic::gaussian_lagged(learner, turn_rate<R>(e), step, std::lround(num::to_double(R(t / step))));
  }
  if (e.sampler.kind == "ou") return analytic::gaussian_ou(learner, turn_rate<R>(e), t);
  return analytic::gaussian_mean(learner, t);
}

template <Real R>
num::Vector<R> vector_of(const std::vector<Rational>& exact) {
  num::Vector<R> out(static_cast<Eigen::Index>(exact.size()));
  for (std::size_t i = 0; i < exact.size(); ++i) out[static_cast<Eigen::Index>(i)] = num::from_rational<R>(exact[i]);
  return out;
}

/// E[g] and E[(1/N) sum y²] of the data: given responses, or responses drawn around w*.u_j.
template <Real R>
void set_responses(const experiment::Experiment& e, const std::vector<Rational>& responses,
                   analytic::Regression<R>& out) {
  std::vector<Rational> gradient(e.model.inputs.front().size(), 0);
  Rational square = 0;
  const int n = e.data.size;
  for (std::size_t j = 0; j < responses.size(); ++j) {
    for (std::size_t a = 0; a < gradient.size(); ++a) gradient[a] += responses[j] * e.model.inputs[j][a] / n;
    square += responses[j] * responses[j] / n;
  }
  out.fixed = e.data.source == Data::Source::values;
  if (!out.fixed) {
    square += e.data.variance.front();
    out.noise = num::from_rational<R>(Rational(e.data.variance.front() / n));
  }
  out.gradient = vector_of<R>(gradient);
  out.square = num::from_rational<R>(square);
}

}  // namespace

template <analytic::Number R>
std::vector<analytic::GaussianCoordinate<R>> gaussian_coordinates(const experiment::Experiment& e) {
  std::vector<analytic::GaussianCoordinate<R>> out;
  for (std::size_t i = 0; i < e.learner.initial_mean.size(); ++i) {
    const R s = num::from_rational<R>(e.learner.initial_stddev[i]);
    out.push_back({e.data.source == Data::Source::stream ? stream_moments<R>(e, i) : moments<R>(e.data, i),
                   num::from_rational<R>(e.learner.initial_mean[i]), s * s});
  }
  return out;
}

template <Real R>
analytic::Regression<R> regression_problem(const experiment::Experiment& e) {
  const data::Design<R> design(e.model.inputs);
  analytic::Regression<R> out;
  out.moment = design.moment;
  out.rank = design.rank;
  out.inputs = num::Matrix<R>(static_cast<Eigen::Index>(e.model.inputs.size()), design.moment.cols());
  std::vector<Rational> responses;
  for (std::size_t j = 0; j < e.model.inputs.size(); ++j) {
    const auto& u = e.model.inputs[j];
    out.inputs.row(static_cast<Eigen::Index>(j)) = vector_of<R>(u).transpose();
    responses.push_back(e.data.source == Data::Source::values ? e.data.values[j].front() : Rational(0));
    for (std::size_t a = 0; a < e.data.weights.size(); ++a) responses.back() += e.data.weights[a] * u[a];
  }
  out.stddev = num::from_rational<R>(e.model.stddev);
  if (!e.learner.mobility.values.empty()) out.mobility = num::from_rational<R>(e.learner.mobility.values.front());
  out.temperature = num::from_rational<R>(e.learner.temperature.values.front());
  out.weight_decay = num::from_rational<R>(e.learner.weight_decay);
  out.initial_mean = vector_of<R>(e.learner.initial_mean);
  out.initial_variance = vector_of<R>(e.learner.initial_stddev).array().square();
  set_responses(e, responses, out);
  return out;
}

namespace {

bool regression_has_closed_form(const experiment::Experiment& e) {
  return e.learner.kind == "langevin" && e.learner.mobility.constant() && e.learner.temperature.constant() &&
         e.learner.temperature.values.front() > 0 && e.sampler.kind == "equilibrium" && !e.time.step;
}

template <Real R>
ledger::Book<R> regression_book(const experiment::Experiment& e, const std::vector<R>& points) {
  using std::fabs;
  const auto problem = regression_problem<R>(e);
  const R error = num::epsilon<R>() * R(1e9) * analytic::condition(problem);
  ledger::Book<R> book;
  for (const auto& t : points) {
    ledger::Entries<R> entries;
    for (const auto& [name, value] : analytic::regression(problem, t))
      entries[name] = {value, value == 0 ? R(0) : R(error * (1 + fabs(value)))};
    book.push_back(std::move(entries));
  }
  return book;
}

template <Real R>
analytic::Quantities<R> fluctuations_at(const experiment::Experiment& e, const R& t) {
  const analytic::GaussianLearner<R> learner{num::from_rational<R>(e.model.stddev),
                                             num::from_rational<R>(e.learner.mobility.values.front()),
                                             num::from_rational<R>(e.learner.temperature.values.front()),
                                             num::from_rational<R>(e.learner.weight_decay), gaussian_coordinates<R>(e)};
  if (e.time.step) {
    const R step = num::from_rational<R>(*e.time.step);
    return analytic::lagged_fluctuations(learner, turn_rate<R>(e), step, std::lround(num::to_double(R(t / step))));
  }
  if (e.sampler.kind == "ou") return analytic::ou_fluctuations(learner, turn_rate<R>(e), t);
  return analytic::equilibrium_fluctuations(learner, t);
}

}  // namespace

bool sees_all(const experiment::Experiment& e) {
  return e.learner.batch == "full" || (e.learner.batch == "minibatch" && e.data.size == 1);
}

bool has_closed_form(const experiment::Experiment& e) {
  if (e.model.kind == "linear-regression") return regression_has_closed_form(e);
  if (e.model.kind != "gaussian-mean" || !e.learner.temperature.constant()) return false;
  if (e.sampler.kind != "equilibrium" && e.sampler.kind != "ou") return false;
  if (e.learner.kind == "langevin") return e.learner.mobility.constant();
  return e.learner.kind == "sgld" && (sees_all(e) || e.learner.batch == "stream") && e.learner.learning_rate.constant();
}

template <analytic::Number R>
analytic::Quantities<R> closed_form_at(const experiment::Experiment& e, const R& t) {
  const auto& l = e.learner;
  const R stddev = num::from_rational<R>(e.model.stddev), decay = num::from_rational<R>(l.weight_decay),
          temperature = num::from_rational<R>(l.temperature.values.front());
  if (l.kind == "sgld") {
    const R rate = num::from_rational<R>(l.learning_rate.values.front());
    const R keep = e.sampler.kind == "ou" ? R(exp(-turn_rate<R>(e))) : R(0);
    return analytic::sgld_gaussian(analytic::SgldGaussian<R>{stddev, rate, temperature, decay, l.batch == "stream",
                                                             keep, gaussian_coordinates<R>(e)},
                                   std::lround(num::to_double(t)));
  }
  return langevin_at(e,
                     analytic::GaussianLearner<R>{stddev, num::from_rational<R>(l.mobility.values.front()), temperature,
                                                  decay, gaussian_coordinates<R>(e)},
                     t);
}

template <Real R>
ledger::Book<R> closed_form_book(const experiment::Experiment& e, const std::vector<R>& points, bool fluctuations) {
  using std::fabs;
  if (e.model.kind == "linear-regression") return regression_book(e, points);
  // the formulas lose at most a few digits to cancellation; twelve are given away
  const R error = num::epsilon<R>() * R(1e12);
  ledger::Book<R> book;
  for (const auto& t : points) {
    ledger::Entries<R> entries;
    for (const auto& [name, value] : closed_form_at(e, t))
      entries[name] = {value, value == 0 ? R(0) : R(error * (1 + fabs(value)))};
    if (fluctuations && e.learner.kind != "sgld")
      for (const auto& [name, value] : fluctuations_at<R>(e, t))
        entries[name] = {value, value == 0 ? R(0) : R(error * (1 + fabs(value)))};
    book.push_back(std::move(entries));
  }
  return book;
}

#define CALOR_INSTANTIATE(R)                                                                             \
  template ledger::Book<R> closed_form_book(const experiment::Experiment&, const std::vector<R>&, bool); \
  template analytic::Regression<R> regression_problem(const experiment::Experiment&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE
#define CALOR_INSTANTIATE_AT(R)                                                             \
  template analytic::Quantities<R> closed_form_at(const experiment::Experiment&, const R&); \
  template std::vector<analytic::GaussianCoordinate<R>> gaussian_coordinates(const experiment::Experiment&);
CALOR_FOR_EACH_NUMBER(CALOR_INSTANTIATE_AT)

}  // namespace calor::run
