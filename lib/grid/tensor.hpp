#pragma once
// Tensor products of uniform grids, for densities of two or three parameters. A function on the nodes is a flat vector,
// axis 0 running fastest; linear maps act axis by axis on the reshaped tensor, the full matrix is never formed.

#include <algorithm>
#include <span>
#include <vector>

#include "grid/grid.hpp"
#include "num/eigen.hpp"

namespace calor::grid {

struct Tensor {
  std::vector<Grid<double>> axes;

  int dimension() const { return static_cast<int>(axes.size()); }
  /// Number of nodes.
  Eigen::Index size() const { return stride(dimension()); }
  /// Distance in the flat vector of neighbours along an axis: the product of the sizes of the axes before it.
  Eigen::Index stride(int axis) const {
    Eigen::Index s = 1;
    for (int a = 0; a < axis; ++a) s *= axes[static_cast<std::size_t>(a)].size;
    return s;
  }
  /// Position along an axis of the flat index i.
  int position(Eigen::Index i, int axis) const {
    return static_cast<int>(i / stride(axis) % axes[static_cast<std::size_t>(axis)].size);
  }
  /// theta (dimension() entries) of the flat index i.
  void node(Eigen::Index i, std::span<double> theta) const {
    for (const auto& axis : axes) {
      theta[static_cast<std::size_t>(&axis - axes.data())] = axis.node(static_cast<int>(i % axis.size));
      i /= axis.size;
    }
  }
  /// Weight of each node in the trapezoidal rule: the product of the spacings (the ends carry no density).
  double cell() const {
    double w = 1;
    for (const auto& axis : axes) w *= axis.spacing;
    return w;
  }
};

}  // namespace calor::grid
