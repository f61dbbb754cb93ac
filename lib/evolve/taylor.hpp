#pragma once
// Fokker–Planck equations whose mobility and temperature change in time (and constant ones): sinc collocation in theta,
// Taylor series in time. With rho = e^g psi, g = -(L - min L)/2T* and a T* at least the highest temperature,
//   d psi/dt = mu(t) A psi + D(t) K psi,  D = mu T,
//   A psi = L' psi' + (L'' + g' L') psi,  K psi = psi'' + 2 g' psi' + (g'' + g'^2) psi.
// mu and D are polynomials on each stretch, so the coefficients of psi(t_0 + tau x) = sum_k c_k x^k follow by
// recurrence,
//   (k+1) c_{k+1} = tau sum_j (mu_j A + D_j K) c_{k-j},
// to round-off, and give psi at every time between. The weight e^g keeps the tails' digits, as in evolve/spectral.hpp;
// a start that is too wide for it gets a larger T*, up to g = 0.

#include "evolve/propagator.hpp"

namespace calor::evolve {

template <Real R>
class Taylor final : public Propagator<R> {
 public:
  /// Solution::medium_rate is filled in.
  Solution<R> solve(const Problem<R>& problem, std::span<const R> times) const override;
};

}  // namespace calor::evolve
