#pragma once
// Central differences on a uniform grid, exact for polynomials of degree 2r:
//   f'(0) = sum_k first[k] (f(k) - f(-k)),  f''(0) = sum_k second[k] (f(k) + f(-k) - 2 f(0)),  k = 1 .. r
// (B. Fornberg, Math. Comp. 51, 699 (1988)): first[k] = (-1)^(k+1) r!²/(k (r-k)! (r+k)!), second[k] = 2 first[k]/k.
// What they do wrong at a node comes from its neighbours: tails keep their relative accuracy, where sinc collocation
// carries errors of the bulk everywhere.

#include <vector>

#include "num/real.hpp"

namespace calor::evolve {

template <num::Real R>
struct Central {
  std::vector<R> first, second;  // [0 .. r]; [0] is 0

  explicit Central(int r) : first(static_cast<std::size_t>(r) + 1, R(0)), second(first) {
    R ratio = 1;  // r!²/((r-k)! (r+k)!)
    for (int k = 1; k <= r; ++k) {
      ratio *= R(r - k + 1) / R(r + k);
      first[static_cast<std::size_t>(k)] = (k % 2 ? R(1) : R(-1)) * ratio / k;
      second[static_cast<std::size_t>(k)] = 2 * first[static_cast<std::size_t>(k)] / k;
    }
  }
};

}  // namespace calor::evolve
