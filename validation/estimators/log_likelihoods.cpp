#include "validation/estimators/log_likelihoods.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "num/errors.hpp"

namespace calor::estimators {

namespace {}  // namespace

void check(LogLikelihoods table, const char* what) {
  if (table.columns == 0 || table.values.empty() || table.values.size() % table.columns != 0) {
    throw InputError(std::string(what) + ": " + std::to_string(table.values.size()) + " entries in rows of " +
                     std::to_string(table.columns) + "; allowed: at least one full row");
  }
  for (std::size_t e = 0; e < table.values.size(); ++e) {
    if (table.values[e] < HUGE_VAL) continue;
    throw InputError(std::string(what) + ": the log-likelihood in row " + std::to_string(e / table.columns) +
                     ", column " + std::to_string(e % table.columns) + " is NaN or inf; allowed: finite or -inf");
  }
}

void check_square(LogLikelihoods table, const char* what) {
  check(table, what);
  if (table.rows() != table.columns || table.columns < 2) {
    throw InputError(std::string(what) + ": " + std::to_string(table.rows()) + " rows of " +
                     std::to_string(table.columns) + "; allowed: as many rows as columns, at least 2");
  }
  for (std::size_t i = 0; i < table.columns; ++i) {
    if (table(i, i) > -HUGE_VAL) continue;
    throw InputError(std::string(what) + ": sample " + std::to_string(i) +
                     " has probability 0 under its own condition; allowed: samples of their conditions");
  }
}

double log_sum_exp(std::span<const double> a) {
  const double peak = a.empty() ? -HUGE_VAL : *std::max_element(a.begin(), a.end());
  if (std::isinf(peak)) return peak;
  double sum = 0;
  for (const double v : a) sum += std::exp(v - peak);
  return peak + std::log(sum);
}

double log_mean_exp(std::span<const double> a) { return log_sum_exp(a) - std::log(static_cast<double>(a.size())); }

}  // namespace calor::estimators
