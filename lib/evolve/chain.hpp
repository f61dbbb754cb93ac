#pragma once
// A birth–death chain: states 0 .. n-1 in a row, jumps between neighbours only. Its generator W has columns that sum to
// zero, (W p)_i = up_{i-1} p_{i-1} + down_i p_{i+1} - (up_i + down_{i-1}) p_i. Only the off-diagonal rates are kept: a
// stored diagonal would lose probability like t |W| epsilon.

#include <algorithm>
#include <cstddef>
#include <vector>

namespace calor::evolve {

struct Chain {
  std::vector<double> up;    // [n-1] rate i -> i+1
  std::vector<double> down;  // [n-1] rate i+1 -> i

  std::size_t size() const { return up.size() + 1; }

  /// Largest total rate out of a state.
  double fastest() const {
    double top = 0;
    for (std::size_t i = 0; i < size(); ++i)
      top = std::max(top, (i < up.size() ? up[i] : 0) + (i > 0 ? down[i - 1] : 0));
    return top;
  }
};

}  // namespace calor::evolve
