#include "validation/estimators/halving.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <utility>

namespace calor::estimators {

namespace {

/// Fisher–Yates with the raw output of the engine, so that every platform makes the same halves.
void shuffle(std::vector<std::size_t>& order, std::mt19937_64& engine) {
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[engine() % i]);
}

}  // namespace

double halving_error(std::size_t n, int halvings, const std::function<double(std::span<const std::size_t>)>& value) {
  std::mt19937_64 engine(20040623);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::span<const std::size_t> all(order);
  double square = 0;
  for (int h = 0; h < halvings; ++h) {
    shuffle(order, engine);
    const double difference = value(all.first(n / 2)) - value(all.last(n / 2));
    square += difference * difference / 4;
  }
  return std::sqrt(square / halvings);
}

std::vector<double> rows(Points points, std::span<const std::size_t> indices) {
  std::vector<double> result;
  result.reserve(indices.size() * points.dimension);
  for (const std::size_t i : indices) result.insert(result.end(), points.row(i), points.row(i) + points.dimension);
  return result;
}

void set_error(Result& result, int k, int halvings, const std::function<double(std::span<const std::size_t>)>& value) {
  if (halvings > 0 && result.samples / 2 > static_cast<std::size_t>(k)) {
    result.standard_error = halving_error(result.samples, halvings, value);
    result.conventions.emplace_back("standard error", std::to_string(halvings) + " random halvings");
  } else {
    if (!(result.standard_error > 0)) result.standard_error = std::numeric_limits<double>::quiet_NaN();  // too few
    result.conventions.emplace_back("standard error", "standard deviation of the local terms / sqrt(N)");
  }
}

}  // namespace calor::estimators
