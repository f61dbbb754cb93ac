#include "validation/estimators/exact_log_mean.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "num/errors.hpp"

namespace calor::estimators {

namespace {

constexpr double spacing = 0.2;
constexpr double lowest = -20;  // the integrand falls like e^{2v}: S is scaled to a mean of 1

void check(std::span<const double> value, std::span<const double> weight, std::size_t m, double own) {
  double sum = 0;
  bool good = !value.empty() && value.size() == weight.size() && m >= 1 && own >= 0 && std::isfinite(own);
  for (std::size_t i = 0; good && i < value.size(); ++i) {
    good = value[i] >= 0 && std::isfinite(value[i]) && weight[i] >= 0;
    sum += weight[i];
  }
  if (!good || !(std::abs(sum - 1) < 1e-6))
    throw InputError("the law of a likelihood needs values >= 0 with weights that add up to 1, and M >= 1");
}

}  // namespace

double expected_log_sum(std::span<const double> value, std::span<const double> weight, std::size_t m, double own) {
  check(value, weight, m, own);
  double total = 0, mean = 0, nothing = 0;
  for (std::size_t i = 0; i < value.size(); ++i) total += weight[i];
  for (std::size_t i = 0; i < value.size(); ++i) {
    mean += weight[i] / total * value[i];
    if (value[i] == 0) nothing += weight[i] / total;
  }
  const double scale = own + static_cast<double>(m) * mean;
  if (scale == 0 || (own == 0 && nothing > 0)) return -std::numeric_limits<double>::infinity();
  std::vector<double> rate, share;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (weight[i] == 0) continue;
    rate.push_back(std::max(value[i] / scale, value[i] > 0 ? 1e-290 : 0.0));
    share.push_back(weight[i] / total);
  }
  double sum = 0;
  for (double v = lowest; v < 700; v += spacing) {
    const double u = std::exp(v);
    double lost = 0;  // 1 − φ, without cancellation
    for (std::size_t i = 0; i < rate.size(); ++i) lost -= share[i] * std::expm1(-u * rate[i]);
    const double log_phi = lost < 1 ? std::log1p(-lost) : -std::numeric_limits<double>::infinity();
    const double remains = -u * own / scale + static_cast<double>(m) * log_phi;
    // e^{−u} − e^{remains}, without cancellation where both are near 1
    const double term = remains > -1 && u < 1 ? std::expm1(-u) - std::expm1(remains) : std::exp(-u) - std::exp(remains);
    sum += term;
    if (v > 4 && std::abs(term) < 1e-19) break;
  }
  return std::log(scale) + spacing * sum;
}

}  // namespace calor::estimators
