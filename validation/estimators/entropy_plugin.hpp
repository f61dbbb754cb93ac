#pragma once
// Plug-in (maximum-likelihood) entropy: S = −Σ_i (n_i/N) ln(n_i/N).
// Bias: always downwards, −(K−1)/(2N) + O(1/N²) for K letters of positive probability (Miller 1955; Basharin, Theory
// Probab. Appl. 4, 333 (1959)). Regime: N ≫ K, independent samples.

#include "validation/estimators/additive.hpp"

namespace calor::estimators {

/// Nats; standard error by jackknife. Throws InputError if there are no samples.
Result entropy_plugin(Counts counts);

}  // namespace calor::estimators
