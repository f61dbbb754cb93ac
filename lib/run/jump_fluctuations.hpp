#pragma once
// Moments of heat and work of X along single trajectories, and ⟨e^{-sigma_X}⟩, where Theta jumps (theory.md section 6,
// I15). In continuous time: densities weighted by the powers of what the jumps add up, by uniformization.

#include <array>

#include "run/timed_jumps.hpp"

namespace calor::run {

/// Densities weighted by the powers 0 to 3 of a sum over jumps.
template <Real R>
using Powers = std::array<num::Vector<R>, 4>;

/// exp(t G) of dM_k/dt = W M_k + sum_{l<k} C(k,l) sum_jumps rate <gain^{k-l}> M_l, as exp(-rt) exp(t (G + r)) with the
/// largest exit rate r: the zeroth order in positive arithmetic. Relative round-off: about (16 + rt) epsilon.
template <Real R>
void evolve_powers(const std::vector<CountedJump<R>>& jumps, const R& time, Powers<R>& powers);

/// Adds "_heat_x_1" .. "_3", "_work_x_1" .. "_3" and "ift_x" to a history, for the lagging samplers in continuous time.
template <Real R>
void add_fluctuations(const JumpSetting<R>& setting, const num::Vector<R>& loss, PairHistory<R>& history);

/// The same with the equilibrium sampler: every jump of Theta finds an independent X, and q = phi(end) - phi(start) - w
/// with independent x at both ends; sigma_X = 0.
template <Real R>
void add_fluctuations(const JumpSetting<R>& setting, const num::Vector<R>& loss, LearnerHistory<R>& history);

}  // namespace calor::run
