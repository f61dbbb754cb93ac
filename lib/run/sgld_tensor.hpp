#pragma once
// sgld in two parameters: the Chapman–Kolmogorov integral on a tensor grid. Given theta and the batch the kernel is a
// product of Gaussians, one an axis, so a step is one product of matrices a batch,
//   rho'(i, j) = sum_c w_c sum_theta w rho(theta) k(x_i - m_1c(theta)) k(y_j - m_2c(theta)),
// m_c = theta - eta grad L^_c, k of variance 2 eta T. batch "full": one c; "minibatch": all minibatches of a data set;
// "stream": one c, every sequence of batches followed on its own. Discrete models with all samplers but metropolis,
// linear-regression and gaussian with the equilibrium sampler; double precision.

#include "run/job.hpp"

namespace calor::run {

void sgld_on_tensor_grid(Job& job);

}  // namespace calor::run
