#pragma once
// Solver for S = -ln rho, where rho itself is too small for linear methods: wide starts, cold wells, far tails. With
// rho = exp(-S) the Fokker–Planck equation reads
//   dS/dt = D S'' - D S'² + mu L' S' - mu L'',
// mu and D constant or, between the times asked for, linear and quadratic in time.
// S is smooth on the scale of the loss, whatever the temperature. The grid moves: its ends follow S = reach. Seen from
// there the characteristics dtheta/dt = 2 D S' - mu L' leave the interval at the speed D S', so no boundary condition
// is needed, and what the low-order stencils at the ends do wrong decays inwards like exp(-(reach - S)/2) or faster.
//
// Space: central differences of order 16 on `n` intervals, fewer points next to the ends. They are equal in theta or,
// where the loss is singular on the imaginary axis only and densities go further than six strips, in
// asinh(theta/strip): without weight decay densities go far, and S is smooth there. Time: Runge–Kutta (Fehlberg 7(8),
// Boost.Odeint) with error control.

#include "evolve/propagator.hpp"

namespace calor::evolve {

/// How finely LogDensity resolves.
struct LogResolution {
  double reach = 80;               // S at the ends; values with S < reach - 55 are reliable
  double spacing = 0.15;           // largest spacing of theta
  int intervals = 96;              // fewest intervals
  double tolerance = 2e-15;        // of a step in S, relative to 1 + S
  double widening_spacing = 0.08;  // largest spacing of asinh(theta/strip), where that is what the nodes are equal in
};

/// Needs Problem::force and the Gaussian start. Where S > reach, log_density is -infinity and density 0. Throws
/// AccuracyError where more than 6000 intervals or 1e6 steps would be needed.
class LogDensity final : public Propagator<double> {
 public:
  explicit LogDensity(const LogResolution& resolution) : resolution_(resolution) {}
  Solution<double> solve(const Problem<double>& problem, std::span<const double> times) const override;

 private:
  LogResolution resolution_;
};

}  // namespace calor::evolve
