#pragma once
// Uniform grids of one parameter. On them the trapezoidal rule is spectrally accurate for smooth densities that decay
// before the edges.

#include <vector>

#include "num/real.hpp"

namespace calor::grid {

template <num::Real R>
struct Grid {
  R start = 0;
  R spacing = 1;
  int size = 0;

  R node(int i) const { return start + spacing * i; }
  R end() const { return node(size - 1); }
};

}  // namespace calor::grid
