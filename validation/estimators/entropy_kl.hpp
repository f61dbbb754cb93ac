#pragma once
// Kozachenko–Leonenko differential entropy (Probl. Inf. Transm. 23, 95 (1987); k > 1: Singh et al., Am. J. Math. Manag.
// Sci. 23, 301 (2003)):  S = ψ(N) − ψ(k) + ln c_d + (d/N) Σ_i ln ε_i,
// ε_i the distance from sample i to its k-th neighbour, c_d the volume of the unit ball of the norm (Euclidean:
// π^{d/2}/Γ(1+d/2); max: 2^d).
// Bias: vanishes like N^{−2/d} for smooth densities (slower where the density is not smooth, and no longer negligible
// for d > 3 or so). Regime: continuous samples without repeats, d <= 4.

#include "validation/estimators/halving.hpp"
#include "validation/estimators/points.hpp"
#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// Nats, relative to the units of the columns; no standardisation. Standard error by halving. Throws InputError
/// unless 1 <= k < N, or if a sample coincides with k others.
Result entropy_kl(Points points, int k = 3, Norm norm = Norm::euclidean, int halvings = default_halvings);

}  // namespace calor::estimators
