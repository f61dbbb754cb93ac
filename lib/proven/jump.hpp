#pragma once
// A jump learner on a finite model in balls: every quantity that is a functional of the chain's exact law.

#include <string>
#include <vector>

#include "experiment/experiment.hpp"
#include "proven/rows.hpp"

namespace calor::proven {

/// "" if jump_book covers this experiment; else what it does not: models with real x or of one's own, schedules,
/// samplers that are no finite kernels, more work than `most_work` multiplications.
std::string why_not_proven(const experiment::Experiment& experiment, double most_work);

/// All quantities at `points` (the first is 0) to the thread's precision. Left out, because no theorem here covers an
/// integral over time of what is not linear in the density: ep_x, flow_x and flow_theta of a sampler that lags in
/// continuous time, and the fluctuations on request.
std::vector<BallRow> jump_book(const experiment::Experiment& experiment, const std::vector<num::Rational>& points,
                               int threads);

}  // namespace calor::proven
