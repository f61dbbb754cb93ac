// poisson: x = 0, 1, 2, ... without end, p(x|theta) = e^{x theta - e^theta}/x!; T = x, base = ln x!.

#include <cmath>
#include <string>

#include "num/errors.hpp"
#include "validation/simulator/model.hpp"

namespace calor::simulator {

namespace {

constexpr double most_rate = 1e7, most_at_once = 500;  // e^{-500} is a normal double

/// x ~ Poisson(rate) by inversion: the first x at which the cumulated probability exceeds a uniform number.
double invert_counts(double rate, Stream& random) {
  double left = random.uniform(), p = exponential(-rate), x = 0;
  while (left >= p && p > 0) {
    left -= p;
    x += 1;
    p *= rate / x;
  }
  return x;
}

class Poisson final : public Model {
 public:
  /// at: where a rate that is too large is said to be wrong.
  explicit Poisson(std::string at) : at_(std::move(at)) {
    parameters_ = statistics_ = 1;
    endless_ = true;
  }
  void statistic(const double* x, double* t) const override { t[0] = x[0]; }
  double energy(const double* theta, const double* t) const override { return exponential(theta[0]) - theta[0] * t[0]; }
  double base(const double* x) const override {
    double sum = 0;
    for (double k = 2; k <= x[0]; ++k) sum += logarithm(k);
    return sum;
  }
  void gradient(const double* theta, const double* t, double* out) const override {
    out[0] = exponential(theta[0]) - t[0];
  }
  /// The sum of as many independent counts of equal rates as keep each within most_at_once.
  void draw(const double* theta, Stream& random, double* x) const override {
    const double rate = exponential(theta[0]);
    if (!(rate <= most_rate))
      throw InputError(at_ + "counts of a rate beyond 10^7 (theta = " + std::to_string(theta[0]) +
                       ") cannot be drawn; allowed: theta up to 16");
    const double parts = std::ceil(rate / most_at_once);
    x[0] = 0;
    for (double i = 0; i < parts; ++i) x[0] += invert_counts(rate / parts, random);
  }
  double curvature(const double* theta) const override { return exponential(theta[0] + 1); }

 private:
  std::string at_;
};

}  // namespace

std::unique_ptr<Model> make_poisson(const experiment::Experiment& e) {
  return e.model.kind == "poisson" ? std::make_unique<Poisson>(e.at("model.kind")) : nullptr;
}

}  // namespace calor::simulator
