#pragma once
// Kraskov–Stögbauer–Grassberger estimator 1 (Phys. Rev. E 69, 066138 (2004), eq. 8):
//   I = ψ(k) + ψ(N) − ⟨ψ(n_x + 1) + ψ(n_y + 1)⟩,
// ε_i the distance from sample i to its k-th neighbour in the max norm of (x, y), n_x(i) the number of other samples
// with |x_j − x_i| < ε_i (strict), n_y likewise; max norm within x and within y. Bias: near 0 for independent x and y;
// downwards under strong dependence, where it needs N of order e^{I d} (Gao, Ver Steeg & Galstyan, AISTATS 2015).
// Regime: continuous samples without repeats, d <= 4, I up to a few nats.

#include "validation/estimators/halving.hpp"
#include "validation/estimators/points.hpp"
#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// Nats; may be slightly negative. Standard error by halving. No standardisation (as in the paper's formula; see
/// `standardised`). Throws InputError unless x and y are equally many and 1 <= k < N, or if a sample coincides with k
/// others.
Result mi_ksg1(Points x, Points y, int k = 3, int halvings = default_halvings);

}  // namespace calor::estimators
