#include "run/linear_way.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "analytic/gaussian_mixture.hpp"
#include "analytic/linear_turns.hpp"
#include "data/design.hpp"
#include "learner/course.hpp"
#include "learner/sgld.hpp"
#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "run/analytic.hpp"
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

bool of_regression(const experiment::Experiment& e) { return e.model.kind == "linear-regression"; }

template <Real R>
LinearGaussian<R> regression_learner(const experiment::Experiment& e) {
  const auto problem = regression_problem<R>(e);
  const auto w = analytic::law(problem, R(0));
  LinearGaussian<R> out;
  out.s2 = problem.stddev * problem.stddev;
  out.curvature = w.curvature;
  out.gradient = w.gradient / out.s2;
  out.gradient_variance = problem.noise * w.m / (out.s2 * out.s2);
  out.start_mean = w.initial;
  out.start = w.start;
  out.inputs = w.inputs;
  out.weight = 1 / R(w.inputs.rows());
  out.weight_decay = problem.weight_decay;
  out.square = problem.square;
  out.fixed = problem.fixed;
  return out;
}

/// One coordinate of gaussian-mean.
template <Real R>
LinearGaussian<R> coordinate_learner(const experiment::Experiment& e, const analytic::GaussianCoordinate<R>& c) {
  const auto one = [](const R& x) { return num::Vector<R>::Constant(1, x); };
  LinearGaussian<R> out;
  const R s = num::from_rational<R>(e.model.stddev);
  out.s2 = s * s;
  out.weight_decay = num::from_rational<R>(e.learner.weight_decay);
  out.curvature = one(1 / out.s2 + out.weight_decay);
  out.gradient = one(c.data.mean / out.s2);
  out.gradient_variance = one(c.data.variance / (out.s2 * out.s2));
  out.start_mean = one(c.initial_mean);
  out.start = one(c.initial_variance);
  out.inputs = one(R(1));
  out.square = c.data.scatter + c.data.variance + c.data.mean * c.data.mean;
  out.fixed = c.data.fixed;
  return out;
}

/// Learners that have nothing to do with each other; all quantities add.
template <Real R>
std::vector<LinearGaussian<R>> learners(const experiment::Experiment& e) {
  if (of_regression(e)) return {regression_learner<R>(e)};
  std::vector<LinearGaussian<R>> out;
  for (const auto& c : gaussian_coordinates<R>(e)) out.push_back(coordinate_learner<R>(e, c));
  return out;
}

/// `covariance`: of the gradients of one data set, for sgd-diffusion.
template <Real R>
std::vector<CourseStretch<R>> stretches(const experiment::Learner& l, const R& covariance = R(0)) {
  const auto front = [](const experiment::Schedule& s) {
    return s.values.empty() ? R(1) : num::from_rational<R>(s.values.front());
  };
  if (!learner::scheduled(l)) {
    const R noise = l.kind == "sgd-diffusion" ? R(front(l.learning_rate) / (2 * l.batch_size)) : R(0);
    return {{R(0), front(l.mobility), R(0), front(l.temperature) + covariance * noise, R(0)}};
  }
  std::vector<CourseStretch<R>> out;
  for (const auto& s : learner::stretches(learner::course<R>(l), covariance))
    out.push_back({s.start, s.mobility.value, s.mobility.slope, s.temperature.value, s.temperature.slope});
  return out;
}

template <Real R>
std::optional<R> rate_of(const experiment::Experiment& e) {
  return e.sampler.kind == "ou" ? std::optional<R>(num::from_rational<R>(*e.sampler.rate)) : std::nullopt;
}

/// The share of its lag that x keeps in a turn of this length.
template <Real R>
R kept(const experiment::Experiment& e, const R& length) {
  using std::exp;
  const auto rate = rate_of<R>(e);
  return rate ? R(exp(-*rate * length)) : R(0);
}

/// The turns of one learner up to the last point.
template <Real R>
class Turns {
 public:
  Turns(const experiment::Experiment& e, const LinearGaussian<R>& learner, std::vector<CourseStretch<R>> course,
        const analytic::TimeResolution& resolution)
      : e_(e), learner_(learner), rule_(resolution.order), growth_(resolution.growth), course_(std::move(course)) {
    if (!e.time.step) {
      const long last = std::lround(num::to_double(num::from_rational<R>(e.time.points.back())));
      steps_ = learner::step_sizes(e.learner, last);
    }
  }

  analytic::LinearTurn<R> at(long n) {
    const auto real = [](const Rational& q) { return num::from_rational<R>(q); };
    if (!e_.time.step) {
      const auto& size = steps_[static_cast<std::size_t>(n)];
      return analytic::LinearTurn<R>::sgld(learner_, real(size.rate), real(size.temperature), kept(e_, R(1)));
    }
    const R from = real(Rational(*e_.time.step * n)), to = real(Rational(*e_.time.step * (n + 1)));
    if (!move_ || learner::scheduled(e_.learner))
      move_ = analytic::linear_move(learner_, course_, from, to, rule_, growth_);
    analytic::LinearTurn<R> turn;
    turn.move = *move_;
    turn.keep = kept(e_, real(*e_.time.step));
    return turn;
  }

 private:
  const experiment::Experiment& e_;
  const LinearGaussian<R>& learner_;
  analytic::TimePanel<R> rule_;
  double growth_;
  std::vector<CourseStretch<R>> course_;
  std::vector<learner::StepSize> steps_;
  std::optional<analytic::LinearMove<R>> move_;
};

template <Real R>
std::vector<Quantities<R>> in_turns(const experiment::Experiment& e, const LinearGaussian<R>& learner,
                                    const std::vector<CourseStretch<R>>& course, const std::vector<R>& points,
                                    const analytic::TimeResolution& resolution) {
  Turns<R> turns(e, learner, course, resolution);
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
  if (e.time.step || e.learner.kind == "sgld") return in_turns(e, learner, course, points, resolution);
  return analytic::linear_flow(learner, course, rate_of<R>(e), points, resolution);
}

/// sgd-diffusion of gaussian-mean: a mixture over the scatter of the data, given which D = T + (η/2m) S/s⁴.
template <Real R>
std::vector<Quantities<R>> mixture(const Job& job, const std::vector<R>& points, int level,
                                   const analytic::TimeResolution& resolution) {
  const auto& e = job.experiment;
  const auto coordinate = gaussian_coordinates<R>(e).front();
  const auto learner = coordinate_learner(e, coordinate);
  const R goal = scatter_goal<R>(job.digits, level);
  const auto& t = e.learner.temperature.values;
  const bool fixed = learner.fixed, cold = !(*std::min_element(t.begin(), t.end()) > 0);
  const R variance = fixed ? R(0) : num::from_rational<R>(e.data.variance.front());
  const auto nodes = fixed ? std::vector<analytic::ScatterNode<R>>{{coordinate.data.scatter, R(1)}}
                           : analytic::scatter_nodes(e.data.size, variance, goal, cold);
  std::vector<std::vector<Quantities<R>>> given(nodes.size());  // [node][time]
  num::parallel_for(static_cast<int>(nodes.size()), job.options.threads, [&](int i) {
    const auto k = static_cast<std::size_t>(i);
    const R noise = nodes[k].scatter / (learner.s2 * learner.s2);
    given[k] = follow(e, learner, stretches<R>(e.learner, noise), points, resolution);
  });
  std::vector<Quantities<R>> out(points.size());
  const bool divergent = !fixed && e.data.size < 4 && cold;
  num::parallel_for(static_cast<int>(points.size()), job.options.threads, [&](int i) {
    const auto j = static_cast<std::size_t>(i);
    std::vector<Quantities<R>> now;
    for (const auto& of_node : given) now.push_back(of_node[j]);
    out[j] = fixed ? now.front()
                   : analytic::mix(nodes, now, given.front().front(), lagging(e), goal, (job.digits + 8) << level);
    for (auto& [name, value] : out[j])  // the mean of 1/S
      if (divergent && points[j] > 0 && name.starts_with("ep_theta") && name != "ep_theta_housekeeping")
        value = num::infinity<R>();
  });
  return out;
}

/// The examples given, seen along the principal axes of their scatter.
template <Real R>
std::vector<analytic::GaussianCoordinate<R>> principal_coordinates(const experiment::Experiment& e) {
  std::vector<Rational> mean(e.data.values.front().size(), 0);
  for (const auto& row : e.data.values)
    for (std::size_t a = 0; a < row.size(); ++a) mean[a] += row[a] / e.data.size;
  auto centred = e.data.values;
  for (auto& row : centred)
    for (std::size_t a = 0; a < row.size(); ++a) row[a] -= mean[a];
  const data::Design<R> scatter(centred);
  const auto along = [&](Eigen::Index k, const std::vector<Rational>& v) {
    R sum = 0;
    for (std::size_t a = 0; a < v.size(); ++a)
      sum += scatter.axes(static_cast<Eigen::Index>(a), k) * num::from_rational<R>(v[a]);
    return sum;
  };
  const R width = num::from_rational<R>(e.learner.initial_stddev.front());
  std::vector<analytic::GaussianCoordinate<R>> out;
  for (Eigen::Index k = 0; k < scatter.eigenvalue.size(); ++k)
    out.push_back({analytic::DataMoments<R>::given(along(k, mean), scatter.eigenvalue[k]),
                   along(k, e.learner.initial_mean), width * width});
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
    const R noise = c.data.scatter / (learner.s2 * learner.s2);
    const auto part = follow(e, learner, stretches<R>(e.learner, noise), points, resolution);
    for (std::size_t j = 0; j < points.size(); ++j) analytic::accumulate(sum[j], part[j]);
  }
  return sum;
}

/// What a number is made of by sums that cancel.
enum class Part { information, parameters, x };

Part part_of(const std::string& name) {
  for (const char* start : {"heat_x", "work_x", "flow_", "ep_x", "fisher_", "reservoir_", "_phi"})
    if (name.starts_with(start)) return Part::x;
  for (const char* start : {"heat_theta", "ep_theta", "loss_", "generalization_", "_ep_"})
    if (name.starts_with(start)) return Part::parameters;
  return Part::information;
}

/// Round-off: three digits beyond the largest number of a part. lautum_info answers for itself.
template <Real R>
info::Row<R> row_of(const Quantities<R>& q) {
  using std::fabs;
  std::array<R, 3> scales{R(1), R(1), R(1)};
  for (const auto& [name, value] : q)
    if (R& scale = scales[static_cast<std::size_t>(part_of(name))];
        name != "lautum_info" && fabs(value) < num::infinity<R>())
      scale = std::max(scale, R(fabs(value)));
  const R unit = 1000 * num::epsilon<R>(), scale = *std::max_element(scales.begin(), scales.end());
  info::Row<R> row;
  for (const auto& [name, value] : q)
    row[name] = {
        value, value == 0 ? R(0) : R(unit * std::max(scales[static_cast<std::size_t>(part_of(name))], R(fabs(value))))};
  if (const R naive = row.at("ep_theta_naive").value, m = row.at("m_info").value;
      naive > 1000 * unit * scale && naive < num::infinity<R>())
    row["efficiency"] = {m / naive, R(2 * unit * scale / naive)};
  else if (naive == num::infinity<R>())
    row["efficiency"] = {R(0), R(0)};
  return row;
}

template <Real R>
std::vector<info::Row<R>> rows_of(const Job& job, const std::vector<R>& points, int level) {
  const auto& e = job.experiment;
  const analytic::TimeResolution resolution{2 * (6 + (6 * job.digits) / 10 + 4 * level), 1.0 / (1 + 0.3 * level)};
  std::vector<Quantities<R>> sum(points.size());
  if (e.learner.kind == "sgd-diffusion") {
    sum = e.model.dimension > 1 ? along_axes(job, points, resolution) : mixture(job, points, level, resolution);
  } else {
    for (const auto& learner : learners<R>(e)) {
      const auto part = follow(e, learner, stretches<R>(e.learner), points, resolution);
      for (std::size_t j = 0; j < points.size(); ++j) analytic::accumulate(sum[j], part[j]);
    }
  }
  std::vector<info::Row<R>> rows;
  for (auto& q : sum) {
    for (auto& [name, value] : q)
      if (name.starts_with("ift_")) value = 1;  // an average of exponentials, which multiplies
    rows.push_back(row_of(q));
    // theory.md has no closed form of it for linear-regression
    if (of_regression(e) && e.sampler.kind == "ou") rows.back().erase("ep_x_path");
  }
  return rows;
}

template <Real R>
void by_moments(Job& job) {
  const auto& e = job.experiment;
  const auto study = make_study<R>(e, job.options);
  const R temperature = num::from_rational<R>(e.learner.temperature.values.front());
  const auto identities =
      e.learner.kind == "sgld" ? sgld_identities<R>(temperature, lagging(e)) : langevin_identities<R>(e);
  auto book = refine<R>([&](int k) { return rows_of<R>(job, study.points, k); }, 5,
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
    const auto& width = e.learner.initial_stddev;
    const bool round = std::adjacent_find(width.begin(), width.end(), std::not_equal_to<>()) == width.end();
    return e.model.kind == "gaussian-mean" &&
           (e.model.dimension == 1 || (e.data.source == experiment::Data::Source::values && round));
  }
  const auto& t = e.learner.temperature.values;
  if (!(*std::min_element(t.begin(), t.end()) > 0)) return false;
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

void linear_moments(Job& job) {
  const auto& e = job.experiment;
  const Rational turns = e.time.step                ? Rational(e.time.points.back() / *e.time.step)
                         : e.learner.kind == "sgld" ? e.time.points.back()
                                                    : Rational(0);
  if (turns > most_turns)
    throw AccuracyError(e.at(e.time.step ? "time.step" : "time.points") +
                        "too many turns; allowed: " + std::to_string(most_turns));
  raise_precision(job, 0, []<Real R>(Job& j) { by_moments<R>(j); });
}

}  // namespace calor::run
