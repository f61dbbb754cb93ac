#pragma once
// Grids that widen with the distance from their middle: x = middle + half sinh(u), u uniform. On them the trapezoidal
// rule in u is spectrally accurate for smooth densities that decay before the ends.

#include <cmath>

namespace calor::grid {

struct SinhGrid {
  double middle = 0, half = 1;
  double step = 1;  // of u
  int side = 0;     // nodes on either side of the middle

  int size() const { return 2 * side + 1; }
  double node(int i) const { return middle + half * std::sinh((i - side) * step); }
  double weight(int i) const { return half * std::cosh((i - side) * step) * step; }
  /// Inverse of node, in between too.
  double place(double x) const { return std::asinh((x - middle) / half) / step + side; }
};

}  // namespace calor::grid
