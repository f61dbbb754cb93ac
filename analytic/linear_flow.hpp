#pragma once
// The linear-Gaussian learner in continuous time, schedules of mobility and temperature, `equilibrium` or `ou` sampler.

#include <optional>
#include <vector>

#include "analytic/linear_gaussian.hpp"
#include "analytic/time_panel.hpp"

namespace calor::analytic {

/// value + slope (t - start) from `start` until the next stretch.
template <num::Real R>
struct CourseStretch {
  R start = 0, mobility = 1, mobility_slope = 0, temperature = 1, temperature_slope = 0;
};

/// How finely time is cut: points on a panel (even), and panels of at most `growth` times the time since the last kink.
struct TimeResolution {
  int order = 24;
  double growth = 1;
};

/// dθ = -μ(t) ∇L_B dt + √(2μ(t)T(t)) dW; x_j at equilibrium, or dx_j = -γ(x_j - u_j·θ)dt + √(2γs²) dW' if there is a
/// rate γ. The law and the exchange at each of `points` (increasing, >= 0) from the differential equations of the
/// second moments, which are linear and triangular in the eigenbasis: collocation on panels that begin at the shortest
/// time scale and grow away from every kink. `course` begins at 0.
template <num::Real R>
std::vector<Quantities<R>> linear_flow(const LinearGaussian<R>& problem, const std::vector<CourseStretch<R>>& course,
                                       const std::optional<R>& rate, const std::vector<R>& points,
                                       const TimeResolution& resolution);

/// What Θ does on its own between two times.
template <num::Real R>
struct LinearMove {
  num::Vector<R> decay;              ///< e^{-h τ}, τ = ∫μ
  num::Vector<R> answer;             ///< (1 - e^{-h τ})/h
  num::Vector<R> noise;              ///< variance at the end of the noise on the way
  num::Vector<R> forgetting, noisy;  ///< ∫(μ/T) e^{-2hτ}, ∫(μ/T) noise so far: for the medium part
  R clock = 0;                       ///< τ
};

/// On panels of this rule, which grow as those of linear_flow.
template <num::Real R>
LinearMove<R> linear_move(const LinearGaussian<R>& problem, const std::vector<CourseStretch<R>>& course, const R& from,
                          const R& to, const TimePanel<R>& rule, double growth);

}  // namespace calor::analytic
