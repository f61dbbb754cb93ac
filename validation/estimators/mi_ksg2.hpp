#pragma once
// Kraskov–Stögbauer–Grassberger estimator 2 (Phys. Rev. E 69, 066138 (2004), eq. 9):
//   I = ψ(k) − 1/k + ψ(N) − ⟨ψ(n_x) + ψ(n_y)⟩,
// the k nearest neighbours of sample i taken in the max norm of (x, y), ε_x(i) and ε_y(i) the largest distance to one
// of them in x and in y, n_x(i) the number of other samples with |x_j − x_i| <= ε_x(i) (not strict), n_y likewise; max
// norm within x and within y. Bias: as KSG 1, a little larger statistical error of opposite trend in high dimension.
// Regime: as KSG 1.

#include "validation/estimators/halving.hpp"
#include "validation/estimators/points.hpp"
#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// Nats; may be slightly negative. Standard error by halving. No standardisation (see `standardised`). Samples that are
/// as near as the k-th are neighbours too, so that the order of the rows does not matter. Throws InputError as mi_ksg1
/// does.
Result mi_ksg2(Points x, Points y, int k = 3, int halvings = default_halvings);

}  // namespace calor::estimators
