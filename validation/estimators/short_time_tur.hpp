#pragma once
// Entropy production rate from the thermodynamic uncertainty relation over a short time dt (Manikandan, Gupta &
// Krishnamurthy, PRL 124, 120603 (2020); Otsubo et al., PRE 101, 062106 (2020)): σ >= 2⟨J⟩²/(dt Var J) for every
// current J, and for the best linear combination of m currents 2 ⟨J⟩ᵀ C⁻¹ ⟨J⟩/dt, C their covariance. Equality as dt →
// 0 for Langevin dynamics if the currents span the thermodynamic force. Bias, N Gaussian samples: ⟨J⟩ᵀC⁻¹⟨J⟩ has the
// expectation (N−1)/(N−m−2) (Δ + m/N), Δ the true value (Hotelling's T²); the estimate takes it out. With too few
// currents, or dt not small, the estimate tends to a lower bound.

#include <span>

#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// Nats per unit of time; unbiased for Gaussian currents, so it may be negative. `currents`: N rows of m over dt.
/// Standard error by the delete-one jackknife in closed form. Throws InputError unless N > m + 3, dt > 0, all is finite
/// and the covariance is not singular.
Result short_time_tur(std::span<const double> currents, std::size_t m, double dt);

}  // namespace calor::estimators
