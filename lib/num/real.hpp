#pragma once
// The one list of number types. Everything numerical in Calor is a template over `Real`.

#include <boost/multiprecision/mpfr.hpp>
#include <cmath>
#include <concepts>
#include <limits>
#include <numbers>
#include <string>

namespace calor::num {

/// Fixed-precision decimal types on the stack, without expression templates (Eigen needs that).
template <unsigned Digits>
using Mp = boost::multiprecision::number<
    boost::multiprecision::mpfr_float_backend<Digits, boost::multiprecision::allocate_stack>,
    boost::multiprecision::et_off>;

using Mp100 = Mp<100>;
using Mp200 = Mp<200>;  // for ensemble weights and for tests; not in the list below

template <class R>
concept Real = std::same_as<R, double> || std::same_as<R, Mp100> || std::same_as<R, Mp200>;

/// Instantiates M(R) for every type of the list.
#define CALOR_FOR_EACH_REAL(M) M(double) M(::calor::num::Mp100)

/// Unit round-off times two: the distance from 1 to the next number.
template <Real R>
R epsilon() {
  return std::numeric_limits<R>::epsilon();
}

/// Decimal digits that R carries.
template <Real R>
constexpr int digits10() {
  return std::numeric_limits<R>::digits10;
}

template <Real R>
R pi();
template <>
inline double pi<double>() {
  return std::numbers::pi;
}

template <Real R>
R infinity() {
  return std::numeric_limits<R>::infinity();
}

/// x as a double, for sizes, messages and decisions; never for results.
template <Real R>
double to_double(const R& x) {
  return static_cast<double>(x);
}

/// x with `digits` significant decimal digits, in scientific notation where C++ streams would use it.
template <Real R>
std::string to_text(const R& x, int digits);

}  // namespace calor::num
