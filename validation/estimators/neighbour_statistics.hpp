#pragma once
// What the Kozachenko–Leonenko and KSG estimators share.

#include <span>
#include <vector>

#include "validation/estimators/points.hpp"
#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// ψ(0..n) by its recurrence; ψ(0) is stored as NaN.
std::vector<double> digamma_table(std::size_t n);

/// For each point, how many others lie at a distance (max norm) < radius[i] (strict) or <= radius[i].
std::vector<std::size_t> counts_within(Points points, std::span<const double> radius, bool strict);

/// offset + mean of the local terms, with the standard error as if the terms were independent (see halving.hpp).
Result mean_of_local(double offset, std::span<const double> local);

}  // namespace calor::estimators
