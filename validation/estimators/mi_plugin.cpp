#include "validation/estimators/mi_plugin.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

#include "validation/estimators/additive.hpp"

namespace calor::estimators {

namespace {

/// Cells in order, each pair once, none empty.
std::vector<Cell> merged(std::span<const Cell> cells) {
  std::vector<Cell> sorted(cells.begin(), cells.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const Cell& a, const Cell& b) { return std::tie(a.x, a.y) < std::tie(b.x, b.y); });
  std::vector<Cell> result;
  for (const Cell& c : sorted) {
    if (c.count == 0) continue;
    if (!result.empty() && result.back().x == c.x && result.back().y == c.y) {
      result.back().count += c.count;
    } else {
      result.push_back(c);
    }
  }
  return result;
}

struct Margins {
  std::vector<double> x, y;
};

Margins margins(const std::vector<Cell>& cells) {
  Margins m;
  for (const Cell& c : cells) {
    if (c.x >= m.x.size()) m.x.resize(c.x + 1);
    if (c.y >= m.y.size()) m.y.resize(c.y + 1);
    m.x[c.x] += static_cast<double>(c.count);
    m.y[c.y] += static_cast<double>(c.count);
  }
  return m;
}

/// n ln n − (n−1) ln(n−1).
double step(double n) { return n > 1 ? std::log(n) - (n - 1) * std::log1p(-1 / n) : 0; }

/// Without one sample of cell (x, y): N I_(s) changes by step(n_x) + step(n_y) − step(n_xy), but for what all s share.
double jackknife(const std::vector<Cell>& cells, const Margins& m, double samples) {
  if (samples < 2) return std::numeric_limits<double>::quiet_NaN();
  const auto change = [&](const Cell& c) {
    return (step(m.x[c.x]) + step(m.y[c.y]) - step(static_cast<double>(c.count))) / (samples - 1);
  };
  double mean = 0, square = 0;
  for (const Cell& c : cells) mean += static_cast<double>(c.count) * change(c) / samples;
  for (const Cell& c : cells) square += static_cast<double>(c.count) * std::pow(change(c) - mean, 2);
  return std::sqrt(square * (samples - 1) / samples);
}

}  // namespace

Result mi_plugin(std::span<const Cell> cells) {
  std::vector<std::uint64_t> counts;
  for (const Cell& c : cells) counts.push_back(c.count);
  const auto samples = static_cast<double>(total(counts));
  const std::vector<Cell> table = merged(cells);
  const Margins m = margins(table);
  long double sum = 0;
  for (const Cell& c : table) {
    const auto n = static_cast<double>(c.count);
    sum += static_cast<long double>(n) * std::log((n / m.x[c.x]) * (samples / m.y[c.y]));
  }
  Result result{std::max(0.0, static_cast<double>(sum / samples)),
                jackknife(table, m, samples),
                static_cast<std::size_t>(samples),
                {}};
  result.conventions = {{"bias correction", "none"}, {"standard error", "delete-one jackknife"}};
  return result;
}

}  // namespace calor::estimators
