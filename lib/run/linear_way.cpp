#include "run/linear_way.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "analytic/gaussian_mixture.hpp"
#include "analytic/linear_turns.hpp"
#include "analytic/plane_mixture.hpp"
#include "experiment/kinds.hpp"
#include "learner/course.hpp"
#include "learner/sgld.hpp"
#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "run/analytic.hpp"
#include "run/linear_learners.hpp"
#include "run/refine.hpp"
#include "run/sgd_gaussian_way.hpp"
#include "run/sgld_rows.hpp"

namespace calor::run {

namespace {

using analytic::CourseStretch;
using analytic::LinearGaussian;
using analytic::Quantities;
using experiment::Rational;

constexpr long most_turns = 100'000;
constexpr int most_plane_digits = 12;

template <Real R>
std::vector<Quantities<R>> in_turns(const experiment::Experiment& e, const LinearGaussian<R>& learner,
                                    const std::vector<CourseStretch<R>>& course, const std::vector<R>& points,
                                    const analytic::TimeResolution& resolution) {
  TurnSequence<R> turns(e, learner, course, resolution);
  analytic::LinearTurns<R> state(learner);
  const R length = e.time.step ? num::from_rational<R>(*e.time.step) : R(1);
  std::vector<Quantities<R>> out;
  long done = 0;
  for (const R& t : points) {
    for (const long last = std::lround(num::to_double(R(t / length))); done < last; ++done) state.take(turns.at(done));
    out.push_back(state.quantities());
  }
  return out;
}

/// One learner's quantities at the points; in continuous time along `course`, and in turns of langevin.
template <Real R>
std::vector<Quantities<R>> follow(const experiment::Experiment& e, const LinearGaussian<R>& learner,
                                  const std::vector<CourseStretch<R>>& course, const std::vector<R>& points,
                                  const analytic::TimeResolution& resolution) {
  if (experiment::takes_turns(e)) return in_turns(e, learner, course, points, resolution);
  return analytic::linear_flow(learner, course, ou_rate<R>(e), points, resolution);
}

/// Without a temperature the entropy production goes as the mean of 1/S. The smallest data sets of this dimension that
/// have one: those of four examples, in the plane of five.
bool lacks_inverse_scatter(const experiment::Experiment& e) { return e.data.size < e.model.dimension + 3; }

/// True if the temperature is 0 over some time before t.
template <Real R>
bool cold_before(const experiment::Schedule& temperature, const R& t) {
  const auto& values = temperature.values;
  if (temperature.constant()) return t > 0 && values.front() == 0;
  std::vector<R> times;
  for (const auto& time : temperature.times) times.push_back(num::from_rational<R>(time));
  if ((values.front() == 0 && times.front() > 0 && t > 0) || (values.back() == 0 && t > times.back())) return true;
  for (std::size_t k = 0; k + 1 < times.size(); ++k)
    if (values[k] == 0 && values[k + 1] == 0 && times[k + 1] > 0 && t > times[k]) return true;
  return false;
}

template <Real R>
void set_divergent(Quantities<R>& q) {
  std::erase_if(q, [](const auto& entry) { return entry.first.starts_with("_ep_"); });
  for (auto& [name, value] : q)
    if (name.starts_with("ep_theta") && name != "ep_theta_housekeeping") value = num::infinity<R>();
}

/// sgd-diffusion of gaussian-mean: a mixture over the scatter of the data.
template <Real R>
std::vector<Quantities<R>> mixture(const Job& job, const std::vector<R>& points, int level,
                                   const analytic::TimeResolution& resolution) {
  const auto& e = job.experiment;
  const auto learner = coordinate_learner(e, gaussian_coordinates<R>(e).front());
  const R goal = scatter_goal<R>(job.digits, level);
  const auto nodes = data_scatter<R>(e, goal);
  std::vector<std::vector<Quantities<R>>> given(nodes.size());  // [node][time]
  num::parallel_for(static_cast<int>(nodes.size()), job.options.threads, [&](int i) {
    const auto k = static_cast<std::size_t>(i);
    given[k] = follow(e, learner, scatter_course(e.learner, learner, nodes[k].scatter), points, resolution);
  });
  std::vector<Quantities<R>> out(points.size());
  const bool fixed = learner.fixed;
  num::parallel_for(static_cast<int>(points.size()), job.options.threads, [&](int i) {
    const auto j = static_cast<std::size_t>(i);
    std::vector<Quantities<R>> now;
    for (const auto& of_node : given) now.push_back(of_node[j]);
    out[j] = fixed ? now.front()
                   : analytic::mix(nodes, now, given.front().front(), lagging(e), goal, (job.digits + 8) << level);
    if (!fixed && lacks_inverse_scatter(e) && cold_before(e.learner.temperature, points[j])) set_divergent(out[j]);
  });
  return out;
}

/// The same in the plane, of data drawn.
template <Real R>
std::vector<Quantities<R>> plane_mixture(const Job& job, const std::vector<R>& points, int level,
                                         const analytic::TimeResolution& resolution) {
  const auto& e = job.experiment;
  const R goal = scatter_goal<R>(job.digits, level);
  const auto nodes =
      analytic::plane_scatter_nodes(e.data.size, num::from_rational<R>(e.data.variance.front()), goal, cold(e.learner));
  std::vector<LinearGaussian<R>> coordinates;
  for (const auto& c : gaussian_coordinates<R>(e)) coordinates.push_back(coordinate_learner(e, c));
  // principal axes point anywhere: along each of them quantities, quadratic in the means, are those of the two
  // coordinates on average
  const auto along = [&](const R& scatter) {
    std::vector<Quantities<R>> sum(points.size());
    for (const auto& learner : coordinates) {
      auto part = follow(e, learner, scatter_course(e.learner, learner, scatter), points, resolution);
      for (std::size_t j = 0; j < points.size(); ++j) {
        for (auto& [name, value] : part[j]) value /= 2;
        analytic::accumulate(sum[j], part[j]);
      }
    }
    return sum;
  };
  std::vector<analytic::InBoth<std::vector<Quantities<R>>>> given(nodes.size());  // [node][eigenvalue][time]
  num::parallel_for(static_cast<int>(2 * nodes.size()), job.options.threads, [&](int i) {
    const auto k = static_cast<std::size_t>(i);
    given[k / 2][k % 2] = along(nodes[k / 2].scatter[k % 2]);
  });
  std::vector<Quantities<R>> out(points.size());
  const analytic::PlaneResolution<R> fine{goal, (job.digits + 6) * (10 + 3 * level) / 10, job.options.threads};
  for (std::size_t j = 0; j < points.size(); ++j) {
    std::vector<analytic::InBoth<Quantities<R>>> now;
    for (const auto& [first, second] : given) now.push_back({first[j], second[j]});
    out[j] = analytic::mix(nodes, now, {given.front()[0].front(), given.front()[1].front()}, lagging(e), fine);
    if (lacks_inverse_scatter(e) && cold_before(e.learner.temperature, points[j])) set_divergent(out[j]);
  }
  return out;
}

/// sgd-diffusion of gaussian-mean in several dimensions: along the principal axes of the examples' scatter coordinates
/// have noise of their own, and nothing to do with each other where the start is as wide in all directions.
template <Real R>
std::vector<Quantities<R>> along_axes(const Job& job, const std::vector<R>& points,
                                      const analytic::TimeResolution& resolution) {
  const auto& e = job.experiment;
  std::vector<Quantities<R>> sum(points.size());
  for (const auto& c : principal_coordinates<R>(e)) {
    const auto learner = coordinate_learner(e, c);
    const auto part = follow(e, learner, scatter_course(e.learner, learner, c.data.scatter), points, resolution);
    for (std::size_t j = 0; j < points.size(); ++j) analytic::accumulate(sum[j], part[j]);
  }
  return sum;
}

/// What a number is made of by sums that cancel.
enum class Part { information, parameters, production, x };

Part part_of(const std::string& name) {
  for (const char* start : {"heat_x", "work_x", "flow_", "ep_x", "fisher_", "reservoir_", "_phi"})
    if (name.starts_with(start)) return Part::x;
  for (const char* start : {"heat_theta", "loss_", "generalization_"})
    if (name.starts_with(start)) return Part::parameters;
  for (const char* start : {"ep_theta", "_ep_"})
    if (name.starts_with(start)) return Part::production;
  return Part::information;
}

/// Round-off: three digits beyond the largest number of a part; and what a quadrature over the data leaves out.
/// lautum_info answers for itself.
template <Real R>
info::Row<R> row_of(const Quantities<R>& q, const R& left_out) {
  using std::fabs;
  std::array<R, 4> scales{R(1), R(1), R(1), R(1)};
  for (const auto& [name, value] : q)
    if (R& scale = scales[static_cast<std::size_t>(part_of(name))];
        name != "lautum_info" && fabs(value) < num::infinity<R>())
      scale = std::max(scale, R(fabs(value)));
  const R unit = 1000 * num::epsilon<R>(), scale = *std::max_element(scales.begin(), scales.end());
  info::Row<R> row;
  for (const auto& [name, value] : q)
    row[name] = {value, value == 0
                            ? R(0)
                            : R(unit * std::max(scales[static_cast<std::size_t>(part_of(name))], R(fabs(value))) +
                                left_out * (1 + fabs(value)))};
  if (const R naive = row.at("ep_theta_naive").value, m = row.at("m_info").value;
      naive > 1000 * unit * scale && naive < num::infinity<R>())
    row["efficiency"] = {m / naive, R(2 * unit * scale / naive)};
  else if (naive == num::infinity<R>())
    row["efficiency"] = {R(0), R(0)};
  return row;
}

}  // namespace

template <Real R>
std::vector<info::Row<R>> linear_rows(const Job& job, const std::vector<R>& points, int level) {
  const auto& e = job.experiment;
  const auto resolution = time_resolution(job.digits, level);
  std::vector<Quantities<R>> sum(points.size());
  if (e.learner.kind == "sgd-diffusion") {
    sum = e.model.dimension == 1 ? mixture(job, points, level, resolution)
          : scatters_round(e)    ? plane_mixture(job, points, level, resolution)
                                 : along_axes(job, points, resolution);
  } else {
    for (const auto& learner : linear_learners<R>(e)) {
      const auto part = follow(e, learner, linear_course<R>(e.learner), points, resolution);
      for (std::size_t j = 0; j < points.size(); ++j) analytic::accumulate(sum[j], part[j]);
    }
  }
  using std::exp;
  const bool of_scatter = e.learner.kind == "sgd-diffusion" && e.data.source == experiment::Data::Source::target;
  const R left_out = of_scatter ? R(exp(-scatter_goal<R>(job.digits, level))) : R(0);
  std::vector<info::Row<R>> rows;
  for (auto& q : sum) {
    for (auto& [name, value] : q)
      if (name.starts_with("ift_")) value = 1;  // an average of exponentials, which multiplies
    rows.push_back(row_of(q, left_out));
    // theory.md has no closed form of it for linear-regression
    if (of_regression(e) && e.sampler.kind == "ou") rows.back().erase("ep_x_path");
  }
  return rows;
}

namespace {

template <Real R>
void by_moments(Job& job) {
  const auto& e = job.experiment;
  const auto study = make_study<R>(e, job.options);
  const R temperature = num::from_rational<R>(e.learner.temperature.values.front());
  const auto identities =
      e.learner.kind == "sgld" ? sgld_identities<R>(temperature, lagging(e)) : langevin_identities<R>(e);
  auto book = refine<R>([&](int k) { return linear_rows<R>(job, study.points, k); }, 5,
                        Goal<R>{accuracy<R>(job.digits), job.wanted()}, identities);
  for (const auto& entries : book)
    for (const auto& [name, entry] : entries)
      if (entry.value != entry.value) return;  // beyond the range of these numbers
  settle_infinities(book);
  collect(job, book, study, "moments", identities);
}

}  // namespace

bool moves_linearly(const experiment::Experiment& e) {
  if (!of_regression(e) && e.model.kind != "gaussian-mean") return false;
  if (e.sampler.kind != "equilibrium" && e.sampler.kind != "ou") return false;
  if (e.learner.kind == "sgd-diffusion") {
    return e.model.kind == "gaussian-mean" &&
           (e.model.dimension == 1 || scatters_round(e) ||
            (e.data.source == experiment::Data::Source::values && round_start(e.learner)));
  }
  if (cold(e.learner)) return false;
  return e.learner.kind == "langevin" || (e.learner.kind == "sgld" && sees_all(e));
}

bool only_on_grid(const Job& job) {
  const auto& e = job.experiment;
  if (of_regression(e) || lagging(e)) return false;
  if (e.learner.kind == "sgd-diffusion" && e.model.dimension > 1) return false;  // no grid for these
  std::vector<const char*> names{"heat_x_variance", "heat_x_skewness", "work_x_variance", "work_x_skewness"};
  if (e.learner.kind == "sgld") names.insert(names.end(), {"ep_theta_housekeeping", "ep_theta_excess"});
  return std::any_of(names.begin(), names.end(), [&](const char* name) { return printed(name, job.options); });
}

void require_turns(const experiment::Experiment& e) {
  const Rational turns = e.time.step                ? Rational(e.time.points.back() / *e.time.step)
                         : e.learner.kind == "sgld" ? e.time.points.back()
                                                    : Rational(0);
  if (turns > most_turns)
    throw AccuracyError(e.at(e.time.step ? "time.step" : "time.points") +
                        "too many turns; allowed: " + std::to_string(most_turns));
}

void linear_moments(Job& job) {
  require_turns(job.experiment);
  if (job.experiment.learner.kind == "sgd-diffusion" && scatters_round(job.experiment)) {
    const std::string limit =
        " out of reach of sgd-diffusion on data drawn in the plane, which is computed in double precision; ";
    if (job.options.precision > num::digits10<double>())
      throw AccuracyError("--precision: " + std::to_string(job.options.precision) + " digits are" + limit +
                          "allowed: at most " + std::to_string(num::digits10<double>()));
    if (job.digits > most_plane_digits)
      throw AccuracyError(job.experiment.at("accuracy.digits") + std::to_string(job.digits) + " digits are" + limit +
                          "reachable: " + std::to_string(most_plane_digits) + " digits");
    return by_moments<double>(job);
  }
  raise_precision(job, 0, []<Real R>(Job& j) { by_moments<R>(j); });
}

template std::vector<info::Row<double>> linear_rows(const Job&, const std::vector<double>&, int);

}  // namespace calor::run
