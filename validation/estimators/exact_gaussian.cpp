#include "validation/estimators/exact_gaussian.hpp"

#include <algorithm>
#include <boost/math/special_functions/digamma.hpp>
#include <cmath>
#include <numbers>

#include "num/errors.hpp"

namespace calor::estimators {

namespace {

/// 1 − ⟨exp(−e^{u + s g})⟩ over a standard Gaussian g. Far below u = 0 it is e^{u + s g} that counts, centred at g = s.
double complement(double u, double s) {
  constexpr double reach = 9.5;  // a Gaussian beyond is below 1e-20
  const double step = std::min(0.1, 0.1 / std::max(s, 1e-3));
  long double sum = 0;
  for (double g = -reach; g <= reach + s; g += step) sum += std::exp(-g * g / 2) * -std::expm1(-std::exp(u + s * g));
  return std::min(1.0, static_cast<double>(sum * step / std::sqrt(2 * std::numbers::pi)));
}

/// ⟨ln Σ_i e^{s g_i}⟩ over n standard Gaussians.
double mean_log_sum(double s, double n) {
  // Below `from` the integrand is at most 1e-19, above `to` both its terms vanish.
  const double from = -45 - std::log(n) - s * s / 2, to = 5 + 9.5 * s, step = 0.05;
  long double sum = 0;
  for (double u = from; u <= to; u += step)
    sum += std::expm1(-std::exp(u)) - std::expm1(n * std::log1p(-complement(u, s)));
  return static_cast<double>(sum * step);
}

double sum_of_psi(std::size_t d, std::size_t samples) {
  double sum = 0;
  for (std::size_t j = 1; j <= d; ++j) sum += boost::math::digamma(static_cast<double>(samples - j) / 2);
  return sum;
}

}  // namespace

double expected_jarzynski(double mean, double stddev, double temperature, std::size_t samples) {
  if (samples == 0 || !(temperature > 0) || !(stddev >= 0) || !(stddev <= 30 * temperature)) {
    throw InputError("Jarzynski on Gaussians: N = " + std::to_string(samples) + ", stddev = " + std::to_string(stddev) +
                     ", T = " + std::to_string(temperature) + "; allowed: N >= 1, T > 0, 0 <= stddev <= 30 T");
  }
  const auto n = static_cast<double>(samples);
  return mean - temperature * (mean_log_sum(stddev / temperature, n) - std::log(n));
}

double bias_mi_gaussian(std::size_t dx, std::size_t dy, std::size_t samples) {
  if (dx == 0 || dy == 0 || samples <= dx + dy) {
    throw InputError("Gaussian information: " + std::to_string(samples) + " samples of " + std::to_string(dx) + " + " +
                     std::to_string(dy) + " columns; allowed: more samples than columns, at least 1 + 1");
  }
  return (sum_of_psi(dx, samples) + sum_of_psi(dy, samples) - sum_of_psi(dx + dy, samples)) / 2;
}

}  // namespace calor::estimators
