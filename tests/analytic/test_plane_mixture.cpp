// Mixtures over the scatter of data in the plane: Wishart moments, entropies by brute force and where they are known,
// double against a hundred digits.

#include <boost/math/special_functions/digamma.hpp>

#include "analytic/plane_mixture.hpp"
#include "close.hpp"

namespace calor::plane_mixture_test {

using namespace analytic;
using namespace test;
using num::Mp100;

namespace {

constexpr double pi = 3.141592653589793;

double gaussian_entropy(double variance) { return (std::log(2 * pi * variance) + 1) / 2; }

const std::vector<double> weights{0.5, 0.3, 0.2};

/// (Θ, X) along each axis, of three members.
std::vector<InBoth<Covariance2<double>>> shapes() {
  return {{{{1.0, 0.4, 0.8}, {0.5, 0.1, 0.9}}},
          {{{2.0, 0.9, 1.5}, {0.3, -0.1, 0.4}}},
          {{{0.7, 0.2, 0.6}, {0.7, 0.5, 1.1}}}};
}

/// -∫ f ln f of members turned by 400 angles, along radii by Simpson's rule.
double by_force(const std::vector<double>& weight, const std::vector<InBoth<double>>& width) {
  constexpr int turns = 400, steps = 4000;
  constexpr double reach = 14;
  double sum = 0;
  for (int k = 0; k <= steps; ++k) {
    const double r = reach * k / steps;
    double f = 0;
    for (std::size_t j = 0; j < weight.size(); ++j)
      for (int t = 0; t < turns; ++t) {
        const double c = std::cos(pi * t / turns), s = std::sin(pi * t / turns);
        f += weight[j] / turns * std::exp(-r * r * (c * c / width[j][0] + s * s / width[j][1]) / 2) /
             (2 * pi * std::sqrt(width[j][0] * width[j][1]));
      }
    sum -= (k == 0 || k == steps ? 1 : k % 2 ? 4 : 2) * reach / steps / 3 * 2 * pi * r * f * std::log(f);
  }
  return sum;
}

}  // namespace

TEST_CASE("scatter in the plane: moments of Wishart matrices") {
  const double variance = 0.7;
  for (const long size : {2, 3, 4, 5, 8, 40})
    for (const bool inverse : {false, true}) {
      CAPTURE(size);
      const double n = static_cast<double>(size - 1), unit = variance / static_cast<double>(size);
      double trace = 0, square = 0, det = 0, log_det = 0, opposite = 0;
      for (const auto& [l, weight] : plane_scatter_nodes<double>(size, variance, 36, inverse)) {
        const double a = l[0] / unit, b = l[1] / unit;
        trace += weight * (a + b);
        square += weight * (a + b) * (a + b);
        det += weight * a * b;
        if (size > 2) log_det += weight * std::log(a * b);
        if (inverse && size > 4) opposite += weight * (1 / a + 1 / b);
      }
      CHECK(close(trace, 2 * n, 1e-12));
      CHECK(close(square, 4 * n * (n + 1), 1e-12));
      CHECK(close(det, n * (n - 1), 1e-12));
      if (size > 2)
        CHECK(
            close(log_det, boost::math::digamma(n / 2) + boost::math::digamma((n - 1) / 2) + 2 * std::log(2.0), 1e-10));
      if (inverse && size > 4) CHECK(close(opposite, 2 / (n - 3), 1e-11));
    }
  CHECK(plane_scatter_nodes<double>(1, 1.0, 36, false).size() == 1);
}

TEST_CASE("scatter in the plane: entropies of one vector") {
  std::vector<InBoth<double>> width;
  for (const auto& [first, second] : shapes()) width.push_back({first.xx, second.xx});
  CHECK(close(plane_entropy<double>(weights, width, 36), by_force(weights, width), 1e-11));
  CHECK(close(plane_entropy<double>({1.0}, {{3.0, 0.01}}, 36), by_force({1.0}, {{3.0, 0.01}}), 1e-6));
  CHECK(close(plane_entropy<double>({1.0}, {{2.0, 2.0}}, 36), 2 * gaussian_entropy(2), 1e-13));
}

TEST_CASE("scatter in the plane: entropies of two vectors that turn together") {
  const auto entropy = [](const std::vector<InBoth<Covariance2<double>>>& of, int angles) {
    return plane_entropy<double>(weights, of, {36, angles, 2});
  };
  // x that has nothing to do with theta, and is round
  auto apart = shapes();
  std::vector<InBoth<double>> width;
  for (auto& both : apart) {
    for (auto& c : both) c = {c.xx, 0, 0.6};
    width.push_back({both[0].xx, both[1].xx});
  }
  const double of_theta = plane_entropy<double>(weights, width, 36);
  CHECK(close(entropy(apart, 24), of_theta + 2 * gaussian_entropy(0.6), 1e-11));
  // x = theta + noise, whose entropy given theta is known
  auto behind = shapes();
  for (auto& both : behind)
    for (auto& c : both) c = {c.xx, c.xx, c.xx + 0.6};
  CHECK(close(entropy(behind, 24), of_theta + 2 * gaussian_entropy(0.6), 1e-11));
  // directions alike: Gaussians of two variables, twice
  std::vector<InBoth<Covariance2<double>>> one{{{{1.3, 0.5, 0.9}, {1.3, 0.5, 0.9}}}};
  CHECK(
      close(plane_entropy<double>({1.0}, one, {36, 8}), 2 * std::log(2 * pi) + 2 + std::log(1.3 * 0.9 - 0.25), 1e-12));
  // another basis of (Θ, X)
  auto sheared = shapes();
  for (auto& both : sheared)
    for (auto& c : both) c = {4 * c.xx, 2 * (c.xy - 3 * c.xx), c.yy - 6 * c.xy + 9 * c.xx};
  const double finer = entropy(shapes(), 40);
  CHECK(close(entropy(shapes(), 28), finer, 1e-9));
  CHECK(close(entropy(sheared, 40), finer + 2 * std::log(2.0), 1e-11));
}

TEST_CASE("scatter in the plane: double and a hundred digits agree") {
  std::vector<Mp100> exact;
  std::vector<InBoth<Mp100>> width;
  for (const double w : weights) exact.push_back(w);
  for (const auto& [first, second] : shapes()) width.push_back({Mp100(first.xx), Mp100(50 * second.xx)});
  std::vector<InBoth<double>> rough;
  for (const auto& [first, second] : shapes()) rough.push_back({first.xx, 50 * second.xx});
  CHECK(close(Mp100(plane_entropy<double>(weights, rough, 38)), plane_entropy<Mp100>(exact, width, 60), 2e-13));
}

}  // namespace calor::plane_mixture_test
