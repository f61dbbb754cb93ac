#pragma once
// Experiments whose drift is linear and whose noise does not depend on theta, as analytic::LinearGaussian.

#include <optional>
#include <vector>

#include "analytic/gaussian_learner.hpp"
#include "analytic/gaussian_mixture.hpp"
#include "analytic/linear_turns.hpp"
#include "experiment/experiment.hpp"
#include "learner/sgld.hpp"

namespace calor::run {

bool of_regression(const experiment::Experiment& experiment);

/// One coordinate of gaussian-mean.
template <num::Real R>
analytic::LinearGaussian<R> coordinate_learner(const experiment::Experiment& experiment,
                                               const analytic::GaussianCoordinate<R>& coordinate);

/// Learners that have nothing to do with each other; all quantities of Theta add.
template <num::Real R>
std::vector<analytic::LinearGaussian<R>> linear_learners(const experiment::Experiment& experiment);

/// Mobility and temperature in time. `covariance`: of the gradients of one data set, for sgd-diffusion.
template <num::Real R>
std::vector<analytic::CourseStretch<R>> linear_course(const experiment::Learner& learner, const R& covariance = R(0));

/// Of sgd-diffusion of gaussian-mean, by the scatter S of the examples: D = T + (η/2m) S/s⁴.
template <num::Real R>
std::vector<analytic::CourseStretch<R>> scatter_course(const experiment::Learner& spec,
                                                       const analytic::LinearGaussian<R>& learner, const R& scatter);

/// The scatter of gaussian-mean in one dimension: that of the examples given, or a quadrature over what chance can draw
/// that leaves out exp(-goal).
template <num::Real R>
std::vector<analytic::ScatterNode<R>> data_scatter(const experiment::Experiment& experiment, const R& goal);

/// The temperature is 0 at some time.
bool cold(const experiment::Learner& learner);

/// The examples given, seen along the principal axes of their scatter; from a start that is as wide in all directions.
template <num::Real R>
std::vector<analytic::GaussianCoordinate<R>> principal_coordinates(const experiment::Experiment& experiment);

/// How finely quadratures over a schedule resolve, for so many digits.
analytic::TimeResolution time_resolution(int digits, int level);

/// The rate of sampler `ou`.
template <num::Real R>
std::optional<R> ou_rate(const experiment::Experiment& experiment);

/// The turns of one learner up to the last point.
template <num::Real R>
class TurnSequence {
 public:
  /// The experiment and the learner must outlive it.
  TurnSequence(const experiment::Experiment& experiment, const analytic::LinearGaussian<R>& learner,
               std::vector<analytic::CourseStretch<R>> course, const analytic::TimeResolution& resolution);

  /// The n-th turn, from 0.
  analytic::LinearTurn<R> at(long n);

 private:
  const experiment::Experiment& e_;
  const analytic::LinearGaussian<R>& learner_;
  analytic::TimePanel<R> rule_;
  double growth_;
  std::vector<analytic::CourseStretch<R>> course_;
  std::vector<learner::StepSize> steps_;
  std::optional<analytic::LinearMove<R>> move_;
};

/// True if the start is as wide in all directions.
bool round_start(const experiment::Learner& learner);

/// True of gaussian-mean in the plane on data drawn, if the target and the start are as wide in all directions: so are
/// the laws of the scatter of the data and of Theta.
bool scatters_round(const experiment::Experiment& experiment);

}  // namespace calor::run
