#pragma once
// The exact transition of the `ou` sampler over a time, on a uniform grid of x: for functions of bandwidth pi/spacing
//   P'(x) = int N(x; theta + f (x' - theta), s² (1 - f²)) P(x') dx',  f = exp(-rate * time),
// by Fourier's integral, with absolute round-off of the size of epsilon max P.

#include <limits>

#include "grid/grid.hpp"
#include "num/eigen.hpp"

namespace calor::sampler {

class OuTransition {
 public:
  /// Round-off of a density after the transition, in units of the largest before it.
  static constexpr double round_off = 4 * std::numeric_limits<double>::epsilon();

  /// decay: rate * time > 0.
  OuTransition(const grid::Grid<double>& x, double stddev, double decay);

  /// Column by column the new density at the nodes, from one that is 1 at a node and 0 at all others (K x K).
  num::Matrix<double> at(double theta) const;

 private:
  grid::Grid<double> x_;
  double keep_;
  num::Vector<double> wave_, weight_;  // quadrature in the wave number
  num::Matrix<double> cosine_, sine_;  // of wave * x, one row a node
};

}  // namespace calor::sampler
