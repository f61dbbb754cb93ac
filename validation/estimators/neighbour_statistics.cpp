#include "validation/estimators/neighbour_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "validation/estimators/kd_tree.hpp"

namespace calor::estimators {

namespace {

/// On the line: a search in the sorted values. The predicates compare rounded differences, as a loop over pairs does.
std::vector<std::size_t> counts_on_line(Points points, std::span<const double> radius, bool strict) {
  std::vector<double> sorted(points.values.begin(), points.values.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::size_t> counts;
  counts.reserve(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double x = points.values[i], r = radius[i];
    const auto outside = [&](double d) { return strict ? d >= r : d > r; };
    const auto first = std::partition_point(sorted.begin(), sorted.end(), [&](double s) { return outside(x - s); });
    const auto last = std::partition_point(first, sorted.end(), [&](double s) { return !outside(s - x); });
    counts.push_back(static_cast<std::size_t>(last - first) - (outside(0) ? 0 : 1));
  }
  return counts;
}

}  // namespace

std::vector<double> digamma_table(std::size_t n) {
  std::vector<double> table{std::numeric_limits<double>::quiet_NaN()};
  long double psi = -0.57721566490153286060651209008240243L;
  for (std::size_t i = 1; i <= n; ++i) {
    table.push_back(static_cast<double>(psi));
    psi += 1.0L / static_cast<long double>(i);
  }
  return table;
}

std::vector<std::size_t> counts_within(Points points, std::span<const double> radius, bool strict) {
  if (points.dimension == 1) return counts_on_line(points, radius, strict);
  const KdTree tree(points, Norm::max);
  std::vector<std::size_t> counts(points.size());
  for (const std::size_t i : tree.order()) counts[i] = tree.count(i, radius[i], strict);
  return counts;
}

Result mean_of_local(double offset, std::span<const double> local) {
  const auto n = static_cast<double>(local.size());
  const double mean = std::accumulate(local.begin(), local.end(), 0.0) / n;
  double square = 0;
  for (const double a : local) square += (a - mean) * (a - mean);
  return {offset + mean, std::sqrt(square / (n * (n - 1))), local.size(), {}};
}

Result ksg(Points x, Points y, int k, int halvings, const char* counting, Result (*of)(Points, Points, int)) {
  check_pairs(x, y);
  check_neighbours(x.size(), k);
  Result result = of(x, y, k);
  result.conventions = {{"k", std::to_string(k)},
                        {"norm", "max"},
                        {"counting", counting},
                        {"dimensions", std::to_string(x.dimension) + " + " + std::to_string(y.dimension)}};
  set_error(result, k, halvings, [&](std::span<const std::size_t> half) {
    return of({rows(x, half), x.dimension}, {rows(y, half), y.dimension}, k).value;
  });
  return result;
}

}  // namespace calor::estimators
