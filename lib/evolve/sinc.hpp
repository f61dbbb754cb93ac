#pragma once
// Sinc collocation on a uniform grid: f(x) = sum_j f(x_j) sinc((x - x_j)/h), exact for functions of bandwidth pi/h
// (F. Stenger, Numerical Methods Based on Sinc and Analytic Functions, 1993, section 1.4).
// First and second derivatives at the nodes are Toeplitz matrices.

#include "num/real.hpp"

namespace calor::evolve {

/// d/dx of sinc at distance k = i - j nodes, times h: (-1)^k / k, 0 on the diagonal.
template <num::Real R>
R sinc_first(int k) {
  return k == 0 ? R(0) : R(k % 2 ? -1 : 1) / k;
}

/// d²/dx² of sinc at distance k nodes, times h²: -2(-1)^k / k², -pi²/3 on the diagonal.
template <num::Real R>
R sinc_second(int k) {
  if (k == 0) return -num::pi<R>() * num::pi<R>() / 3;
  return R(k % 2 ? 2 : -2) / k / k;
}

}  // namespace calor::evolve
