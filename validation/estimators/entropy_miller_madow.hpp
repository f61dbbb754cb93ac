#pragma once
// Miller–Madow entropy: S = S_plugin + (K₁ − 1)/(2N), K₁ the number of letters seen (G. A. Miller, Note on the bias of
// information estimates, in: Information Theory in Psychology (1955)).
// Bias: O(1/N²) once every letter has been seen; downwards while K₁ is below the true number. Regime: N > K.

#include "validation/estimators/additive.hpp"

namespace calor::estimators {

/// Nats; standard error by jackknife. Throws InputError if there are no samples.
Result entropy_miller_madow(Counts counts);

}  // namespace calor::estimators
