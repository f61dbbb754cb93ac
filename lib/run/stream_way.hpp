#pragma once
// sgld with a stream of Gaussian examples, whatever its schedules: linear-regression, and gaussian-mean.

#include "run/job.hpp"

namespace calor::run {

/// True for linear-regression and gaussian-mean with a stream, temperatures > 0 and the equilibrium sampler.
bool streams_gaussians(const experiment::Experiment& experiment);

/// All quantities given every sequence of rows (analytic/regression_stream.hpp). Throws InputError where there are too
/// many sequences.
void gaussian_stream(Job& job);

}  // namespace calor::run
