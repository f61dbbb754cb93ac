#pragma once
// Exponentials of linear systems without cancellation.

#include <vector>

#include "analytic/number.hpp"

namespace calor::analytic {

/// The convolution of exponentials (e^{-r_0 ·} * … * e^{-r_k ·})(t) = t^k exp[-r_0 t, …, -r_k t] (a divided difference
/// of exp; equal rates allowed, k >= 0), t >= 0. Positive; relative accuracy of a few round-offs of e^{-r t}, uniformly
/// in the rates: for clustered rates a series of positive terms, else the recursion
///     exp[z_0..z_k] = (exp[z_0..z_{k-1}] - exp[z_1..z_k]) / (z_0 - z_k),
/// used only where z_0 - z_k >= 2, so that each level loses at most a bit or two.
template <Number R>
R convolved_exponentials(const R& t, std::vector<R> rates);

/// (1 - e^{-kt})/k, t at k = 0.
template <num::Real R>
R saturation(const R& k, const R& t) {
  using std::expm1;
  return k == 0 ? t : R(-expm1(-k * t) / k);
}

/// 1 + q + … + q^{n-1}, also at q = 1, given 1 - q =: p with relative accuracy.
template <Number R>
R geometric_sum(const R& p, long n);

/// (1 + z) ln(1 + z) - z >= 0 with relative accuracy; 1 at z = -1. Relative entropy is Σ q f((p - q)/q).
template <Number R>
R entropy_excess(const R& z);

/// z - ln(1 + z) >= 0 with relative accuracy, z > -1.
template <Number R>
R log_deficit(const R& z);

}  // namespace calor::analytic
