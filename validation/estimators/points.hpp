#pragma once
// Samples of continuous variables, and distances between them.

#include <cstddef>
#include <span>
#include <vector>

namespace calor::estimators {

/// n points in d >= 1 dimensions, row by row; values.size() = n d. All values are finite.
struct Points {
  std::span<const double> values;
  std::size_t dimension = 1;

  std::size_t size() const { return values.size() / dimension; }
  const double* row(std::size_t i) const { return values.data() + i * dimension; }
};

enum class Norm { max, euclidean };

/// Throws InputError if x and y differ in size.
void check_pairs(Points x, Points y);

/// (x, y) side by side, row by row, for x and y of one size.
std::vector<double> joined(Points x, Points y);

/// Every column minus its mean, divided by its standard deviation (n − 1). Throws InputError for a constant column.
std::vector<double> standardised(Points points);

/// Throws InputError unless 1 <= k < n.
void check_neighbours(std::size_t n, int k);

/// Throws InputError that names the point: its k nearest neighbours coincide with it, so the density there has no
/// estimate.
[[noreturn]] void refuse_duplicates(std::size_t point, int k);

}  // namespace calor::estimators
