#pragma once
// Bounds on I(A;C) from K pairs (a_i, c_i) and their K × K log-likelihoods ln p(a_i|c_j): (1/K) Σ_i [ln p(a_i|c_i) − ln
// p̂_i]. Upper: p̂_i = (1/(K−1)) Σ_{j≠i} p(a_i|c_j), leave one out (Poole et al., ICML 2019, eq. 13). Lower: p̂_i = (1/K)
// Σ_j p(a_i|c_j), InfoNCE with the true likelihood as critic (van den Oord et al. 2018; Poole et al., eq. 12). Bias:
// the expectation of each is a bound for every K >= 2; the lower never exceeds ln K. Regime: K ≫ e^I.

#include "validation/estimators/log_likelihoods.hpp"
#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// Nats; standard error by the jackknife over pairs (row and column i leave together), NaN for fewer than 4 pairs.
/// +inf if all the likelihoods of some a_i but its own vanish. Throws InputError as `check_square` does.
Result leave_one_out_upper(LogLikelihoods table);

/// Nats; standard error as above. Throws InputError as `check_square` does.
Result info_nce_lower(LogLikelihoods table);

}  // namespace calor::estimators
