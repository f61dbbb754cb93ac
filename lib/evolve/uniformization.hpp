#pragma once
// exp(t W) p for a birth–death chain in positive arithmetic: with q at least the fastest rate and P = 1 + W/q,
//   exp(t W) p = sum_k e^{-qt} (qt)^k / k! P^k p
// (A. Jensen, Skand. Aktuarietidskr. 36, 87 (1953)). Every term is >= 0, so the tails keep their relative accuracy.

#include <span>
#include <vector>

#include "evolve/chain.hpp"

namespace calor::evolve {

/// Steps P that time t costs: 2 fastest() t, and the width of the Poisson weights beyond.
double uniformization_steps(const Chain& chain, double t);

/// Poisson weights left out, relative to all of them: the result lacks at most this share of max_k (P^k p)_i.
inline constexpr double uniformization_truncation = 1e-40;

/// exp(t_j W) start at increasing times >= 0, start >= 0; [time][state]. One pass up to the last time.
std::vector<std::vector<double>> exponential_by_uniformization(const Chain& chain, std::span<const double> start,
                                                               std::span<const double> times);

}  // namespace calor::evolve
