#pragma once
// What this version can compute: everything else that experiment.md describes is refused by name.

#include "experiment/experiment.hpp"
#include "run/job.hpp"

namespace calor::run {

/// Throws InputError "FILE:LINE: key: ..." naming what this version cannot compute and what it can.
void require_supported(const Job& job);

/// True if the covariance of the gradients over examples depends on theta: some l_a, a > 0, is not linear.
bool noise_bends(const experiment::Model& model);

/// True if the loss and the learner's noise separate: gaussian-mean in several dimensions with langevin or full-batch
/// sgld, and nothing that lags.
bool separates(const experiment::Experiment& experiment);

}  // namespace calor::run
