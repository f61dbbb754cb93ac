#pragma once
// Which interval and spacing an sgld run needs. Decisions only, in double; a run confirms them by refinement.

#include <vector>

#include "grid/plan.hpp"
#include "learner/sgld.hpp"

namespace calor::learner {

/// What an sgld run goes through, in double.
struct SgldCourse {
  double initial_mean = 0, initial_stddev = 1, weight_decay = 0;
  double x_stddev = 0;  // of p(x|theta), real x; 0 for discrete x
  std::vector<StepSize> steps;
  std::vector<Batches<double>> families;  // of each data set, or of a stream
  bool stream = false;                    // every step may be any batch of the one family
};

struct SgldPlan {
  grid::Interval interval;
  double spacing = 0;
};

/// Interval: where some density exceeds exp(-decades) of its top at some step, by propagating the densities on a coarse
/// grid that moves with them (a stream: their envelope over all sequences of batches). Spacing: the trapezoidal rule
/// applied to rho_n(theta) K(theta'|theta) [p(x|theta)] errs by exp(-2 pi² w²/h²) for width w, which is made
/// exp(-spacing_decades).
SgldPlan sgld_plan(const SgldCourse& course, const model::Model<double>& model, double decades, double spacing_decades);

}  // namespace calor::learner
