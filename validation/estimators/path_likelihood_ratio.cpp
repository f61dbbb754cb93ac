#include "validation/estimators/path_likelihood_ratio.hpp"

#include <cmath>

#include "num/errors.hpp"
#include "validation/estimators/mean.hpp"

namespace calor::estimators {

namespace {

void refuse(std::size_t trajectory, const std::string& what) {
  throw InputError("path likelihood ratio: trajectory " + std::to_string(trajectory) + ": " + what);
}

double difference(double forward, double backward, std::size_t trajectory) {
  if (!std::isfinite(forward)) refuse(trajectory, "a forward log-probability is not finite; allowed: finite numbers");
  if (!(backward < HUGE_VAL)) refuse(trajectory, "a backward log-probability is NaN or inf; allowed: finite or -inf");
  return forward - backward;
}

}  // namespace

std::vector<double> path_entropy_production(std::span<const double> forward, std::span<const double> backward,
                                            std::size_t steps, std::span<const double> first,
                                            std::span<const double> last) {
  const std::size_t n = steps == 0 ? 0 : forward.size() / steps;
  if (steps == 0 || forward.size() != n * steps || backward.size() != forward.size() || first.size() != last.size() ||
      (!first.empty() && first.size() != n)) {
    throw InputError("path likelihood ratio: " + std::to_string(forward.size()) + " forward and " +
                     std::to_string(backward.size()) + " backward log-probabilities in trajectories of " +
                     std::to_string(steps) + " steps with " + std::to_string(first.size()) + " first and " +
                     std::to_string(last.size()) +
                     " last; allowed: N times steps of the former, N (or none) of the latter");
  }
  std::vector<double> sigma(n);
  for (std::size_t t = 0; t < n; ++t) {
    if (!first.empty()) sigma[t] = difference(first[t], last[t], t);
    for (std::size_t s = t * steps; s < (t + 1) * steps; ++s) sigma[t] += difference(forward[s], backward[s], t);
  }
  return sigma;
}

Result path_likelihood_ratio(std::span<const double> sigma) { return mean(sigma); }

}  // namespace calor::estimators
