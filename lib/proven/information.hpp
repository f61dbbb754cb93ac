#pragma once
// Entropies and informations of finite distributions, in balls.

#include "proven/chain.hpp"

namespace calor::proven {

/// -sum p ln p.
Ball entropy(const Balls& p);

/// sum p ln(p/q); where p is 0 the term is 0. Not finite unless q is positive wherever p may be.
Ball relative_entropy(const Balls& p, const Balls& q);

/// sum_b weight_b of_b.
Balls mixture(const Balls& weights, const std::vector<Balls>& of);

Ball dot(const Balls& a, const Balls& b);

/// Sums of a joint distribution, index i * columns + k, over k (rows) and over i (columns).
Balls row_sums(const Balls& joint, std::size_t columns);
Balls column_sums(const Balls& joint, std::size_t columns);

}  // namespace calor::proven
