// Real x: gaussian-mean, gaussian, linear-regression.

#include <algorithm>
#include <cmath>

#include "num/exact.hpp"
#include "validation/simulator/elementary.hpp"
#include "validation/simulator/model.hpp"

namespace calor::simulator {

namespace {

/// T = (x_1..x_d, |x|^2).
class GaussianMean final : public Model {
 public:
  GaussianMean(int dimension, double stddev) : s_(stddev) {
    parameters_ = width_ = dimension;
    statistics_ = dimension + 1;
  }
  void statistic(const double* x, double* t) const override {
    t[width_] = 0;
    for (int i = 0; i < width_; ++i) {
      t[i] = x[i];
      t[width_] += x[i] * x[i];
    }
  }
  double energy(const double* theta, const double* t) const override {
    double sum = t[width_];
    for (int i = 0; i < width_; ++i) sum += theta[i] * (theta[i] - 2 * t[i]);
    return width_ * (log_two_pi / 2 + logarithm(s_)) + sum / (2 * s_ * s_);
  }
  void gradient(const double* theta, const double* t, double* out) const override {
    for (int i = 0; i < width_; ++i) out[i] = (theta[i] - t[i]) / (s_ * s_);
  }
  void draw(const double* theta, Stream& random, double* x) const override {
    for (int i = 0; i < width_; ++i) x[i] = theta[i] + s_ * random.normal();
  }
  double stddev(const double*) const override { return s_; }
  void mean(const double* theta, const double*, double* out) const override { std::copy(theta, theta + width_, out); }
  double curvature(const double*) const override { return 1 / (s_ * s_); }

 private:
  double s_;
};

/// N(theta_0, e^{2 theta_1}); T = (x, x^2).
class GaussianModel final : public Model {
 public:
  GaussianModel() { parameters_ = statistics_ = 2; }
  void statistic(const double* x, double* t) const override {
    t[0] = x[0];
    t[1] = x[0] * x[0];
  }
  double energy(const double* theta, const double* t) const override {
    return log_two_pi / 2 + theta[1] + scatter(theta, t) * exponential(-2 * theta[1]) / 2;
  }
  void gradient(const double* theta, const double* t, double* out) const override {
    const double precision = exponential(-2 * theta[1]);
    out[0] = (theta[0] - t[0]) * precision;
    out[1] = 1 - scatter(theta, t) * precision;
  }
  void draw(const double* theta, Stream& random, double* x) const override {
    x[0] = theta[0] + stddev(theta) * random.normal();
  }
  double stddev(const double* theta) const override { return exponential(theta[1]); }
  void mean(const double* theta, const double*, double* out) const override { out[0] = theta[0]; }
  double curvature(const double* theta) const override { return 2 + exponential(-2 * theta[1]); }

 private:
  static double scatter(const double* theta, const double* t) {
    return t[1] + theta[0] * (theta[0] - 2 * t[0]);  // <(x - theta_0)^2>
  }
};

/// x = (row i, response y), y ~ N(theta . u_i, s^2); T = (y^2, y u, u u^T).
class LinearRegression final : public Model {
 public:
  LinearRegression(std::vector<std::vector<double>> inputs, double stddev) : u_(std::move(inputs)), s_(stddev) {
    parameters_ = static_cast<int>(u_.front().size());
    statistics_ = 1 + parameters_ + parameters_ * parameters_;
    width_ = 2;
  }
  void statistic(const double* x, double* t) const override {
    const auto& u = u_[static_cast<std::size_t>(x[0])];
    const int d = parameters_;
    t[0] = x[1] * x[1];
    for (int a = 0; a < d; ++a) {
      t[1 + a] = x[1] * u[index(a)];
      for (int b = 0; b < d; ++b) t[1 + d + a * d + b] = u[index(a)] * u[index(b)];
    }
  }
  double energy(const double* theta, const double* t) const override {
    const int d = parameters_;
    double sum = t[0];
    for (int a = 0; a < d; ++a) {
      sum -= 2 * theta[a] * t[1 + a];
      for (int b = 0; b < d; ++b) sum += theta[a] * theta[b] * t[1 + d + a * d + b];
    }
    return log_two_pi / 2 + logarithm(s_) + sum / (2 * s_ * s_);
  }
  void gradient(const double* theta, const double* t, double* out) const override {
    const int d = parameters_;
    for (int a = 0; a < d; ++a) {
      out[a] = -t[1 + a];
      for (int b = 0; b < d; ++b) out[a] += t[1 + d + a * d + b] * theta[b];
      out[a] /= s_ * s_;
    }
  }
  void draw(const double* theta, Stream& random, double* x) const override {
    x[1] = response(theta, x) + s_ * random.normal();
  }
  double stddev(const double*) const override { return s_; }
  void mean(const double* theta, const double* x, double* out) const override { out[0] = response(theta, x); }
  double curvature(const double*) const override {
    double sum = 0;
    for (const auto& u : u_)
      for (const double v : u) sum += v * v;
    return sum / (static_cast<double>(u_.size()) * s_ * s_);
  }

 private:
  static std::size_t index(int n) { return static_cast<std::size_t>(n); }
  double response(const double* theta, const double* x) const {
    const auto& u = u_[static_cast<std::size_t>(x[0])];
    double sum = 0;
    for (std::size_t a = 0; a < u.size(); ++a) sum += theta[a] * u[a];
    return sum;
  }

  std::vector<std::vector<double>> u_;
  double s_;
};

}  // namespace

std::unique_ptr<Model> make_gaussian(const experiment::Model& spec) {
  const double s = num::from_rational<double>(spec.stddev);
  if (spec.kind == "gaussian-mean") return std::make_unique<GaussianMean>(spec.dimension, s);
  if (spec.kind == "gaussian") return std::make_unique<GaussianModel>();
  if (spec.kind != "linear-regression") return nullptr;
  std::vector<std::vector<double>> inputs;
  for (const auto& row : spec.inputs) {
    inputs.emplace_back();
    for (const auto& u : row) inputs.back().push_back(num::from_rational<double>(u));
  }
  return std::make_unique<LinearRegression>(std::move(inputs), s);
}

}  // namespace calor::simulator
