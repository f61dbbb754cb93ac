#pragma once
// gaussian-mean with sgd-diffusion: quadrature over the scatter of the data (analytic/sgd_gaussian.hpp).

#include "run/job.hpp"

namespace calor::run {

/// One dimension, equilibrium sampler without turns, constant learning rate and temperature.
bool mixes_gaussians(const experiment::Experiment& experiment);

void mixture_of_gaussians(Job& job);

/// What the quadrature over the scatter may leave out: exp(-goal).
template <Real R>
R scatter_goal(int digits, int level) {
  return R(2.31 * digits * (1 + 0.3 * level) + 8);
}

}  // namespace calor::run
