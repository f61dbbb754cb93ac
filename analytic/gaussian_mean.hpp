#pragma once
// gaussian-mean, langevin, equilibrium sampler: every quantity of experiment.md (theory.md §8, I13).

#include "analytic/gaussian_learner.hpp"

namespace calor::analytic {

/// All quantities at time t >= 0. B–Θ–X is a Markov chain: r_info = m_info - l_info, ep_x = 0, and with F = 1/s² each
/// coordinate has 𝓕 = μTt/s² = work_x = -heat_x = -flow_theta = ep_x_path. Variances of x are v + s² (given B) and
/// v + a² Var(b̄) + s². Throws InputError as `check` and for t < 0.
template <Number R>
Quantities<R> gaussian_mean(const GaussianLearner<R>& learner, const R& t);

}  // namespace calor::analytic
