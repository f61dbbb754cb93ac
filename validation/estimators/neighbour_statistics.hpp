#pragma once
// What the Kozachenko–Leonenko and KSG estimators share.

#include <span>
#include <vector>

#include "validation/estimators/halving.hpp"
#include "validation/estimators/points.hpp"
#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// ψ(0..n) by its recurrence; ψ(0) is stored as NaN.
std::vector<double> digamma_table(std::size_t n);

/// For each point, how many others lie at a distance (max norm) < radius[i] (strict) or <= radius[i].
std::vector<std::size_t> counts_within(Points points, std::span<const double> radius, bool strict);

/// offset + mean of the local terms, with the standard error as if the terms were independent (see halving.hpp).
Result mean_of_local(double offset, std::span<const double> local);

/// The estimate `of` pairs (x, y) by a KSG estimator with its conventions and the standard error by halving. Throws
/// InputError unless x and y are equally many and 1 <= k < N.
Result ksg(Points x, Points y, int k, int halvings, const char* counting, Result (*of)(Points, Points, int));

}  // namespace calor::estimators
