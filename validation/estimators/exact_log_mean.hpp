#pragma once
// Exact expectations of logarithms of averages: what nested Monte Carlo, leave-one-out and InfoNCE make of finitely
// many inner samples, for any number of them and any law of the likelihood.

#include <cstddef>
#include <span>

namespace calor::estimators {

/// ⟨ln S⟩ of S = own + Σ_{m=1}^{M} p_m, with p_m independent, equal to value[i] >= 0 with probability weight[i]. By
/// Frullani's integral ln S = ∫_0^∞ (e^{−u} − e^{−uS}) du/u with u = e^v: ⟨ln S⟩ = ∫ dv [exp(−e^v) − e^{−e^v own}
/// (Σ_i weight_i e^{−e^v value_i})^M], by the trapezoidal rule (analytic in |Im v| < π/2: spacing 0.2 errs by e^{−49});
/// absolute error about 1e-13; values below 1e-290 of the mean count as 1e-290 of it. −inf if S = 0 has a probability.
/// Throws InputError unless the weights are >= 0 and add up to 1 (to 1e-6; they are divided by their sum), values and
/// own are >= 0 and finite, M >= 1.
double expected_log_sum(std::span<const double> value, std::span<const double> weight, std::size_t m, double own = 0);

}  // namespace calor::estimators
