#include "validation/estimators/entropy_kl.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "validation/estimators/kd_tree.hpp"
#include "validation/estimators/neighbour_statistics.hpp"

namespace calor::estimators {

namespace {

double log_unit_ball(double d, Norm norm) {
  if (norm == Norm::max) return d * std::numbers::ln2;
  return d / 2 * std::log(std::numbers::pi) - std::lgamma(1 + d / 2);
}

Result unscaled(Points points, int k, Norm norm) {
  const KdTree tree(points, norm);
  const auto d = static_cast<double>(points.dimension);
  std::vector<double> local(points.size());
  for (const std::size_t i : tree.order()) {
    const double radius = tree.nearest(i, k).back().distance;
    if (radius == 0) refuse_duplicates(i, k);
    local[i] = d * std::log(radius);
  }
  const std::vector<double> psi = digamma_table(points.size());
  return mean_of_local(psi.back() - psi[static_cast<std::size_t>(k)] + log_unit_ball(d, norm), local);
}

/// Of numbers so small that squares of their differences would underflow: of 2^e times as large ones.
Result without_error(Points points, int k, Norm norm) {
  double largest = 0;
  for (const double x : points.values) largest = std::max(largest, std::fabs(x));
  if (!(largest > 0) || largest > 1e-100) return unscaled(points, k, norm);
  const int e = -std::ilogb(largest);
  std::vector<double> scaled;
  for (const double x : points.values) scaled.push_back(std::ldexp(x, e));
  Result out = unscaled({scaled, points.dimension}, k, norm);
  out.value -= static_cast<double>(points.dimension) * e * std::numbers::ln2;
  return out;
}

}  // namespace

Result entropy_kl(Points points, int k, Norm norm, int halvings) {
  check_neighbours(points.size(), k);
  Result result = without_error(points, k, norm);
  result.conventions = {{"k", std::to_string(k)},
                        {"norm", norm == Norm::max ? "max" : "euclidean"},
                        {"dimension", std::to_string(points.dimension)}};
  set_error(result, k, halvings, [&](std::span<const std::size_t> half) {
    return without_error({rows(points, half), points.dimension}, k, norm).value;
  });
  return result;
}

}  // namespace calor::estimators
