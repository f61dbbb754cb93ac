#pragma once
// Discrete data: exact weights of the types, and the limit in which the parameters memorise the type (theory.md §8).

#include <vector>

#include "analytic/quantities.hpp"
#include "num/exact.hpp"

namespace calor::analytic {

/// A type: counts of the outcomes in N draws, with its exact multinomial probability.
struct TypeWeight {
  std::vector<long> counts;
  num::Rational weight;
};

/// All types of `size` draws from `target`, lexicographic in the counts from the first outcome's smallest; weights sum
/// to exactly 1. Throws InputError unless size >= 1, probabilities are >= 0 and sum to exactly 1.
std::vector<TypeWeight> multinomial_weights(long size, const std::vector<num::Rational>& target);

/// C(N,k) p^k (1-p)^{N-k}, k = 0..N, exactly; p is the probability of what is counted.
std::vector<num::Rational> binomial_weights(long size, const num::Rational& p);

/// -Σ p ln p of a finite distribution.
template <num::Real R>
R entropy(const std::vector<R>& p);

/// H(type) = -Σ w ln w.
template <num::Real R>
R type_entropy(long size, const std::vector<num::Rational>& target);

/// T → 0 first, then t → ∞, λ = 0 (bernoulli, categorical, or any model that can represent every frequency): Θ is a
/// function of the type n and p(·|Θ) = n/N. m_info = H(type), l_info = Σ_n w D(n/N ‖ p*) = h(p*) - Σ_n w h(n/N),
/// info_x_theta = l_info, info_x_theta_given_b = 0, entropies of X, losses (the test loss is infinite where an outcome
/// of p* can be missing from B).
template <num::Real R>
Quantities<R> memorised_limit(long size, const std::vector<num::Rational>& target);

}  // namespace calor::analytic
