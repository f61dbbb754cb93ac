#include "validation/estimators/points.hpp"

#include <cmath>
#include <string>

#include "num/errors.hpp"

namespace calor::estimators {

void check_pairs(Points x, Points y) {
  if (x.size() == y.size()) return;
  throw InputError("x has " + std::to_string(x.size()) + " samples and y has " + std::to_string(y.size()) +
                   "; allowed: as many of each");
}

std::vector<double> joined(Points x, Points y) {
  std::vector<double> both;
  both.reserve(x.values.size() + y.values.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    both.insert(both.end(), x.row(i), x.row(i) + x.dimension);
    both.insert(both.end(), y.row(i), y.row(i) + y.dimension);
  }
  return both;
}

std::vector<double> standardised(Points points) {
  const auto n = static_cast<double>(points.size());
  std::vector<double> result(points.values.begin(), points.values.end());
  for (std::size_t c = 0; c < points.dimension; ++c) {
    double mean = 0, square = 0;
    for (std::size_t i = 0; i < points.size(); ++i) mean += points.row(i)[c] / n;
    for (std::size_t i = 0; i < points.size(); ++i) square += std::pow(points.row(i)[c] - mean, 2);
    const double deviation = std::sqrt(square / (n - 1));
    if (!(deviation > 0) || !std::isfinite(deviation)) {
      throw InputError("column " + std::to_string(c + 1) + " cannot be standardised: its standard deviation is " +
                       (deviation > 0 ? "infinite" : "0"));
    }
    for (std::size_t i = 0; i < points.size(); ++i) {
      double& value = result[i * points.dimension + c];
      value = (value - mean) / deviation;
    }
  }
  return result;
}

void check_neighbours(std::size_t n, int k) {
  if (k < 1) throw InputError("k = " + std::to_string(k) + "; allowed: a whole number >= 1");
  if (static_cast<std::size_t>(k) >= n) {
    throw InputError("k = " + std::to_string(k) + " neighbours need at least " + std::to_string(k) +
                     " + 1 samples, there are " + std::to_string(n));
  }
}

void refuse_duplicates(std::size_t point, int k) {
  throw InputError("sample " + std::to_string(point + 1) + " coincides with at least " + std::to_string(k) +
                   " others (k = " + std::to_string(k) +
                   "); allowed: continuous samples with fewer repeats than k, or an estimator for discrete data");
}

}  // namespace calor::estimators
