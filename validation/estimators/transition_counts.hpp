#pragma once
// Entropy production from how often each transition was seen.
// Stationary chain: Σ̂ per step = Σ_ij (n_ij/N) ln(n_ij/n_ji)  (plug-in of D(p_ij‖p_ji), Roldán & Parrondo, PRL 105,
// 150607 (2010)). Relaxing jump process with constant rates, over R runs: Σ̂ = ΔŜ + (1/R) Σ_ij n_ij ln(ŵ_ij/ŵ_ji), ŵ_ij
// = n_ij/τ_i, τ_i the time spent in i, Ŝ the plug-in entropies of the last and the first states (theory.md I4, I7).
// Bias: upwards, about (number of pairs of connected states)/N per step near equilibrium; downwards where transitions
// were seen in one direction only and are dropped. Regime: every transition seen many times in both directions.

#include <cstdint>
#include <span>
#include <vector>

#include "validation/estimators/additive.hpp"
#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// What becomes of a transition that was seen in one direction only.
enum class OneWay { infinite, drop };

/// Nats per step. `counts`: n_ij row by row for `states` states, n_ii (which count in N) included. Standard error by
/// the delta method for independent transitions. The conventions say how many transitions were dropped. Throws
/// InputError on wrong sizes or no transitions.
Result stationary_entropy_production(Counts counts, std::size_t states, OneWay one_way = OneWay::infinite);

/// A run of the relaxing process, or several runs added up.
struct RunCounts {
  std::vector<std::uint64_t> transitions;  // n_ij row by row
  std::vector<double> dwell;               // τ_i
  std::vector<std::uint64_t> first, last;  // how many runs begin and end in each state
};

/// Nats per run, from the counts of all groups added up. Standard error by the delete-one-group jackknife (NaN for
/// fewer than 2 groups); make the groups alike in size, single runs or blocks of runs. Throws InputError on wrong
/// sizes, no runs, as many beginnings as ends not given, or a state that was left or reached and back but has τ_i <= 0.
Result relaxing_entropy_production(std::span<const RunCounts> groups, OneWay one_way = OneWay::infinite);

}  // namespace calor::estimators
