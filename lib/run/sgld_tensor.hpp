#pragma once
// sgld with full batches in two parameters: the Chapman–Kolmogorov integral on a tensor grid. Given theta the kernel is
// a product of Gaussians, one an axis, so a step is one product of matrices,
//   rho'(i, j) = sum_theta w rho(theta) k(x_i - m_1(theta)) k(y_j - m_2(theta)),  m = theta - eta grad L_B,
// k of variance 2 eta T. Discrete models, equilibrium sampler, double precision.

#include "run/job.hpp"

namespace calor::run {

void sgld_on_tensor_grid(Job& job);

}  // namespace calor::run
