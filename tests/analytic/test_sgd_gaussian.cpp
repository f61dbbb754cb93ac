// gaussian-mean with sgd-diffusion: the mixture over the scatter against a plain trapezoidal sum, its limits.

#include <doctest/doctest.h>

#include <cmath>

#include "analytic/gaussian_mixture.hpp"
#include "analytic/sgd_gaussian.hpp"

namespace calor::sgd_gaussian_test {

using namespace analytic;

namespace {

SgdGaussian<double> learner(long size, double temperature) {
  SgdGaussian<double> l;
  l.stddev = 0.8;
  l.noise = 0.25;
  l.temperature = temperature;
  l.weight_decay = 0.2;
  l.initial_mean = 0.3;
  l.initial_variance = 0.25;
  l.size = size;
  l.mean = 1;
  l.variance = 1.5;
  return l;
}

}  // namespace

TEST_CASE("sgd-diffusion of a Gaussian mean: S(Theta) and its parts by a plain double sum, two and four examples") {
  const double t = 0.7;
  for (const long size : {2L, 4L}) {
    const auto l = learner(size, 0.05);
    const auto q = sgd_gaussian(l, t, 36.0);
    const double s2 = 0.64, kappa = 1 / s2 + 0.2, keep = std::exp(-kappa * t), a = (1 - keep) / (kappa * s2);
    // the scatter is s*²/N times the square of a vector of N - 1 unit Gaussians of length r
    std::vector<double> weight, v, d;
    double sum = 0;
    const double h = 0.01;
    for (int k = 0; k <= 1200; ++k) {
      const double r = k * h;
      weight.push_back((k ? 1 : 0.5) * std::pow(r, static_cast<double>(size - 2)) * std::exp(-r * r / 2));
      sum += weight.back();
      d.push_back(0.25 * 1.5 / static_cast<double>(size) * r * r / (s2 * s2) + 0.05);
      v.push_back(0.25 * keep * keep + d.back() / kappa * (1 - keep * keep));
    }
    double total = 0, given = 0, inverse = 0;
    const double spread = a * a * 1.5 / static_cast<double>(size), step = 0.02;
    for (std::size_t j = 0; j < v.size(); ++j) {
      given += weight[j] / sum * std::log(2 * M_PI * M_E * v[j]) / 2;
      inverse += weight[j] / sum / d[j];
    }
    for (int i = -800; i <= 800; ++i) {
      double f = 0;
      for (std::size_t j = 0; j < v.size(); ++j) {
        const double w = v[j] + spread, x = i * step;
        f += weight[j] / sum * std::exp(-x * x / (2 * w)) / std::sqrt(2 * M_PI * w);
      }
      if (f > 0) total -= step * f * std::log(f);
    }
    CHECK(value_of(q, "entropy_theta") == doctest::Approx(total).epsilon(1e-11));
    CHECK(value_of(q, "entropy_theta_given_b") == doctest::Approx(given).epsilon(1e-12));
    CHECK(value_of(q, "m_info") == doctest::Approx(total - given).epsilon(1e-10));
    const double alpha = 1 / (kappa * s2),
                 distance = std::pow(0.3 - alpha, 2) + alpha * alpha * 1.5 / static_cast<double>(size);
    CHECK(value_of(q, "ep_theta_medium") ==
          doctest::Approx((1 - keep * keep) / 2 * (kappa * (0.25 + distance) * inverse - 1)).epsilon(1e-12));
  }
}

TEST_CASE(
    "sgd-diffusion of a Gaussian mean: more digits agree, and without temperature small samples dissipate without "
    "bound") {
  const auto rough = sgd_gaussian(learner(3, 0.05), 0.5, 34.0);
  auto l = learner(3, 0.05);
  SgdGaussian<num::Mp100> fine{num::Mp100(l.stddev),
                               num::Mp100(l.noise),
                               num::Mp100(l.temperature),
                               num::Mp100(l.weight_decay),
                               num::Mp100(l.initial_mean),
                               num::Mp100(l.initial_variance),
                               3,
                               num::Mp100(l.mean),
                               num::Mp100(l.variance),
                               false};
  for (const auto& [name, value] : sgd_gaussian(fine, num::Mp100(0.5), num::Mp100(45)))
    CHECK_MESSAGE(value_of(rough, name) == doctest::Approx(value.convert_to<double>()).epsilon(1e-12), name);
  CHECK(std::isinf(value_of(sgd_gaussian(learner(3, 0), 0.5, 34.0), "ep_theta")));
  CHECK(std::isfinite(value_of(sgd_gaussian(learner(4, 0), 0.5, 34.0), "ep_theta")));
}

TEST_CASE("entropy of a mixture in two dimensions: one Gaussian, and a plain double sum of three") {
  const std::vector<ScatterNode<double>> one{{0, 1}}, three{{0, 0.5}, {0, 0.3}, {0, 0.2}};
  const std::vector<Covariance2<double>> covariance{{1, 0.6, 0.8}, {2, -0.5, 0.6}, {0.3, 0.1, 1.5}};
  const double det = 0.8 - 0.36;
  CHECK(mixture_entropy<double>(one, {covariance[0]}, 36, 8) ==
        doctest::Approx(std::log(2 * M_PI * M_E) + std::log(det) / 2).epsilon(1e-13));
  double sum = 0;
  const double h = 0.05;
  for (int i = -240; i <= 240; ++i)
    for (int k = -240; k <= 240; ++k) {
      double f = 0;
      for (std::size_t j = 0; j < 3; ++j) {
        const auto& c = covariance[j];
        const double d = c.xx * c.yy - c.xy * c.xy, x = i * h, y = k * h;
        f += three[j].weight * std::exp(-(c.yy * x * x - 2 * c.xy * x * y + c.xx * y * y) / (2 * d)) /
             (2 * M_PI * std::sqrt(d));
      }
      if (f > 0) sum -= h * h * f * std::log(f);
    }
  CHECK(mixture_entropy<double>(three, covariance, 40, 96) == doctest::Approx(sum).epsilon(1e-11));
}

}  // namespace calor::sgd_gaussian_test
