#include "validation/estimators/entropy_miller_madow.hpp"

#include <cmath>

namespace calor::estimators {

Result entropy_miller_madow(Counts counts) {
  // (K₁ − 1)/(2N) = Σ_i (n_i/N) [n_i > 0]/(2 n_i) − (1/2)/N
  Result result = additive_entropy({[](double n) { return std::log(n) - 1 / (2 * n); }, 0.5}, counts);
  result.conventions.insert(result.conventions.begin(), {"bias correction", "(letters seen - 1)/(2 N)"});
  return result;
}

}  // namespace calor::estimators
