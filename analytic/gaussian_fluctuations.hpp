#pragma once
// gaussian-mean with langevin: moments of heat and work of X along single trajectories (theory.md §6, I15).

#include "analytic/gaussian_learner.hpp"

namespace calor::analytic {

/// heat_x_variance, heat_x_skewness, work_x_variance, work_x_skewness at t for an `ou` sampler of finite rate in
/// continuous time. With u = Θ - αb̄ and the lag Y = X - Θ, moments E[q^k u^a Y^b] with a + b ≤ 2(3 - k) obey a closed
/// linear system with constant coefficients; cumulants add over coordinates. Skewness is absent where the variance is
/// 0. Throws InputError as `check`, for t < 0 or rate <= 0.
template <num::Real R>
Quantities<R> ou_fluctuations(const GaussianLearner<R>& learner, const R& rate, const R& t);

/// The same after `steps` turns of length tau: Θ moves exactly for tau, then X for tau; rate infinite: X is redrawn.
template <num::Real R>
Quantities<R> lagged_fluctuations(const GaussianLearner<R>& learner, const R& rate, const R& tau, long steps);

/// The limit of infinite rate in continuous time, t > 0: w is Gaussian with mean A = μTt/s² and variance 2A, and q =
/// φ_t - φ_0 - w with φ_t, φ_0 independent of it and of each other, so Var q = 1 + 2A a coordinate and q has no
/// third cumulant.
template <num::Real R>
Quantities<R> equilibrium_fluctuations(const GaussianLearner<R>& learner, const R& t);

}  // namespace calor::analytic
