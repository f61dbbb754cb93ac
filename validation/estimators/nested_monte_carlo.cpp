#include "validation/estimators/nested_monte_carlo.hpp"

#include <cmath>

#include "num/errors.hpp"
#include "validation/estimators/mean.hpp"

namespace calor::estimators {

Result nested_monte_carlo(LogLikelihoods numerator, LogLikelihoods denominator) {
  check(numerator, "nested Monte Carlo, numerator");
  check(denominator, "nested Monte Carlo, denominator");
  if (numerator.rows() != denominator.rows()) {
    throw InputError("nested Monte Carlo: " + std::to_string(numerator.rows()) + " rows over " +
                     std::to_string(denominator.rows()) + "; allowed: as many of each");
  }
  std::vector<double> local;
  for (std::size_t i = 0; i < numerator.rows(); ++i) {
    const double over = log_mean_exp(numerator.row(i)), under = log_mean_exp(denominator.row(i));
    if (std::isinf(over) && std::isinf(under)) {
      throw InputError("nested Monte Carlo: sample " + std::to_string(i) +
                       " has probability 0 above and below; allowed: one positive probability at least");
    }
    local.push_back(over - under);
  }
  Result result = mean(local);
  result.conventions = {
      {"inner samples", std::to_string(numerator.columns) + " over " + std::to_string(denominator.columns)},
      {"standard error", "standard deviation of the outer terms / sqrt(N)"}};
  return result;
}

}  // namespace calor::estimators
