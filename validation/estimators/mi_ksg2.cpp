#include "validation/estimators/mi_ksg2.hpp"

#include <algorithm>

#include "validation/estimators/kd_tree.hpp"
#include "validation/estimators/neighbour_statistics.hpp"

namespace calor::estimators {

namespace {

Result ksg2_estimate(Points x, Points y, int k) {
  const std::vector<double> both = joined(x, y);
  const std::size_t n = x.size();
  const int last = static_cast<int>(n) - 1;
  const KdTree tree({both, x.dimension + y.dimension}, Norm::max);
  std::vector<double> side_x(n), side_y(n);
  for (const std::size_t i : tree.order()) {
    auto neighbours = tree.nearest(i, std::min(k + 1, last));
    const double radius = neighbours[static_cast<std::size_t>(k) - 1].distance;
    if (radius == 0) refuse_duplicates(i, k);
    if (k < last && neighbours.back().distance == radius)  // others are as near as the k-th
      neighbours = tree.nearest(i, static_cast<int>(tree.count(i, radius, false)));
    else
      neighbours.resize(static_cast<std::size_t>(k));
    for (const Neighbour& j : neighbours) {
      side_x[i] = std::max(side_x[i], distance(x.row(i), x.row(j.index), x.dimension, Norm::max));
      side_y[i] = std::max(side_y[i], distance(y.row(i), y.row(j.index), y.dimension, Norm::max));
    }
  }
  const auto in_x = counts_within(x, side_x, false), in_y = counts_within(y, side_y, false);
  const std::vector<double> psi = digamma_table(n);
  std::vector<double> local(n);
  for (std::size_t i = 0; i < n; ++i) local[i] = -psi[in_x[i]] - psi[in_y[i]];
  return mean_of_local(psi[static_cast<std::size_t>(k)] - 1.0 / k + psi[n], local);
}

}  // namespace

Result mi_ksg2(Points x, Points y, int k, int halvings) {
  return ksg(x, y, k, halvings, "not strict (<=)", ksg2_estimate);
}

}  // namespace calor::estimators
