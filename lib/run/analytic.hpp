#pragma once
// Experiments whose every quantity is known in closed form (theory.md section 8).

#include "ledger/ledger.hpp"
#include "run/level.hpp"

namespace calor::run {

/// True for gaussian-mean with langevin and the equilibrium sampler.
bool has_closed_form(const experiment::Experiment& experiment);

/// The closed forms at the study's points; the error is what round-off in R can do to them.
template <Real R>
ledger::Book<R> closed_form_book(const experiment::Experiment& experiment, const Study<R>& study);

}  // namespace calor::run
