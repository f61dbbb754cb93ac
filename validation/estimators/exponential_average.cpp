#include "validation/estimators/exponential_average.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "num/errors.hpp"
#include "validation/estimators/log_likelihoods.hpp"
#include "validation/estimators/mean.hpp"

namespace calor::estimators {

namespace {

std::string percent(double share) { return std::to_string(100 * share) + " %"; }

void require_no_less_than_minus_infinity(std::span<const double> sigma) {
  for (std::size_t i = 0; i < sigma.size(); ++i)
    if (!(sigma[i] > -HUGE_VAL))
      throw InputError("fluctuation theorem: sample " + std::to_string(i) + " is NaN or -inf; allowed: finite or inf");
}

}  // namespace

Result integral_fluctuation(std::span<const double> sigma) {
  require_no_less_than_minus_infinity(sigma);
  std::vector<double> terms;
  double sum = 0, largest = 0;
  for (const double s : sigma) {
    terms.push_back(std::exp(-s));
    sum += terms.back();
    largest = std::max(largest, terms.back());
  }
  Result result = mean(terms);
  result.conventions.emplace_back("largest share of one sample", percent(sum > 0 ? largest / sum : 1));
  return result;
}

Result detailed_fluctuation(std::span<const double> sigma, std::span<const double> reversed) {
  const auto overlap = [](std::span<const double> of) {
    require_no_less_than_minus_infinity(of);
    std::vector<double> terms;
    for (const double s : of) terms.push_back(s > 0 ? std::exp(-s) : 1.0);
    return mean(terms);
  };
  const Result forward = overlap(sigma), backward = overlap(reversed);
  Result result{forward.value - backward.value,
                std::hypot(forward.standard_error, backward.standard_error),
                std::min(sigma.size(), reversed.size()),
                {}};
  const double both = (forward.value + backward.value) / 2;
  result.conventions = {{"overlap of the two path measures", std::to_string(both)},
                        {"samples in the overlap", std::to_string(both * static_cast<double>(result.samples))}};
  return result;
}

Result jarzynski(std::span<const double> work, double temperature) {
  if (!(temperature > 0 && std::isfinite(temperature))) {
    throw InputError("Jarzynski: temperature = " + std::to_string(temperature) + "; allowed: finite and > 0");
  }
  if (work.empty()) throw InputError("Jarzynski: there are no samples; allowed: at least one");
  std::vector<double> exponents;
  for (const double w : work) {
    if (!std::isfinite(w)) throw InputError("Jarzynski: a work is not finite; allowed: finite numbers");
    exponents.push_back(-w / temperature);
  }
  const double log_sum = log_sum_exp(exponents), n = static_cast<double>(work.size());
  // Without sample i: −T [ln Σ + ln(1 − share_i) − ln(N − 1)]; when one sample is the whole sum the jackknife says inf.
  double mean_change = 0, square = 0, largest = 0;
  std::vector<double> change;
  for (const double e : exponents) {
    const double share = std::exp(e - log_sum);
    largest = std::max(largest, share);
    change.push_back(temperature * std::log1p(-std::min(share, 1.0)));
    mean_change += change.back() / n;
  }
  for (const double c : change) square += (c - mean_change) * (c - mean_change);
  Result result{-temperature * (log_sum - std::log(n)), std::sqrt(square * (n - 1) / n), work.size(), {}};
  if (work.size() == 1) result.standard_error = std::numeric_limits<double>::quiet_NaN();
  result.conventions = {{"standard error", "delete-one jackknife"}, {"largest share of one sample", percent(largest)}};
  return result;
}

}  // namespace calor::estimators
