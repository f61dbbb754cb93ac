#pragma once
// Experiments whose every quantity is known in closed form (theory.md section 8).

#include "analytic/gaussian_learner.hpp"
#include "analytic/quantities.hpp"
#include "analytic/regression.hpp"
#include "ledger/ledger.hpp"
#include "run/level.hpp"

namespace calor::run {

/// Every step of sgld sees all of the data: full batches, or minibatches of a single example's.
bool sees_all(const experiment::Experiment& experiment);

/// True for gaussian-mean with the equilibrium or the ou sampler, in continuous time or in turns, under langevin, or
/// under sgld with full batches or a stream; constant mobility, learning rate and temperature. And for
/// linear-regression with the equilibrium sampler in continuous time under langevin.
bool has_closed_form(const experiment::Experiment& experiment);

/// The closed forms of gaussian-mean at time t (or after t steps), by floating point or in balls.
template <analytic::Number R>
analytic::Quantities<R> closed_form_at(const experiment::Experiment& experiment, const R& t);

/// The coordinates of a gaussian-mean learner; of a stream, those of the mean of one minibatch.
template <analytic::Number R>
std::vector<analytic::GaussianCoordinate<R>> gaussian_coordinates(const experiment::Experiment& experiment);

/// A linear-regression learner; mobility and temperature where they begin.
template <Real R>
analytic::Regression<R> regression_problem(const experiment::Experiment& experiment);

/// The closed forms at the points; the error is what round-off in R can do to them. fluctuations: moments of heat_x and
/// work_x besides (langevin).
template <Real R>
ledger::Book<R> closed_form_book(const experiment::Experiment& experiment, const std::vector<R>& points,
                                 bool fluctuations = false);

}  // namespace calor::run
