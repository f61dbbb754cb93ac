#pragma once
// Seeded draws for tests, and means over replicates.

#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <vector>

namespace calor::test {

class Draws {
 public:
  explicit Draws(std::uint64_t seed) : engine_(seed) {}

  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

  /// Box–Muller.
  double gaussian() { return std::sqrt(-2 * std::log(1 - uniform())) * std::cos(6.283185307179586 * uniform()); }

  std::size_t letter(std::span<const double> p) {
    double u = uniform();
    for (std::size_t i = 0; i + 1 < p.size(); ++i) {
      if (u < p[i]) return i;
      u -= p[i];
    }
    return p.size() - 1;
  }

  std::vector<std::uint64_t> counts(std::span<const double> p, std::size_t samples) {
    std::vector<std::uint64_t> result(p.size());
    for (std::size_t s = 0; s < samples; ++s) ++result[letter(p)];
    return result;
  }

  /// n rows of x and y, d columns each, column c of y correlated with column c of x only.
  void pairs(std::size_t n, std::size_t d, double correlation, std::vector<double>& x, std::vector<double>& y) {
    x.clear();
    y.clear();
    for (std::size_t i = 0; i < n * d; ++i) {
      x.push_back(gaussian());
      y.push_back(correlation * x.back() + std::sqrt(1 - correlation * correlation) * gaussian());
    }
  }

 private:
  std::mt19937_64 engine_;
};

/// Mean, standard deviation of one and standard error of the mean over replicates.
struct Replicates {
  double mean = 0, deviation = 0, error = 0;
  double from(double exact) const { return std::abs(mean - exact) / error; }  // in standard errors
};

inline Replicates replicate(int n, const std::function<double()>& draw) {
  double mean = 0, square = 0;
  for (int i = 1; i <= n; ++i) {
    const double value = draw(), delta = value - mean;
    mean += delta / i;
    square += delta * (value - mean);
  }
  const double deviation = std::sqrt(square / (n - 1));
  return {mean, deviation, deviation / std::sqrt(n)};
}

}  // namespace calor::test
