#include "validation/estimators/entropy_nsb.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "num/errors.hpp"
#include "validation/estimators/nsb_posterior.hpp"

namespace calor::estimators {

namespace {

constexpr double negligible = 45;  // e^{−45} = 3e-20 of the peak
constexpr int most_points = 1 << 14;

struct Range {
  double from, to;  // of ln β
};

/// Where the weight is within e^{−45} of its peak. It falls like β^{letters seen} as β → 0, below Kβ ~ 1, and like 1/β
/// as β → ∞, beyond Kβ ~ N²; so the first range holds it all.
Range support(const NsbPosterior& posterior) {
  constexpr int points = 128;
  Range range{-std::log(posterior.alphabet()) - negligible - 5, negligible + 5 + 2 * std::log(posterior.samples() + 1)};
  for (;;) {
    const double step = (range.to - range.from) / points;
    double at[points + 1], peak = -std::numeric_limits<double>::infinity();
    for (int i = 0; i <= points; ++i)
      peak = std::max(peak, at[i] = posterior.log_weight(std::exp(range.from + i * step)));
    int first = 0, last = points;
    while (at[first] < peak - negligible) ++first;
    while (at[last] < peak - negligible) --last;
    const Range next{range.from + std::max(0, first - 1) * step, range.from + std::min(points, last + 1) * step};
    if (last - first > points / 4) return next;
    range = next;
  }
}

struct NsbMoments {
  double mean, deviation;
};

/// Trapezoidal rule in ln β: exponentially convergent, since the integrand is analytic in the strip |Im ln β| < π and
/// negligible at both ends (Trefethen & Weideman, SIAM Rev. 56, 385 (2014)).
NsbMoments trapezoid(const NsbPosterior& posterior, const Range& range, int points) {
  std::vector<double> weight, mean, variance;
  double peak = -std::numeric_limits<double>::infinity();
  for (int i = 0; i <= points; ++i) {
    const double beta = std::exp(range.from + (range.to - range.from) * i / points);
    weight.push_back(posterior.log_weight(beta));
    mean.push_back(posterior.mean(beta));
    variance.push_back(posterior.variance(beta));
    peak = std::max(peak, weight.back());
  }
  double norm = 0, first = 0, second = 0;
  for (std::size_t i = 0; i < weight.size(); ++i) {
    weight[i] = std::exp(weight[i] - peak);
    norm += weight[i];
    first += weight[i] * mean[i];
  }
  first /= norm;
  for (std::size_t i = 0; i < weight.size(); ++i) {
    second += weight[i] * (variance[i] + (mean[i] - first) * (mean[i] - first));
  }
  return {first, std::sqrt(std::max(0.0, second / norm))};
}

NsbMoments posterior_moments(const NsbPosterior& posterior) {
  const Range range = support(posterior);
  NsbMoments coarse = trapezoid(posterior, range, 64);
  for (int points = 128; points <= most_points; points *= 2) {
    const NsbMoments fine = trapezoid(posterior, range, points);
    // Log-weights are sums of size N: rounding makes them uncertain by about 1e-15 N.
    const double noise = 1e-15 * posterior.samples();
    if (std::abs(fine.mean - coarse.mean) <= 1e-13 * std::max(1.0, fine.mean) + noise * fine.deviation &&
        std::abs(fine.deviation - coarse.deviation) <= (1e-7 + noise) * fine.deviation) {
      return fine;
    }
    coarse = fine;
  }
  throw InternalError("entropy_nsb: the quadrature over the concentration did not converge");
}

}  // namespace

Result entropy_nsb(Counts counts, double alphabet) {
  const std::uint64_t samples = total(counts);
  const std::size_t seen = letters_seen(counts);
  if (!(alphabet >= static_cast<double>(seen) && alphabet <= 1e18 && alphabet == std::floor(alphabet))) {
    throw InputError("the alphabet has to be a whole number from the " + std::to_string(seen) +
                     " letters seen up to 1e18");
  }
  Result result{0, 0, static_cast<std::size_t>(samples), {}};
  if (alphabet > 1) {
    const auto [mean, deviation] = posterior_moments(NsbPosterior(counts, alphabet));
    result.value = mean;
    result.standard_error = deviation;
  }
  result.conventions = {
      {"prior", "Nemenman-Shafee-Bialek: mixture of symmetric Dirichlet priors, uniform in mean entropy"},
      {"alphabet", std::to_string(static_cast<std::uint64_t>(alphabet))},
      {"standard error", "posterior standard deviation"}};
  return result;
}

}  // namespace calor::estimators
