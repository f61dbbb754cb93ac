#pragma once
// Nemenman–Shafee–Bialek entropy (NIPS 14, 471 (2002); arXiv:physics/0108025): the posterior mean of S under a mixture
// of symmetric Dirichlet priors over K letters whose a-priori mean entropy ξ(β) = ψ(Kβ+1) − ψ(β+1) is uniform in (0, ln
// K):
//   ⟨S⟩ = ∫ dβ ξ'(β) ρ(β) ⟨S⟩_β / ∫ dβ ξ'(β) ρ(β),   ρ(β) = Γ(Kβ)/Γ(N+Kβ) Π_i Γ(n_i+β)/Γ(β),
//   ⟨S⟩_β = ψ(X+1) − Σ_i (x_i/X) ψ(x_i+1),  x_i = n_i + β, X = N + Kβ  (Wolpert & Wolf, Phys. Rev. E 52, 6841 (1995)).
// Bias: none of order 1/N when the distribution is like a draw from a Dirichlet prior; upwards for heavy tails with K
// too large, downwards with K too small. Regime: N from about √K upwards; K has to be known.

#include "validation/estimators/additive.hpp"

namespace calor::estimators {

/// Nats. `alphabet` = K, letters that were not seen included; any whole number from the letters seen up to 1e18 (K ≫ N
/// is fine). The standard error is the posterior standard deviation of S. Throws InputError if there are no samples or
/// K is out of range.
Result entropy_nsb(Counts counts, double alphabet);

}  // namespace calor::estimators
