#pragma once
// Gaussian learners whatever their schedules: linear drift, noise that does not depend on theta.

#include "run/job.hpp"

namespace calor::run {

/// True for gaussian-mean and linear-regression with the equilibrium or the ou sampler, in continuous time or in turns,
/// under langevin, or under sgld with full batches, temperatures > 0; and for gaussian-mean of one dimension under
/// sgd-diffusion, a mixture over the scatter of the data, in several with given examples and a start that is as wide in
/// all directions. has_closed_form is part of it.
bool moves_linearly(const experiment::Experiment& experiment);

/// True where a grid has what is asked for, and the second moments have not: moments of heat_x and work_x, and
/// housekeeping of sgld, of gaussian-mean at equilibrium.
bool only_on_grid(const Job& job);

/// Throws AccuracyError where there are more turns than can be followed one by one.
void require_turns(const experiment::Experiment& experiment);

/// One resolution, one row a point, with round-off.
template <Real R>
std::vector<info::Row<R>> linear_rows(const Job& job, const std::vector<R>& points, int level);

/// All quantities by the equations of the second moments (analytic/linear_flow.hpp, linear_turns.hpp).
void linear_moments(Job& job);

}  // namespace calor::run
