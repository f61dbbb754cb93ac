#pragma once
// Nested Monte Carlo for I(A;C) with known likelihoods: I = (1/N) Σ_i [ln p̂(a_i|c_i) − ln p̂(a_i)], each p̂ the mean of p
// over inner samples (Rainforth et al., ICML 2018). One column as numerator: p(a_i|c_i) itself. L-info needs two
// averages: p(x|b) over Θ ~ p(θ|b), p(x) over Θ ~ p(θ). Bias (M inner samples, delta method): +Var[p(a_i|c)]/(2 M
// p(a_i)²) averaged over i from the denominator, by Jensen never negative; − the same from a numerator of more than one
// column. Regime: M ≫ the largest p(a|c)/p(a).

#include "validation/estimators/log_likelihoods.hpp"
#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// Nats. Row i of `numerator`: ln p(a_i|·) at inner samples of what goes with a_i; row i of `denominator`: the same at
/// inner samples of the marginal, independent of i and from row to row. The standard error is that of the outer mean,
/// inner scatter included; it is too small if rows share their inner samples. +inf if a sample has probability 0 under
/// all inner samples of the marginal, -inf if under all of its own. Throws InputError on tables of different heights
/// and as `check` does.
Result nested_monte_carlo(LogLikelihoods numerator, LogLikelihoods denominator);

}  // namespace calor::estimators
