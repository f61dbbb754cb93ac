#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "validation/simulator/equal_steps.hpp"

namespace calor::equal_steps_test {

using namespace simulator;

namespace {

constexpr double width = 0.01, pull = 2e-4, spacing = width / 1.4;  // of a step

double normal(double z, double stddev) {
  return std::exp(-z * z / (2 * stddev * stddev)) / (stddev * std::sqrt(2 * M_PI));
}

/// theta' = (1 - pull) theta + width xi on nodes -reach .. reach.
std::vector<Band> ornstein_uhlenbeck(long reach) {
  std::vector<Band> bands;
  for (long i = -reach; i <= reach; ++i) {
    const double mean = (1 - pull) * static_cast<double>(i);
    const long from = std::clamp(std::lround(mean) - 14, -reach, reach), to = std::min(std::lround(mean) + 14, reach);
    bands.push_back({static_cast<std::size_t>(from + reach), {}});
    for (long j = from; j <= to; ++j)
      bands.back().value.push_back(normal((static_cast<double>(j) - mean) * spacing, width) * spacing);
  }
  return bands;
}

std::vector<double> start(long reach, double centre, double stddev) {
  std::vector<double> out;
  for (long i = -reach; i <= reach; ++i) out.push_back(normal(static_cast<double>(i) * spacing - centre, stddev));
  return out;
}

double largest_error(const std::vector<double>& density, long reach, double mean, double variance) {
  double worst = 0;
  for (long i = -reach; i <= reach; ++i)
    worst = std::max(worst, std::abs(density[static_cast<std::size_t>(i + reach)] -
                                     normal(static_cast<double>(i) * spacing - mean, std::sqrt(variance))));
  return worst;
}

}  // namespace

TEST_CASE("many equal steps: the moments of an autoregression, wide and narrow starts") {
  const long reach = 900;  // 6.4; the stationary stddev is 0.5
  const auto bands = ornstein_uhlenbeck(reach);
  for (const double stddev : {0.4, 0.02})
    for (const long steps : {1L, 2L, 37L, 1000L, 4096L, 29999L}) {
      auto density = start(reach, 1.0, stddev);
      const Reached reached = equal_steps(bands, steps, density);
      CHECK_FALSE(reached.low);
      CHECK_FALSE(reached.high);
      const double keep = std::pow(1 - pull, static_cast<double>(steps)), square = (1 - pull) * (1 - pull);
      const double variance = keep * keep * stddev * stddev + width * width * (1 - keep * keep) / (1 - square);
      CAPTURE(stddev);
      CAPTURE(steps);
      CHECK(largest_error(density, reach, keep, variance) < 1e-10 / std::sqrt(variance));
    }
}

TEST_CASE("many equal steps: an end of the grid that is reached is told") {
  const long reach = 300;
  auto density = start(reach, 0.0, 0.15);
  const Reached reached = equal_steps(ornstein_uhlenbeck(reach), 20000, density);
  CHECK((reached.low && reached.high));
}

}  // namespace calor::equal_steps_test
