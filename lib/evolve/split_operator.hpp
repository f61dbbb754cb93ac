#pragma once
// Split-operator solver in the logarithm of the density: accurate relative to the density itself however far in its
// tails, also where the start is much wider than the stationary density, where the symmetrised expansion of
// spectral.hpp loses all digits.
//
// With rho = exp(-(L - min L)/2T) psi and H = -D d²/dtheta² + V (spectral.hpp), V = V_q + V_r, V_q = (omega²/4D)(theta
// - c)² - omega/2 taken from the least curvature of the loss. One step is Strang's exp(-tau V_r/2) exp(-tau H_q)
// exp(-tau V_r/2); the middle factor is Mehler's kernel, exact for quadratic losses:
//   exp(-tau H_q)(x,y) = exp(omega tau/2) sqrt(omega / (4 pi D sinh omega tau)) exp(-a(x-c)² - a(y-c)² - (x-y)²/2s²),
//   a = (omega/4D) tanh(omega tau/2),  s² = (2D/omega) sinh(omega tau)          (Feynman & Hibbs, problem 3-8,
//   imaginary time).
// All kernels are positive, so ln psi is computed as a logarithm of a sum of exponentials without cancellation. The
// error in tau is even (tau², tau⁴, ...); ln psi is extrapolated over 1, 2, 3, ... substeps.

#include "evolve/propagator.hpp"

namespace calor::evolve {

class SplitOperator final : public Propagator<double> {
 public:
  /// `step`: largest step of the coarsest column, as a share of 1/(mu max L''); `columns`: columns of the
  /// extrapolation.
  SplitOperator(double step, int columns) : step_(step), columns_(columns) {}

  Solution<double> solve(const Problem<double>& problem, std::span<const double> times) const override;

 private:
  double step_;
  int columns_;
};

}  // namespace calor::evolve
