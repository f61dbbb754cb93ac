#pragma once
// Many data sets from few: the losses of one-parameter models are linear in one number b of the data (a mean),
// L_b = L_0 + b l, and ln rho_b(theta, t) is analytic in b. It is computed at Chebyshev points of b and interpolated
// between them.

#include <functional>
#include <vector>

#include "evolve/propagator.hpp"

namespace calor::evolve {

template <Real R>
class Interpolated final : public Propagator<R> {
 public:
  /// `problem` makes the problem of a data set from b in [low, high]; `points` of them are solved by `solver` on
  /// `threads` threads, at `times`. `done` (optional) is called with the share that is finished.
  Interpolated(const std::function<Problem<R>(const R&)>& problem, const R& low, const R& high, int points,
               const Propagator<R>& solver, std::span<const R> times, int threads,
               const std::function<void(double)>& done);

  /// The data set is recognised by its slope; `times` must be those of the constructor. Where any of the points has no
  /// ln rho, or none that means anything, there is none here either, and its density counts as 0 with the neighbours'
  /// densities as round-off.
  Solution<R> solve(const Problem<R>& problem, std::span<const R> times) const override;

 private:
  std::vector<R> weights(const R& x) const;
  void density_at(std::size_t time, const std::vector<R>& weight, std::size_t above, Solution<R>& out) const;

  std::vector<R> x_;  // Chebyshev points in [-1, 1]
  std::vector<Solution<R>> solution_;
  std::vector<R> slope_low_, slope_high_;  // L' at b = low and high
  std::size_t widest_ = 0;                 // node where they differ most
};

}  // namespace calor::evolve
