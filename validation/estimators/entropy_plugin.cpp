#include "validation/estimators/entropy_plugin.hpp"

#include <cmath>

namespace calor::estimators {

Result entropy_plugin(Counts counts) {
  Result result = additive_entropy({[](double n) { return std::log(n); }}, counts);
  result.conventions.insert(result.conventions.begin(), {"bias correction", "none"});
  return result;
}

}  // namespace calor::estimators
