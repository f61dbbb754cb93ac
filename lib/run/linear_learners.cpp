#include "run/linear_learners.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "data/design.hpp"
#include "learner/course.hpp"
#include "run/analytic.hpp"

namespace calor::run {

using analytic::CourseStretch;
using analytic::LinearGaussian;
using experiment::Rational;
using num::Real;

namespace {

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

/// The share of its lag that x keeps in a turn of this length.
template <Real R>
R kept(const experiment::Experiment& e, const R& length) {
  using std::exp;
  const auto rate = ou_rate<R>(e);
  return rate ? R(exp(-*rate * length)) : R(0);
}

}  // namespace

bool of_regression(const experiment::Experiment& e) { return e.model.kind == "linear-regression"; }

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

template <Real R>
std::vector<LinearGaussian<R>> linear_learners(const experiment::Experiment& e) {
  if (of_regression(e)) return {regression_learner<R>(e)};
  std::vector<LinearGaussian<R>> out;
  for (const auto& c : gaussian_coordinates<R>(e)) out.push_back(coordinate_learner<R>(e, c));
  return out;
}

template <Real R>
std::vector<CourseStretch<R>> linear_course(const experiment::Learner& l, const R& covariance) {
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
std::vector<CourseStretch<R>> scatter_course(const experiment::Learner& l, const LinearGaussian<R>& learner,
                                             const R& scatter) {
  return linear_course<R>(l, scatter / (learner.s2 * learner.s2));
}

template <Real R>
std::vector<analytic::ScatterNode<R>> data_scatter(const experiment::Experiment& e, const R& goal) {
  if (e.data.source == experiment::Data::Source::values)
    return {{gaussian_coordinates<R>(e).front().data.scatter, R(1)}};
  return analytic::scatter_nodes(e.data.size, num::from_rational<R>(e.data.variance.front()), goal, cold(e.learner));
}

bool cold(const experiment::Learner& l) {
  const auto& t = l.temperature.values;
  return !(*std::min_element(t.begin(), t.end()) > 0);
}

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

analytic::TimeResolution time_resolution(int digits, int level) {
  return {2 * (6 + (6 * digits) / 10 + 4 * level), 1.0 / (1 + 0.3 * level)};
}

template <Real R>
std::optional<R> ou_rate(const experiment::Experiment& e) {
  return e.sampler.kind == "ou" ? std::optional<R>(num::from_rational<R>(*e.sampler.rate)) : std::nullopt;
}

template <Real R>
TurnSequence<R>::TurnSequence(const experiment::Experiment& e, const LinearGaussian<R>& learner,
                              std::vector<CourseStretch<R>> course, const analytic::TimeResolution& resolution)
    : e_(e), learner_(learner), rule_(resolution.order), growth_(resolution.growth), course_(std::move(course)) {
  if (e.time.step) return;
  const long last = std::lround(num::to_double(num::from_rational<R>(e.time.points.back())));
  steps_ = learner::step_sizes(e.learner, last);
}

template <Real R>
analytic::LinearTurn<R> TurnSequence<R>::at(long n) {
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

namespace {

bool all_equal(const std::vector<Rational>& v) {
  return std::adjacent_find(v.begin(), v.end(), std::not_equal_to<>()) == v.end();
}

}  // namespace

bool round_start(const experiment::Learner& l) { return all_equal(l.initial_stddev); }

bool scatters_round(const experiment::Experiment& e) {
  return e.model.kind == "gaussian-mean" && e.model.dimension == 2 &&
         e.data.source == experiment::Data::Source::target && all_equal(e.data.variance) && round_start(e.learner);
}

#define CALOR_INSTANTIATE(R)                                                                                  \
  template LinearGaussian<R> coordinate_learner(const experiment::Experiment&,                                \
                                                const analytic::GaussianCoordinate<R>&);                      \
  template std::vector<CourseStretch<R>> scatter_course(const experiment::Learner&, const LinearGaussian<R>&, \
                                                        const R&);                                            \
  template std::vector<analytic::ScatterNode<R>> data_scatter(const experiment::Experiment&, const R&);       \
  template std::optional<R> ou_rate(const experiment::Experiment&);                                           \
  template class TurnSequence<R>;                                                                             \
  template std::vector<LinearGaussian<R>> linear_learners(const experiment::Experiment&);                     \
  template std::vector<CourseStretch<R>> linear_course(const experiment::Learner&, const R&);                 \
  template std::vector<analytic::GaussianCoordinate<R>> principal_coordinates(const experiment::Experiment&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
