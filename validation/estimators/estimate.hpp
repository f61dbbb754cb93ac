#pragma once
// calor estimate NAME FILE.csv [--x COLUMNS] [--y COLUMNS] [--counts COLUMN] [--k 3] [--alphabet K] [--variant V]
//   [--norm NORM] [--standardise] [--format text|json]

#include <string>

#include "validation/estimators/request.hpp"
#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// The result as text or as JSON {"value", "stderr", "unit", "estimator", "conventions", "n"}; what the sample cannot
/// tell is null.
std::string printed(const Request& request, const Result& result);

/// The command; argv[0] = "estimate". Prints the result, or "calor: estimate: …", one line on standard error. Returns
/// 0, or 2 for an error of use. Errors of ours pass through as InternalError.
int estimate_main(int argc, char** argv);

}  // namespace calor::estimators
