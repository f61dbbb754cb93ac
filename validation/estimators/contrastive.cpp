#include "validation/estimators/contrastive.hpp"

#include <cmath>
#include <limits>

namespace calor::estimators {

namespace {

/// ln Σ over the columns of row i but `skip` and, for the upper bound, i itself.
double log_sum_without(LogLikelihoods t, std::size_t i, std::size_t skip, bool with_own) {
  std::vector<double> rest;
  for (std::size_t j = 0; j < t.columns; ++j) {
    if (j != skip && (with_own || j != i)) rest.push_back(t(i, j));
  }
  return log_sum_exp(rest);
}

/// Row sums ln Σ_j, and what they become without one column.
class RowSums {
 public:
  RowSums(LogLikelihoods table, bool with_own) : table_(table), with_own_(with_own) {
    for (std::size_t i = 0; i < table.columns; ++i) sums_.push_back(log_sum_without(table, i, table.columns, with_own));
  }

  double operator()(std::size_t i) const { return sums_[i]; }

  /// Subtracts the column unless it dominates the row, then adds up again.
  double without(std::size_t i, std::size_t j) const {
    const double share = std::exp(table_(i, j) - sums_[i]);
    return share < 0.9 ? sums_[i] + std::log1p(-share) : log_sum_without(table_, i, j, with_own_);
  }

 private:
  LogLikelihoods table_;
  bool with_own_;
  std::vector<double> sums_;
};

double log_contrasts(std::size_t pairs, bool with_own) {
  return std::log(static_cast<double>(with_own ? pairs : pairs - 1));
}

double jackknife(LogLikelihoods table, const RowSums& sums, bool with_own) {
  const std::size_t k = table.columns;
  if (k < 4) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> left_out(k);
  double mean = 0, square = 0;
  for (std::size_t s = 0; s < k; ++s) {
    for (std::size_t i = 0; i < k; ++i) {
      if (i != s) left_out[s] += (table(i, i) - sums.without(i, s)) / static_cast<double>(k - 1);
    }
    left_out[s] += log_contrasts(k - 1, with_own);
    mean += left_out[s] / static_cast<double>(k);
  }
  for (const double v : left_out) square += (v - mean) * (v - mean);
  return std::sqrt(square * static_cast<double>(k - 1) / static_cast<double>(k));
}

Result bound(LogLikelihoods table, bool with_own, const char* contrasts) {
  const std::size_t k = table.columns;
  const RowSums sums(table, with_own);
  double value = log_contrasts(k, with_own);
  for (std::size_t i = 0; i < k; ++i) value += (table(i, i) - sums(i)) / static_cast<double>(k);
  Result result{value, jackknife(table, sums, with_own), k, {}};
  result.conventions = {{"contrasts", contrasts}, {"standard error", "delete-one jackknife over pairs"}};
  return result;
}

}  // namespace

Result leave_one_out_upper(LogLikelihoods table) {
  check_square(table, "leave-one-out bound");
  return bound(table, false, "the other K - 1 conditions (upper bound)");
}

Result info_nce_lower(LogLikelihoods table) {
  check_square(table, "InfoNCE bound");
  return bound(table, true, "all K conditions, its own included (lower bound)");
}

}  // namespace calor::estimators
