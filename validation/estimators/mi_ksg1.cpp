#include "validation/estimators/mi_ksg1.hpp"

#include "validation/estimators/kd_tree.hpp"
#include "validation/estimators/neighbour_statistics.hpp"

namespace calor::estimators {

namespace {

Result ksg1_estimate(Points x, Points y, int k) {
  const std::vector<double> both = joined(x, y);
  const std::size_t n = x.size();
  const KdTree tree({both, x.dimension + y.dimension}, Norm::max);
  std::vector<double> radius(n);
  for (const std::size_t i : tree.order()) {
    radius[i] = tree.nearest(i, k).back().distance;
    if (radius[i] == 0) refuse_duplicates(i, k);
  }
  const auto in_x = counts_within(x, radius, true), in_y = counts_within(y, radius, true);
  const std::vector<double> psi = digamma_table(n);
  std::vector<double> local(n);
  for (std::size_t i = 0; i < n; ++i) local[i] = -psi[in_x[i] + 1] - psi[in_y[i] + 1];
  return mean_of_local(psi[static_cast<std::size_t>(k)] + psi[n], local);
}

}  // namespace

Result mi_ksg1(Points x, Points y, int k, int halvings) { return ksg(x, y, k, halvings, "strict (<)", ksg1_estimate); }

}  // namespace calor::estimators
