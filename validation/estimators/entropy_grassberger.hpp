#pragma once
// Grassberger's entropies: S = ln N − (1/N) Σ_i n_i G(n_i).
//   1988: G(n) = ψ(n) + (−1)^n/(n(n+1))                     (Phys. Lett. A 128, 369 (1988))
//   2003: G(n) = ψ(n) + ½(−1)^n [ψ((n+1)/2) − ψ(n/2)]       (arXiv:physics/0307138)
// For Poisson counts of mean λ the 2003 form has ⟨n G(n)⟩ = λ ln λ + λ E₁(2λ): its bias falls exponentially in λ. The
// 1988 form has ⟨n G(n)⟩ = λ ln λ + λ E₁(λ) − e^{−λ}(1 − (1 − e^{−λ})/λ). Bias: downwards, small once N p_i > 1 for the
// letters that matter. Regime: N from about K/2 upwards.

#include "validation/estimators/additive.hpp"

namespace calor::estimators {

enum class Grassberger { v1988, v2003 };

/// G(n) for n >= 1; n as a double that holds a whole number.
double grassberger_g(Grassberger variant, double n);

/// Nats; standard error by jackknife, of the 2003 form that of the plug-in entropy: G(2n+1) = G(2n), so that the form's
/// own differences hang on the parity of the counts (20 times too large for counts that are all about equal). Throws
/// InputError if there are no samples.
Result entropy_grassberger(Counts counts, Grassberger variant = Grassberger::v2003);

}  // namespace calor::estimators
