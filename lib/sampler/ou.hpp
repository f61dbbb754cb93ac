#pragma once
// The exact transition of the `ou` sampler over a time,
//   P'(x) = int N(x; m + f (x' - m), s² (1 - f²)) P(x') dx',  f = exp(-rate * time),
// for densities that their values at the nodes of x interpolate by sinc, with absolute round-off of the size of
// epsilon max P.

#include <limits>

#include "grid/grid.hpp"
#include "grid/sinh.hpp"
#include "num/eigen.hpp"

namespace calor::sampler {

/// On a uniform grid, by Fourier's integral.
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

/// On a grid that widens, sinc in u, by trapezoidal sums over the Gaussian; over long times, when it is wide, over the
/// nodes. Round-off as OuTransition's.
class SinhOuTransition {
 public:
  /// decay: rate * time > 0.
  SinhOuTransition(const grid::SinhGrid& x, double decay) : x_(x), decay_(decay) {}

  /// As OuTransition::at, where p(.|theta) is N(mean, stddev²).
  num::Matrix<double> at(double mean, double stddev) const;

 private:
  num::Matrix<double> summed(double mean, double stddev) const;

  grid::SinhGrid x_;
  double decay_;
};

}  // namespace calor::sampler
