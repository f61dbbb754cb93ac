#pragma once
// One resolution of a `jump` run: all quantities at all points, with their round-off (theory.md sections 2 to 7; I7,
// I13 for jumps).
//
// Exact up to round-off, at every resolution: densities (positive arithmetic, evolve/finite_chain.hpp), heats, works
// and
//   F = int dt sum_{theta -> theta'} w rho(theta) D(p(.|theta) || p(.|theta'))
// (linear in the density, integrated exactly), and with `time.step` everything of X. By quadrature in time: what is not
// linear, that is flows and ep_x of a lagging sampler in continuous time, and the checks by currents.

#include <functional>
#include <vector>

#include "info/row.hpp"
#include "ledger/ledger.hpp"
#include "run/level.hpp"

namespace calor::run {

/// points: increasing, the first 0. fluctuations: moments of heat_x and work_x and ift_x too.
/// Units: nats, k_B = 1. Throws InputError for what has no exact treatment here (ou in several dimensions, time.step
/// with more than 2000 states) and AccuracyError where rates leave the range of R.
template <Real R>
std::vector<info::Row<R>> jump_rows(const experiment::Experiment& experiment, const std::vector<R>& points,
                                    const Resolution& resolution, int threads,
                                    const std::function<void(double)>& progress, bool fluctuations = false);

/// What the rows of jump_rows must satisfy, for every sampler and with or without `time.step`: identities whose
/// quantities a combination does not define are skipped (I1 to I7, I10 to I13, I16).
template <Real R>
std::vector<ledger::Identity<R>> jump_identities(const R& temperature);

}  // namespace calor::run
