#include "validation/estimators/entropy_grassberger.hpp"

#include <boost/math/special_functions/digamma.hpp>
#include <cmath>

namespace calor::estimators {

namespace {

using boost::math::digamma;

double g1988(double n) {
  const double sign = std::fmod(n, 2) == 0 ? 1 : -1;
  return digamma(n) + sign / (n * (n + 1));
}

/// ½[ψ((n+1)/2) − ψ(n/2)]; for large n its expansion 1/(2n) + 1/(4n²) − 1/(8n⁴) + 1/(4n⁶), free of cancellation.
double half_difference(double n) {
  if (n < 400) return (digamma((n + 1) / 2) - digamma(n / 2)) / 2;
  const double r = 1 / n;
  return r / 2 + r * r * (0.25 - r * r * (0.125 - r * r * 0.25));
}

double g2003(double n) {
  const double sign = std::fmod(n, 2) == 0 ? 1 : -1;
  return digamma(n) + sign * half_difference(n);
}

}  // namespace

double grassberger_g(Grassberger variant, double n) { return variant == Grassberger::v1988 ? g1988(n) : g2003(n); }

Result entropy_grassberger(Counts counts, Grassberger variant) {
  const bool first = variant == Grassberger::v1988;
  Result result = additive_entropy({first ? g1988 : g2003}, counts);
  if (!first) {
    const Result smooth = additive_entropy({[](double n) { return std::log(n); }}, counts);
    result.standard_error = smooth.standard_error;
    result.conventions = {{"standard error", "delete-one jackknife of the plug-in entropy"}};
  }
  result.conventions.insert(result.conventions.begin(), {"variant", first ? "1988" : "2003"});
  return result;
}

}  // namespace calor::estimators
