#pragma once
// Matrices of log-likelihoods, and logarithms of means of exponentials.

#include <cstddef>
#include <span>

namespace calor::estimators {

/// entry (i, j) = ln p(a_i | c_j), row by row; −inf is allowed (probability 0), NaN and +inf are not.
struct LogLikelihoods {
  std::span<const double> values;
  std::size_t columns = 1;

  std::size_t rows() const { return values.size() / columns; }
  std::span<const double> row(std::size_t i) const { return values.subspan(i * columns, columns); }
  double operator()(std::size_t i, std::size_t j) const { return values[i * columns + j]; }
};

/// Throws InputError if there is no entry, the last row is ragged, or an entry is NaN or +inf.
void check(LogLikelihoods table, const char* what);

/// The same, and that the table is square with at least two rows and a diagonal above −inf.
void check_square(LogLikelihoods table, const char* what);

/// ln Σ e^{a}; −inf for no terms.
double log_sum_exp(std::span<const double> a);

/// ln (Σ e^{a} / n).
double log_mean_exp(std::span<const double> a);

}  // namespace calor::estimators
