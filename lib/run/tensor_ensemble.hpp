#pragma once
// How finely the ensemble of real data sets must be resolved under langevin in several parameters.

#include "run/level.hpp"
#include "run/tensor_plan.hpp"

namespace calor::run {

/// Spacing on each axis of data::enumerate, in standard deviations; {1} where data sets are discrete or given. The
/// mixture of densities must be smooth between neighbouring data sets at every point of the study: what counts is how
/// far the density of Theta shifts with the statistic, in units of its own width (signal to noise), and where it is
/// narrow, how little of it there is.
std::vector<double> ensemble_spacing(const Study<double>& study, const TensorResolution& resolution);

}  // namespace calor::run
