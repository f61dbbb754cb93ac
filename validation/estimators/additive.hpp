#pragma once
// Entropies that are sums over letters: S = Σ_i (n_i/N) (ln N − g(n_i)) − c/N.

#include <cstdint>
#include <span>

#include "validation/estimators/result.hpp"

namespace calor::estimators {

using Counts = std::span<const std::uint64_t>;

/// Sum of the counts. Throws InputError if it is 0 or beyond 2^53 (a double no longer holds it).
std::uint64_t total(Counts counts);

/// Number of letters seen at least once.
std::size_t letters_seen(Counts counts);

struct Additive {
  double (*g)(double n);  // called for n >= 1
  double c = 0;
};

/// Value, and the standard error of the delete-one jackknife (Efron & Stein, Ann. Stat. 9, 586 (1981)):
/// σ² = (N−1)/N Σ_s (S_(s) − mean)², S_(s) the estimate without sample s, which depends on the letter of s only.
/// NaN for N = 1. Throws InputError as `total` does.
Result additive_entropy(const Additive& form, Counts counts);

}  // namespace calor::estimators
