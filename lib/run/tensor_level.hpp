#pragma once
// One resolution of a langevin run in two or three parameters: all quantities at all points, with their round-off.

#include "info/information.hpp"
#include "run/level.hpp"
#include "run/tensor_plan.hpp"

namespace calor::run {

struct TensorLayout {
  TensorPlan plan;
  data::Ensemble<double> ensemble;
};

/// The data sets; real ones are resolved as `resolution.spacing` asks.
data::Ensemble<double> ensemble(const Study<double>& study, const TensorResolution& resolution);

TensorLayout lay_out(const Study<double>& study, const TensorResolution& resolution);

/// What a level takes: bytes of memory and floating-point operations, before anything is evolved.
struct TensorCost {
  double bytes = 0, operations = 0;
};

TensorCost cost(const Study<double>& study, const TensorLayout& layout, const TensorResolution& resolution);

/// Makes the solver of one data set's problem, which outlives it.
using TensorSolver = std::function<std::unique_ptr<evolve::TensorExpansion>(const evolve::TensorProblem&)>;

/// One row a point of the study. `fraction` (optional) is called with the share of data sets done.
std::vector<info::Row<double>> evaluate(const Study<double>& study, const TensorLayout& layout,
                                        const TensorResolution& resolution, const TensorSolver& solver,
                                        const std::function<void(double)>& fraction);

}  // namespace calor::run
