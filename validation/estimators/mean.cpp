#include "validation/estimators/mean.hpp"

#include <cmath>
#include <numeric>

#include "num/errors.hpp"

namespace calor::estimators {

Result mean(std::span<const double> samples) {
  if (samples.empty()) throw InputError("there are no samples; allowed: at least one");
  const auto n = static_cast<double>(samples.size());
  const double average = std::accumulate(samples.begin(), samples.end(), 0.0) / n;
  double square = 0;
  for (const double a : samples) square += (a - average) * (a - average);
  return {
      average, std::sqrt(square / (n * (n - 1))), samples.size(), {{"standard error", "standard deviation / sqrt(N)"}}};
}

}  // namespace calor::estimators
