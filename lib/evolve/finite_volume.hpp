#pragma once
// Structure-preserving finite-volume solver: the chain of scharfetter_gummel.hpp, evolved to round-off.

#include "evolve/scharfetter_gummel.hpp"

namespace calor::evolve {

/// Exponentials: positive arithmetic (uniformization.hpp) where that is cheap or where the density is still much wider
/// than the stationary one; CRAM-16 (cram.hpp) from there on, in one step for each time. Densities solve the
/// semi-discrete equation to round-off: the h² error is the caller's, by nested grids. Solution::round_off is an
/// estimate: it covers the exponentials' errors, rounding of the rates along the grid, and rounding of the losses
/// handed in (epsilon |L|/T in ln pi).
class FiniteVolume final : public Propagator<double> {
 public:
  /// Throws AccuracyError when a wide start would need more than 1e9 node updates before the rational exponential is
  /// safe, InternalError when the problem's vectors, temperature, mobility or times are not as Problem and Propagator
  /// say.
  Solution<double> solve(const Problem<double>& problem, std::span<const double> times) const override;
};

}  // namespace calor::evolve
