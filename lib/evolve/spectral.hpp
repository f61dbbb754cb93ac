#pragma once
// Spectral solver: sinc collocation of the symmetrised equation or, where tails need relative accuracy,
// central differences of high order (Problem::radius). With rho = sqrt(w) psi, w = exp(-(L - min L)/T),
//   d psi/dt = -H psi,  H = -D d²/dtheta² + V,  V = mu L'²/(4T) - mu L''/2
// (Risken, The Fokker–Planck Equation, section 5.4). H is symmetric; exp(-tH) psi_0 comes from its eigenvectors in
// double, from a Chebyshev expansion, in H or in resolvents of H, with more digits.

#include "evolve/exponential.hpp"
#include "evolve/propagator.hpp"

namespace calor::evolve {

/// Factor by which round-off in psi, of relative size epsilon, grows relative to the density: |psi_0| sqrt(w) against
/// rho_0. Large where rho_0 reaches where w is tiny; then the expansion loses log10 of it in digits.
template <Real R>
R spectral_condition(const Problem<R>& problem);

/// The symmetrised operator H and sqrt(w) at the nodes.
template <Real R>
ToeplitzPlusDiagonal<R> hamiltonian(const Problem<R>& problem);
template <Real R>
num::Vector<R> root_weight(const Problem<R>& problem);

template <Real R>
class Spectral final : public Propagator<R> {
 public:
  /// `digits`: psi is wanted to 10^-digits of its largest value (double always goes as far as it reaches; more digits
  /// than those of multiprecision numbers are carried on the way).
  explicit Spectral(double digits = 1e9) : digits_(digits) {}
  Solution<R> solve(const Problem<R>& problem, std::span<const R> times) const override;

 private:
  double digits_;
};

}  // namespace calor::evolve
