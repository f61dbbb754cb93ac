#pragma once
// `calor estimate --expect N`: what an estimator gives on average for N independent samples of known probabilities.

#include "validation/estimators/columns.hpp"
#include "validation/estimators/request.hpp"
#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// Exact mean in place of the value, exact standard deviation of one estimate in place of the standard error (NaN for
/// mi-plugin); among the conventions the exact value of what is estimated, and the bias. Throws InputError where the
/// expectation cannot be computed.
Result expectation(const Request& request, const Samples& samples);

}  // namespace calor::estimators
