// LogDensity against closed forms: Gaussians of a quadratic loss and stationary densities, far into the tails.

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "evolve/log_density.hpp"

namespace calor::evolve {

namespace {

constexpr double reach = 160;

Problem<double> problem(double start, double end, double temperature, double mean, double stddev, double strip,
                        std::function<double(double)> loss, std::function<double(double)> slope) {
  constexpr int n = 81;
  Problem<double> p;
  p.grid = {start, (end - start) / (n - 1), n};
  p.temperature = temperature;
  p.initial_mean = mean;
  p.initial_stddev = stddev;
  p.strip = strip;
  p.force = slope;
  for (int i = 0; i < n; ++i) {
    const double x = p.grid.node(i), z = (x - mean) / stddev;
    p.loss.push_back(loss(x));
    p.slope.push_back(slope(x));
    p.log_initial.push_back(-z * z / 2 - std::log(2 * M_PI * stddev * stddev) / 2);
  }
  return p;
}

/// Largest |ln rho - exact| over what is allowed, where S < reach - `margin`; counts the nodes looked at.
double worst(const Problem<double>& p, const Solution<double>& s, std::size_t j,
             const std::function<double(double)>& exact, int& nodes, double margin = 70) {
  double out = 0;
  for (std::size_t i = 0; i < p.loss.size(); ++i) {
    const double l = exact(p.grid.node(static_cast<int>(i)));
    if (-l > reach - margin) continue;
    ++nodes;
    out = std::max(out, std::fabs(s.log_density[j][i] - l) / s.log_round_off[j][i]);
  }
  return out;
}

}  // namespace

TEST_CASE("a quadratic loss: Gaussians, narrow and wide starts, to 90 e-folds") {
  for (const double stddev : {0.2, 1.0, 3.0})
    for (const double temperature : {0.01, 0.2, 1.0}) {
      const auto p = problem(
          -3, 3, temperature, 0.3, stddev, 1e300, [](double x) { return (x - 1) * (x - 1) / 2; },
          [](double x) { return x - 1; });
      const std::vector<double> times{0, 0.01, 0.5, 3, 40};
      const auto s = LogDensity({reach, 0.2, 32, 2e-15}).solve(p, times);
      int nodes = 0;
      for (std::size_t j = 0; j < times.size(); ++j) {
        const double decay = std::exp(-times[j]), m = 1 + (0.3 - 1) * decay;
        const double v = stddev * stddev * decay * decay - temperature * std::expm1(-2 * times[j]);
        CAPTURE(stddev);
        CAPTURE(temperature);
        CAPTURE(times[j]);
        CHECK(worst(
                  p, s, j, [&](double x) { return -(x - m) * (x - m) / (2 * v) - std::log(2 * M_PI * v) / 2; }, nodes) <
              1);
      }
      CHECK(nodes > 60);
    }
}

TEST_CASE("a logistic loss ends in its Gibbs density, from wide starts and at low temperature") {
  const auto loss = [](double x) {
    return std::log1p(std::exp(-std::fabs(x))) + std::max(x, 0.0) - 0.3 * x + 0.3 * x * x;
  };
  const auto slope = [](double x) { return 1 / (1 + std::exp(-x)) - 0.3 + 0.6 * x; };
  for (const double temperature : {0.02, 0.25})
    for (const double stddev : {0.3, 1.0}) {
      const auto p = problem(-2.5, 2, temperature, 0.1, stddev, M_PI, loss, slope);
      const auto s = LogDensity({reach, 0.1, 240, 2e-15}).solve(p, std::vector<double>{0, 100});
      double norm = 0;  // trapezoidal rule on the fine grid: spectrally accurate
      constexpr double h = 0.002;
      for (double x = -12; x < 12; x += h) norm += h * std::exp(-loss(x) / temperature);
      int nodes = 0;
      CAPTURE(temperature);
      CAPTURE(stddev);
      CHECK(worst(
                p, s, 1, [&](double x) { return -loss(x) / temperature - std::log(norm); }, nodes, 110) < 4);
      CHECK(nodes > 30);
    }
}

TEST_CASE("a density that spreads without end, on nodes that widen and on equal ones") {
  const auto loss = [](double x) { return std::log1p(std::exp(-std::fabs(x))) + std::max(x, 0.0) - 0.1 * x; };
  const auto slope = [](double x) { return 1 / (1 + std::exp(-x)) - 0.1; };
  auto p = problem(-30, 20, 0.3, 0.2, 0.4, M_PI, loss, slope);
  const std::vector<double> times{1, 40};
  const auto equal = LogDensity({reach, 0.04 * M_PI, 64, 2e-15}).solve(p, times);
  p.imaginary_singularities = true;
  const auto widening = LogDensity({reach, 1, 220, 2e-15, 0.07}).solve(p, times);
  int nodes = 0;
  double off = 0;
  for (std::size_t j = 0; j < times.size(); ++j)
    for (std::size_t i = 0; i < p.loss.size(); ++i) {
      const double here = equal.log_density[j][i], there = widening.log_density[j][i];
      if (!(std::min(here, there) > 100 - reach)) continue;
      ++nodes;
      off = std::max(off, std::fabs(here - there) / (equal.log_round_off[j][i] + widening.log_round_off[j][i]));
    }
  CHECK(off < 1);
  CHECK(nodes > 40);
}

}  // namespace calor::evolve
