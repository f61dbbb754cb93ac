#pragma once
// gaussian-mean with sgd-diffusion: quadrature over the scatter of the data (analytic/sgd_gaussian.hpp).

#include "run/job.hpp"

namespace calor::run {

/// One dimension, equilibrium sampler without turns, constant learning rate and temperature.
bool mixes_gaussians(const experiment::Experiment& experiment);

void mixture_of_gaussians(Job& job);

}  // namespace calor::run
