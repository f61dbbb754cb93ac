#pragma once
// The mean of independent samples: heat and work averages, losses, log-ratios.

#include <span>

#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// Unbiased. Standard error s/√N with the N − 1 standard deviation s (NaN for N = 1; too small for serially correlated
/// samples). Throws InputError if there are no samples.
Result mean(std::span<const double> samples);

}  // namespace calor::estimators
