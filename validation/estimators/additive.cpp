#include "validation/estimators/additive.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "num/errors.hpp"

namespace calor::estimators {

namespace {

constexpr std::uint64_t most_samples = std::uint64_t{1} << 53;

/// n g(n) with its limit 0 at n = 0.
long double term(const Additive& form, double n) { return n > 0 ? static_cast<long double>(n) * form.g(n) : 0.0L; }

double value(const Additive& form, Counts counts, double samples) {
  const double log_samples = std::log(samples);
  long double sum = -form.c;
  for (const auto n : counts) {
    const auto m = static_cast<double>(n);
    if (n > 0) sum += static_cast<long double>(m) * (log_samples - form.g(m));
  }
  return static_cast<double>(sum / samples);
}

double jackknife(const Additive& form, Counts counts, double samples) {
  if (samples < 2) return std::numeric_limits<double>::quiet_NaN();
  // S_(s) = ln(N−1) − (A + c − n g(n) + (n−1) g(n−1))/(N−1): only the last two terms depend on s.
  const auto change = [&](std::uint64_t n) {
    const auto m = static_cast<double>(n);
    return (term(form, m) - term(form, m - 1)) / (samples - 1);
  };
  long double mean = 0;
  for (const auto n : counts) mean += n == 0 ? 0.0L : static_cast<long double>(n) * change(n) / samples;
  long double square = 0;
  for (const auto n : counts) {
    if (n > 0) square += static_cast<long double>(n) * (change(n) - mean) * (change(n) - mean);
  }
  return static_cast<double>(std::sqrt(square * (samples - 1) / samples));
}

}  // namespace

std::uint64_t total(Counts counts) {
  std::uint64_t sum = 0;
  for (const auto n : counts) {
    if (n > most_samples || sum + n > most_samples)
      throw InputError("there are more than 2^53 samples; allowed: up to 2^53");
    sum += n;
  }
  if (sum == 0) throw InputError("there are no samples; allowed: at least one");
  return sum;
}

std::size_t letters_seen(Counts counts) {
  return static_cast<std::size_t>(std::count_if(counts.begin(), counts.end(), [](auto n) { return n > 0; }));
}

Result additive_entropy(const Additive& form, Counts counts) {
  const std::uint64_t samples = total(counts);
  const auto n = static_cast<double>(samples);
  Result result{value(form, counts, n), jackknife(form, counts, n), static_cast<std::size_t>(samples), {}};
  result.conventions = {{"standard error", "delete-one jackknife"}};
  return result;
}

}  // namespace calor::estimators
