#include "run/analytic.hpp"

#include "analytic/gaussian_mean.hpp"

namespace calor::run {

namespace {

using experiment::Data;
using experiment::Rational;

template <Real R>
analytic::DataMoments<R> moments(const Data& data, std::size_t coordinate) {
  if (data.source == Data::Source::target)
    return analytic::DataMoments<R>::sampled(data.size, num::from_rational<R>(data.mean[coordinate]),
                                             num::from_rational<R>(data.variance[coordinate]));
  Rational mean = 0, square = 0;
  for (const auto& row : data.values) {
    mean += row[coordinate] / data.size;
    square += row[coordinate] * row[coordinate] / data.size;
  }
  return analytic::DataMoments<R>::given(num::from_rational<R>(mean), num::from_rational<R>(Rational(square - mean * mean)));
}

}  // namespace

bool has_closed_form(const experiment::Experiment& e) {
  return e.model.kind == "gaussian-mean" && e.learner.kind == "langevin" && e.learner.mobility.constant() &&
         e.learner.temperature.constant() && e.sampler.kind == "equilibrium" && !e.time.step;
}

template <Real R>
ledger::Book<R> closed_form_book(const experiment::Experiment& e, const Study<R>& study) {
  using std::fabs;
  const auto& l = study.learner;
  analytic::GaussianLearner<R> learner{num::from_rational<R>(e.model.stddev), l.mobility, l.temperature, l.weight_decay, {}};
  for (std::size_t i = 0; i < l.initial_mean.size(); ++i)
    learner.coordinates.push_back({moments<R>(e.data, i), l.initial_mean[i], l.initial_stddev[i] * l.initial_stddev[i]});
  // the formulas lose at most a few digits to cancellation; twelve are given away
  const R error = num::epsilon<R>() * R(1e12);
  ledger::Book<R> book;
  for (const auto& t : study.points) {
    ledger::Entries<R> entries;
    for (const auto& [name, value] : analytic::gaussian_mean(learner, t))
      entries[name] = {value, value == 0 ? R(0) : R(error * (1 + fabs(value)))};
    book.push_back(std::move(entries));
  }
  return book;
}

#define CALOR_INSTANTIATE(R) \
  template ledger::Book<R> closed_form_book(const experiment::Experiment&, const Study<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)

}  // namespace calor::run
