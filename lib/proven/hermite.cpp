#include "proven/hermite.hpp"

#include <cmath>

namespace calor::proven {

namespace {

/// The factors of the recurrence, j = 0 .. n - 2.
struct Factors {
  std::vector<Ball> up, down;
  explicit Factors(int n) {
    for (int j = 0; j + 1 < n; ++j) {
      up.push_back(sqrt(Ball(2) / (j + 1)));
      down.push_back(sqrt(Ball(j) / (j + 1)));
    }
  }
};

Ball ground_factor() { return 1 / sqrt(sqrt(num::pi<Ball>())); }

}  // namespace

BallMatrix hermite_values(int n, const Trapezoid& rule) {
  const Factors f(n);
  const Ball ground = ground_factor();
  BallMatrix out(rule.size(), n);
  for (long k = 0; k < rule.size(); ++k) {
    const Ball x = rule.node(k);
    Ball before(0), now = ground * exp(-(x * x) / 2);
    out.set(k, 0, now);
    for (int j = 0; j + 1 < n; ++j) {
      const auto i = static_cast<std::size_t>(j);
      Ball next = f.up[i] * x * now - f.down[i] * before;
      before = std::move(now);
      now = std::move(next);
      out.set(k, j + 1, now);
    }
  }
  return out;
}

BallMatrix hermite_series(int n, const Ball& x) {
  const Factors f(n);
  BallMatrix out(n, n);
  out.set(0, 0, ground_factor());
  for (int j = 0; j + 1 < n; ++j) {
    const auto i = static_cast<std::size_t>(j);
    for (int k = 0; k <= j + 1; ++k) {
      Ball term = x * out.at(j, k);
      if (k > 0) term += out.at(j, k - 1);
      term *= f.up[i];
      if (j > 0) term -= f.down[i] * out.at(j - 1, k);
      out.set(j + 1, k, term);
    }
  }
  return out;
}

Bound hermite_bound(int n, double strip) {
  const auto with = [n](double ratio, double y) -> Envelope {
    const Ball r(ratio), tangent = (1 - r) / (1 + r);
    const Ball scale = -(Ball(n) * log(r)) - log(num::pi<Ball>() * (1 - r * r)) / 2 + Ball(y) * Ball(y) / tangent;
    return {scale / 2, Ball(0), tangent / 2};
  };
  // near the smallest scale; and a fast fall
  return {with(1 - std::fmin(0.75, strip * std::sqrt(2.0 / n)), strip), with(0.375, 0)};
}

}  // namespace calor::proven
