#pragma once
// One-dimensional quadrature rules for the distributions of Gaussian statistics.

#include <vector>

#include "num/real.hpp"

namespace calor::data {

using num::Real;

/// Nodes with weights that sum to 1.
template <Real R>
struct Axis {
  std::vector<R> node, weight;
};

/// N(0, 1) by the trapezoidal rule with this spacing, as far as exp(-z²/2) >= tail. The rule's error is
/// 2 exp(-2 pi²/spacing²) for an entire integrand of no growth.
template <Real R>
Axis<R> normal_axis(const R& tail, const R& spacing);

/// X/freedom, X chi-squared with `freedom` degrees of freedom; freedom = 0 is the constant 0. Trapezoidal rule in v
/// with X = exp(v - e^{-v}), which decays double-exponentially on both sides however small `freedom` is, and in which
/// functions of ln X are as smooth as functions of X (H. Takahasi and M. Mori, Publ. RIMS 9, 721 (1974)). The step in v
/// is such that the rule's error on the density is about that of a normal axis of this spacing.
template <Real R>
Axis<R> chi_square_axis(int freedom, const R& tail, const R& spacing);

}  // namespace calor::data
