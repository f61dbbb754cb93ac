#include "run/stream_way.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "analytic/regression_stream.hpp"
#include "learner/draws.hpp"
#include "learner/sgld.hpp"
#include "num/errors.hpp"
#include "run/linear_learners.hpp"
#include "run/refine.hpp"
#include "run/sgld_rows.hpp"

namespace calor::run {

namespace {

using analytic::Quantities;
using experiment::Rational;

constexpr double most_row_sequences = 65536;

/// Upper triangle of the sum of u uᵀ over some rows.
using Moment = std::vector<Rational>;

Moment moment_of(const std::vector<Rational>& u) {
  Moment out;
  for (std::size_t a = 0; a < u.size(); ++a)
    for (std::size_t b = a; b < u.size(); ++b) out.push_back(u[a] * u[b]);
  return out;
}

/// Sums over the rows of a batch, drawn uniformly, with their probabilities.
std::map<Moment, Rational> row_moments(const experiment::Experiment& e,
                                       const std::vector<std::vector<Rational>>& inputs) {
  std::map<Moment, Rational> one;
  for (const auto& u : inputs) one[moment_of(u)] += Rational(1, static_cast<long>(inputs.size()));
  return learner::sums_of_draws(one, e);
}

template <Real R>
num::Vector<R> real_vector(const std::vector<Rational>& exact) {
  num::Vector<R> out(static_cast<Eigen::Index>(exact.size()));
  for (std::size_t i = 0; i < exact.size(); ++i) out[static_cast<Eigen::Index>(i)] = num::from_rational<R>(exact[i]);
  return out;
}

/// One learner: all weights of a regression, or one coordinate of gaussian-mean.
template <Real R>
analytic::RegressionStream<R> stream_problem(const experiment::Experiment& e, std::size_t coordinate) {
  const bool regression = e.model.kind == "linear-regression";
  const std::vector<std::vector<Rational>> inputs =
      regression ? e.model.inputs : std::vector<std::vector<Rational>>{{Rational(1)}};
  const auto d = static_cast<Eigen::Index>(inputs.front().size());
  const auto part = [&](const std::vector<Rational>& all) {
    return real_vector<R>(regression ? all : std::vector<Rational>{all[coordinate]});
  };
  analytic::RegressionStream<R> out;
  out.inputs = num::Matrix<R>(static_cast<Eigen::Index>(inputs.size()), d);
  for (std::size_t j = 0; j < inputs.size(); ++j)
    out.inputs.row(static_cast<Eigen::Index>(j)) = real_vector<R>(inputs[j]).transpose();
  const R s = num::from_rational<R>(e.model.stddev);
  out.s2 = s * s;
  out.weight_decay = num::from_rational<R>(e.learner.weight_decay);
  out.truth = part(regression ? e.data.weights : e.data.mean);
  out.variance = num::from_rational<R>(e.data.variance[regression ? 0 : coordinate]);
  out.batch_size = e.learner.batch_size;
  for (const auto& [sum, weight] : row_moments(e, inputs)) {
    num::Matrix<R> m(d, d);
    std::size_t next = 0;
    for (Eigen::Index a = 0; a < d; ++a)
      for (Eigen::Index b = a; b < d; ++b)
        m(a, b) = m(b, a) = num::from_rational<R>(Rational(sum[next++] / e.learner.batch_size));
    out.batches.push_back({num::from_rational<R>(weight), m});
  }
  out.start_mean = part(e.learner.initial_mean);
  out.start_variance = part(e.learner.initial_stddev).array().square();
  return out;
}

void require_sequences(const experiment::Experiment& e, std::size_t batches, double steps) {
  if (std::pow(static_cast<double>(batches), steps) <= most_row_sequences) return;
  throw InputError(e.at("time.points") + num::decimal_text(e.time.points.back()) + " steps of a stream have " +
                   std::to_string(batches) + "^" + num::decimal_text(e.time.points.back()) +
                   " sequences of rows; allowed: at most 65536 sequences, that is fewer steps or smaller batches");
}

template <Real R>
std::vector<Quantities<R>> follow_stream(const experiment::Experiment& e, std::size_t coordinate,
                                         const std::vector<R>& points, const analytic::MixtureResolution& resolution) {
  const auto problem = stream_problem<R>(e, coordinate);
  const long last = std::lround(num::to_double(points.back()));
  require_sequences(e, problem.batches.size(), static_cast<double>(last));
  const auto steps = learner::step_sizes(e.learner, last);
  analytic::RegressionStreamWalk<R> walk(problem);
  std::vector<Quantities<R>> out;
  long done = 0;
  for (const R& t : points) {
    for (; done < std::lround(num::to_double(t)); ++done) {
      const auto& size = steps[static_cast<std::size_t>(done)];
      walk.step(num::from_rational<R>(size.rate), num::from_rational<R>(size.temperature));
    }
    out.push_back(walk.quantities(resolution, out.empty() ? nullptr : &out.front()));
  }
  return out;
}

/// Round-off: three digits, and one a thousand steps, beyond the largest number of a row, times the condition number of
/// the covariances. 0 is exact at t = 0, and the work of a single step.
template <num::Real R>
info::Row<R> stream_row(const Quantities<R>& q, const R& step) {
  using std::fabs;
  R scale = 1, condition = 1;
  for (const auto& [name, value] : q)
    if (name == "_condition")
      condition = value;
    else if (name != "lautum_info")
      scale = std::max(scale, R(fabs(value)));
  const R unit = (1000 + 10 * step) * num::epsilon<R>() * condition;
  info::Row<R> row;
  for (const auto& [name, value] : q) {
    if (name == "_condition") continue;
    const bool exact = value == 0 && (step == 0 || (step == 1 && name == "work_theta"));
    row[name] = {value, exact ? R(0) : R(unit * std::max(scale, R(fabs(value))))};
  }
  const R naive = row.at("ep_theta_naive").value, m = row.at("m_info").value;
  if (naive > 1000 * unit * scale) row["efficiency"] = {m / naive, R(2 * unit * scale / naive)};
  return row;
}

template <Real R>
void stream_with(Job& job) {
  const auto& e = job.experiment;
  const auto study = make_study<R>(e, job.options);
  const auto identities = sgld_identities<R>(num::from_rational<R>(e.learner.temperature.values.front()));
  const auto book = refine<R>(
      [&](int k) {
        const analytic::MixtureResolution resolution{2.31 * job.digits * (1 + 0.25 * k) + 8};
        std::vector<Quantities<R>> sum(study.points.size());
        const int learners = e.model.kind == "gaussian-mean" ? e.model.dimension : 1;
        for (int c = 0; c < learners; ++c) {
          const auto part = follow_stream<R>(e, static_cast<std::size_t>(c), study.points, resolution);
          for (std::size_t j = 0; j < sum.size(); ++j) analytic::accumulate(sum[j], part[j]);
        }
        std::vector<info::Row<R>> rows;
        for (std::size_t j = 0; j < sum.size(); ++j) rows.push_back(stream_row<R>(sum[j], study.points[j]));
        return rows;
      },
      5, Goal<R>{accuracy<R>(job.digits), job.wanted()}, identities);
  collect(job, book, study, "moments", identities);
}

}  // namespace

bool streams_gaussians(const experiment::Experiment& e) {
  return e.data.source == experiment::Data::Source::stream &&
         (e.model.kind == "linear-regression" || e.model.kind == "gaussian-mean") && e.sampler.kind == "equilibrium" &&
         !cold(e.learner);
}

void gaussian_stream(Job& job) {
  raise_precision(job, 0, []<Real R>(Job& j) { stream_with<R>(j); });
}

}  // namespace calor::run
