#pragma once
// Hermite functions h_j(x) = (2^j j! sqrt(pi))^-1/2 H_j(x) e^{-x²/2}, orthonormal in L2, j < n. They satisfy
//   h_{j+1} = sqrt(2/(j+1)) x h_j - sqrt(j/(j+1)) h_{j-1},   -h_j'' + x² h_j = (2j + 1) h_j.

#include <vector>

#include "proven/envelope.hpp"
#include "proven/matrix.hpp"

namespace calor::proven {

/// Values at the nodes of a rule: [node][j].
BallMatrix hermite_values(int n, const Trapezoid& rule);

/// h_j(x + s) e^{(x+s)²/2} = sum_{k<=j} out[j][k] s^k, exactly.
BallMatrix hermite_series(int n, const Ball& x);

/// Bound of every |h_j|, j < n, in |Im x| <= strip. By Mehler's formula for sum_j r^j h_j(z) h_j(conj z), 0 < r < 1,
///   |h_j(x + iy)|² <= r^-j (pi (1 - r²))^-1/2 exp(-(1-r)/(1+r) x² + (1+r)/(1-r) y²).
Bound hermite_bound(int n, double strip);

}  // namespace calor::proven
