#pragma once
// The estimators of `calor estimate`, by name.

#include <string>
#include <vector>

#include "experiment/csv.hpp"
#include "validation/estimators/request.hpp"
#include "validation/estimators/result.hpp"

namespace calor::estimators {

std::vector<std::string> estimator_names();

/// Throws InputError for an unknown estimator, for an option that it does not use, and for one that it needs and lacks.
void check_options(const Request& request);

/// Runs the estimator on the samples. Throws InputError "FILE:…" on columns and cells it cannot use.
Result estimate(const Request& request, const experiment::Csv& csv);

}  // namespace calor::estimators
