#pragma once
// gaussian-mean with sgd-diffusion in one dimension, equilibrium sampler (theory.md §2, §8). The gradient noise is the
// scatter of the data, S = (1/N) Σ (b_i - b̄)²: D_B = (η/2m) S/s⁴ + T, and given B everything is Gaussian:
//   Θ|B ~ N(m_0 e^{-κt} + a b̄, v(S)),  v(S) = v_0 e^{-2κt} + (D_B/κ)(1 - e^{-2κt}),  κ = 1/s² + λ.
// b̄ and S are independent, S ~ s*² χ²_{N-1}/N, so Θ and X are mixtures of Gaussians over S alone: one quadrature over
// S, one more for the entropy of a mixture.

#include "analytic/quantities.hpp"

namespace calor::analytic {

template <num::Real R>
struct SgdGaussian {
  R stddev = 1, noise = 1, temperature = 0, weight_decay = 0;  ///< s, η/2m, T, λ
  R initial_mean = 0, initial_variance = 1;
  long size = 1;             ///< N
  R mean = 0, variance = 1;  ///< of the target; the data's own mean and scatter S if fixed
  bool fixed = false;
};

/// Every quantity at t. The quadrature over S leaves out exp(-goal) and errs by about as much; over Θ and X it is as
/// accurate as R. Infinite (T = 0 and N < 4: E[1/S] diverges): ep_theta, its naive, medium and excess parts.
template <num::Real R>
Quantities<R> sgd_gaussian(const SgdGaussian<R>& learner, const R& t, const R& goal);

}  // namespace calor::analytic
