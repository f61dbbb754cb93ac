#pragma once
// gaussian-mean, langevin, `ou` sampler of finite rate in continuous time: (B̄, Θ, X) is jointly Gaussian.

#include "analytic/gaussian_learner.hpp"
#include "analytic/joint_gaussian.hpp"

namespace calor::analytic {

/// dx = -γ(x - θ) dt + √(2γs²) dW, X_0 ~ p(·|Θ_0). The moments at t, one coordinate: solutions of the Lyapunov equation
/// written as positive combinations of convolved exponentials, so that γ = κ, tiny t and fast samplers cost no digits.
template <Number R>
JointGaussian<R> ou_moments(const GaussianLearner<R>& learner, const GaussianCoordinate<R>& coordinate, const R& rate,
                            const R& t);

/// All quantities at t >= 0, rate γ > 0. heat_x and work_x are each integrated by itself in closed form; ep_x, flow_x
/// and flow_theta are each the quadrature (tanh-sinh, full precision) of its own rate, absent in balls; ep_x_given_b
/// and ep_x_naive are entropy changes minus heat (I12). ep_x_path = -heat_x: given the path of Θ, x keeps its variance
/// s². Throws InputError as `check`, for t < 0 or rate <= 0, AccuracyError if a quadrature fails.
template <Number R>
Quantities<R> gaussian_ou(const GaussianLearner<R>& learner, const R& rate, const R& t);

}  // namespace calor::analytic
