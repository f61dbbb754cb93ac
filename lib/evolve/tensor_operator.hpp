#pragma once
// Sinc differentiation along the axes of a tensor grid (evolve/sinc.hpp). First and second derivatives are Toeplitz
// matrices, odd and even under reversal of the axis: folding f_i ± f_{n-1-i} leaves two blocks of half the size, half
// the multiplications. Axes have an even number of nodes.

#include <vector>

#include "grid/tensor.hpp"

namespace calor::evolve {

using num::Matrix;
using num::Vector;

/// A Toeplitz matrix of even size n with M(n-1-i, n-1-j) = ±M(i, j) acting along one axis.
class FoldedAxis {
 public:
  /// sign +1: symmetric under reversal, -1: antisymmetric.
  FoldedAxis(const Matrix<double>& m, int sign);

  /// out += M in along `axis`; `scratch` keeps its storage between calls.
  void add(const grid::Tensor& grid, int axis, const double* in, double* out, std::vector<double>& scratch) const;

 private:
  void add_first(Eigen::Index columns, const double* in, double* out, std::vector<double>& scratch) const;
  void add_slab(Eigen::Index inner, const double* in, double* out, std::vector<double>& scratch) const;

  Eigen::Index half_;
  int sign_;
  Matrix<double> even_, odd_, even_transposed_, odd_transposed_;  // act on f_i + f_{n-1-i} and on f_i - f_{n-1-i}
};

/// factor * d/dtheta, and factor * d²/dtheta², on an axis.
FoldedAxis first_derivative(const grid::Grid<double>& axis, double factor);
FoldedAxis second_derivative(const grid::Grid<double>& axis, double factor);

}  // namespace calor::evolve
