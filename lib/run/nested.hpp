#pragma once
// Errors of second-order solvers: Richardson's extrapolation of every quantity over two families of nested grids.

#include <functional>

#include "run/refine.hpp"

namespace calor::run {

/// rows(f, level): all quantities at all times, family f in {0, 1}, its spacing halved `level` times. The families
/// differ in everything but the spacing. value: the finer family's extrapolation; error: Richardson's
/// (evolve/richardson.hpp) plus twice the difference of the families plus twice the round-off. Ends when the goal is
/// met or after `most` levels (at least 3).
ledger::Book<double> nested_families(const std::function<std::vector<info::Row<double>>(int, int)>& rows, int most,
                                     const Goal<double>& goal);

}  // namespace calor::run
