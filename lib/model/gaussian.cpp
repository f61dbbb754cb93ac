// gaussian: x real, p(x|theta) = N(theta_0, e^{2 theta_1}). With w = e^{-2 theta_1}
//   -ln p = ½ ln 2pi + theta_1 + w theta_0²/2 - w theta_0 x + w x²/2:  T = (1, x, x²).

#include "model/registry.hpp"
#include "num/errors.hpp"

namespace calor::model {

experiment::ModelForm gaussian_form() {
  return {.kind = "gaussian",
          .lines = {"x in R, N(theta_0, exp(2 theta_1))", "2 parameters: mean and log standard deviation"},
          .parameters = [](const experiment::Model&) { return 2; }};
}

template <Real R>
class Gaussian final : public Model<R> {
 public:
  int parameters() const override { return 2; }
  int components() const override { return 3; }
  int outcomes() const override { return 0; }

  void components_at(std::span<const R> theta, std::span<Jet<R>> out) const override {
    using std::exp, std::log;
    const R m = theta[0], w = exp(-2 * theta[1]);
    out[0] = {log(2 * num::pi<R>()) / 2 + theta[1] + w * m * m / 2,
              {w * m, 1 - w * m * m},
              {w, -2 * w * m, -2 * w * m, 2 * w * m * m}};
    out[1] = {-w * m, {-w, 2 * w * m}, {R(0), 2 * w, 2 * w, -4 * w * m}};
    out[2] = {w / 2, {R(0), -w}, {R(0), R(0), R(0), 2 * w}};
  }

  std::vector<int> statistic(int) const override { throw InternalError("gaussian has no discrete outcomes"); }
  std::vector<R> mean(std::span<const R> theta, int) const override { return {theta[0]}; }
  R stddev(std::span<const R> theta) const override {
    using std::exp;
    return exp(theta[1]);
  }
  std::vector<R> real_statistic(std::span<const R> x, int) const override { return {R(1), x[0], x[0] * x[0]}; }
  std::vector<R> expected_statistic(std::span<const R> theta) const override {
    using std::exp;
    return {R(1), theta[0], theta[0] * theta[0] + exp(2 * theta[1])};
  }
  R analytic_strip() const override { return num::infinity<R>(); }
};

template <Real R>
std::unique_ptr<Model<R>> make_gaussian(const experiment::Model&) {
  return std::make_unique<Gaussian<R>>();
}

CALOR_REGISTER_MODEL(gaussian)

}  // namespace calor::model
