#pragma once
// What this version can compute: everything else that experiment.md describes is refused by name.

#include "experiment/experiment.hpp"

namespace calor::run {

/// Throws InputError "FILE:LINE: key: ..." naming what this version cannot compute and what it can.
void require_supported(const experiment::Experiment& experiment);

/// True if the covariance of the gradients over examples depends on theta: some l_a, a > 0, is not linear.
bool noise_bends(const experiment::Model& model);

}  // namespace calor::run
