#pragma once
// Exact expectations of the estimators with known likelihoods, for discrete a and c and any small number K of
// contrasts: the contrasts enter through how often each letter c occurs among them, so the average is a sum over tables
// of counts.

#include <span>

#include "validation/estimators/exact_counts.hpp"

namespace calor::estimators {

/// Prior p(c) and likelihood p(a|c), one row a letter c.
struct Channel {
  std::span<const double> prior;
  std::span<const double> likelihood;
  std::size_t letters() const { return likelihood.size() / prior.size(); }  // of a
};

/// I(A;C) itself, nats. All here throw InputError unless prior and rows are probabilities and K, M are in range.
double exact_information(Channel channel);

/// ⟨leave_one_out_upper⟩ from K pairs, nats: ⟨ln p(a|c) − ln[(1/(K−1)) Σ_{m<K} p(a|c_m)]⟩, c_m ~ p(c) independent of
/// (a, c); +inf where a set of contrasts gives a the probability 0.
double expected_leave_one_out(Channel channel, std::size_t pairs);

/// ⟨info_nce_lower⟩ from K pairs, nats: as above with p(a|c) among the K terms of the average.
double expected_info_nce(Channel channel, std::size_t pairs);

/// ⟨nested_monte_carlo⟩ with p(a|c) over M inner samples of c, nats (the leave-one-out bound with M = K − 1).
double expected_nested_monte_carlo(Channel channel, std::size_t inner);

}  // namespace calor::estimators
