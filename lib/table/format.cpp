#include "table/format.hpp"

#include <cmath>
#include <optional>

#include "num/errors.hpp"

namespace calor::table {

namespace {

using Integer = boost::multiprecision::mpz_int;
using num::Rational;

constexpr long deepest = 4000;  // decimal places that are followed
constexpr int most_exact_digits = 40;

Rational power_of_ten(long exponent) {
  const Integer size = boost::multiprecision::pow(Integer(10), static_cast<unsigned>(std::labs(exponent)));
  return exponent < 0 ? Rational(Integer(1), size) : Rational(size);
}

Integer floor_of(const Rational& q) {
  Integer out;
  mpz_fdiv_q(out.backend().data(), Integer(numerator(q)).backend().data(), Integer(denominator(q)).backend().data());
  return out;
}

Integer ceiling_of(const Rational& q) { return -floor_of(Rational(-q)); }

/// The k with 10^k <= q < 10^(k+1), q > 0.
long leading_place(const Rational& q) {
  const auto digits = [](const Integer& n) { return static_cast<long>(n.str().size()); };
  const long k = digits(Integer(numerator(q))) - digits(Integer(denominator(q)));
  return q < power_of_ten(k) ? k - 1 : k;
}

/// The number m · 10^place with all its digits.
std::string write(const Integer& m, long place) {
  if (m == 0) return "0";
  const std::string digits = Integer(abs(m)).str(), sign = m < 0 ? "-" : "";
  const long n = static_cast<long>(digits.size()), leading = place + n - 1;
  const auto at = [](long i) { return static_cast<std::size_t>(i); };
  if (place > 0 || leading < -4) {
    return sign + digits.substr(0, 1) + (n > 1 ? "." + digits.substr(1) : "") + "e" + std::to_string(leading);
  }
  if (place == 0) return sign + digits;
  if (leading < 0) return sign + "0." + std::string(at(-leading - 1), '0') + digits;
  return sign + digits.substr(0, at(n + place)) + "." + digits.substr(at(n + place));
}

/// What is left of a number beyond the places that are followed.
struct Exact {
  Rational value;
  Rational lost = 0;  // |number - value| <= lost
};

Exact exact(double x) { return {Rational(x)}; }

template <unsigned D>
Exact exact(const num::Mp<D>& x) {
  if (x == 0) return {Rational(0)};
  const long bits = static_cast<long>(mpfr_get_exp(x.backend().data()));
  if (bits < -13300) return {Rational(0), power_of_ten(-deepest)};  // |x| < 2^-13300 < 10^-4003
  if (bits > 13300) throw InternalError("a result beyond 1e4000");
  Integer mantissa;
  const long shift = mpfr_get_z_2exp(mantissa.backend().data(), x.backend().data());
  const Integer scale = boost::multiprecision::pow(Integer(2), static_cast<unsigned>(std::labs(shift)));
  return {shift < 0 ? Rational(mantissa, scale) : Rational(Integer(mantissa * scale))};
}

Text round_to(const Rational& value, const Rational& error, long place) {
  const Rational unit = power_of_ten(place);
  const Integer m = floor_of(Rational(value / unit + Rational(1, 2)));
  const Rational rounding = abs(Rational(m * unit - value));
  const Integer up = ceiling_of(Rational((error + rounding) / unit));
  if (up >= 100) return round_to(value, error, place + 1);
  return {write(m, place), write(up, place)};
}

/// No error: every digit, or as many as `digits` with the rounding as error.
Text write_exact(const Rational& value, int digits) {
  if (const auto text = num::terminating_text(value, most_exact_digits)) return {*text, "0"};
  const long place = std::max(-deepest, leading_place(abs(value)) - digits + 1);
  const Rational unit = power_of_ten(place);
  const Integer m = floor_of(Rational(value / unit + Rational(1, 2)));
  const Rational rounding = abs(Rational(m * unit - value));
  const long fine = leading_place(rounding) - 1;
  return {write(m, place), write(ceiling_of(Rational(rounding / power_of_ten(fine))), fine)};
}

/// Two digits and an error that says nothing.
Text write_unknown(const Rational& value) {
  const long place = value == 0 ? 0 : leading_place(abs(value)) - 1;
  return {write(floor_of(Rational(value / power_of_ten(place) + Rational(1, 2))), place), "inf"};
}

}  // namespace

template <num::Real R>
Text text_of(const R& value, const R& error) {
  using std::isinf, std::isnan;
  if (isnan(value) || isnan(error) || error < 0) {
    throw InternalError("a result without meaning: value " + num::to_text(value, 17) + ", error " +
                        num::to_text(error, 3));
  }
  if (isinf(value)) return {value > 0 ? "inf" : "-inf", "0"};
  const Exact v = exact(value);
  if (isinf(error)) return write_unknown(v.value);
  const Exact e = exact(error);
  const Rational whole = e.value + e.lost + v.lost;
  if (whole == 0) return write_exact(v.value, num::digits10<R>());
  return round_to(v.value, whole, std::max(leading_place(whole), -deepest) - 1);
}

Text text_of_exact(const Rational& value, const Rational& error, int digits) {
  if (error == 0) return write_exact(value, digits);
  const Rational size = abs(value);
  if (size <= error)
    return round_to(0, Rational(error + size), std::max(leading_place(Rational(error + size)), -deepest) - 1);
  const long supported = std::max(leading_place(error), -deepest) - 1;
  return round_to(value, error, std::max(supported, leading_place(size) - digits + 1));
}

template <num::Real R>
Cell cell(std::string quantity, const num::Estimate<R>& estimate) {
  Text text = text_of(estimate.value, estimate.error);
  return {std::move(quantity), std::move(text.value), std::move(text.error), estimate.guarantee};
}

std::string time_text(const num::Rational& t) {
  return num::terminating_text(t, most_exact_digits).value_or(num::decimal_text(t, 17));
}

#define CALOR_INSTANTIATE(R)                    \
  template Text text_of<R>(const R&, const R&); \
  template Cell cell<R>(std::string, const num::Estimate<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::table
