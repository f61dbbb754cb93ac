#pragma once
// What every estimator returns. Nats, k_B = 1.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace calor::estimators {

/// Choices that change the number, as (name, choice) pairs in the order in which they matter.
using Conventions = std::vector<std::pair<std::string, std::string>>;

struct Result {
  double value = 0;
  double standard_error =
      0;  // of `value` as the sample varies, bias not included; NaN if the sample is too small to tell
  std::size_t samples = 0;
  Conventions conventions;
};

}  // namespace calor::estimators
