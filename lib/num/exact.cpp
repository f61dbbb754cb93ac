#include "num/exact.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace calor::num {

namespace {

using Integer = boost::multiprecision::mpz_int;

constexpr int most_exponent = 4000;
constexpr std::size_t most_literal_digits = 8000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Integer power_of_ten(long exponent) { return boost::multiprecision::pow(Integer(10), static_cast<unsigned>(exponent)); }

[[noreturn]] void not_a_number(const std::string& why) { throw std::invalid_argument(why); }

/// Reads digits with single underscores between them from the front of `text`.
std::string take_digits(std::string_view& text) {
  std::string digits;
  while (!text.empty()) {
    const bool joined = text[0] == '_' && !digits.empty() && text.size() > 1 && is_digit(text[1]);
    if (!is_digit(text[0]) && !joined) break;
    if (!joined) digits += text[0];
    text.remove_prefix(1);
  }
  return digits;
}

bool take_sign(std::string_view& text) {
  if (text.empty() || (text[0] != '-' && text[0] != '+')) return false;
  const bool negative = text[0] == '-';
  text.remove_prefix(1);
  return negative;
}

long take_exponent(std::string_view& text) {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return 0;
  text.remove_prefix(1);
  const bool negative = take_sign(text);
  std::string digits = take_digits(text);
  if (digits.empty()) not_a_number("an exponent without digits");
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (digits.size() > 4 || std::stoi(digits) > most_exponent) not_a_number("an exponent beyond 4000");
  return negative ? -std::stol(digits) : std::stol(digits);
}

/// The decimal digits d of a number 0.d1d2d3… · 10^point, without trailing zeros.
struct Decimal {
  bool negative = false;
  std::string digits;
  long point = 0;
};

std::string layout(const Decimal& d) {
  const std::string sign = d.negative ? "-" : "";
  const long n = static_cast<long>(d.digits.size());
  if (d.point > 17 || d.point < -4) {
    const std::string tail = n > 1 ? "." + d.digits.substr(1) : "";
    return sign + d.digits.substr(0, 1) + tail + "e" + std::to_string(d.point - 1);
  }
  if (d.point <= 0) return sign + "0." + std::string(static_cast<std::size_t>(-d.point), '0') + d.digits;
  if (d.point >= n) return sign + d.digits + std::string(static_cast<std::size_t>(d.point - n), '0');
  return sign + d.digits.substr(0, static_cast<std::size_t>(d.point)) + "." +
         d.digits.substr(static_cast<std::size_t>(d.point));
}

/// The decimal m · 10^-shift.
Decimal to_decimal(const Integer& m, long shift) {
  Decimal d{m < 0, Integer(abs(m)).str(), 0};
  d.point = static_cast<long>(d.digits.size()) - shift;
  d.digits.erase(d.digits.find_last_not_of('0') + 1);
  return d;
}

/// How often p divides n; n becomes the quotient.
long take_factor(Integer& n, unsigned p) {
  return static_cast<long>(mpz_remove(n.backend().data(), n.backend().data(), Integer(p).backend().data()));
}

}  // namespace

Rational parse_decimal(std::string_view text) {
  const bool negative = take_sign(text);
  const std::string whole = take_digits(text);
  std::string fraction;
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    fraction = take_digits(text);
  }
  if (whole.empty() && fraction.empty()) not_a_number("not a decimal number");
  const long exponent = take_exponent(text) - static_cast<long>(fraction.size());
  if (!text.empty()) not_a_number("not a decimal number");
  std::string digits = whole + fraction;
  if (digits.size() > most_literal_digits) not_a_number("a number of more than 8000 digits");
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));  // a leading 0 would mean octal
  const Integer m(negative ? "-" + digits : digits);
  if (exponent >= 0) return Rational(Integer(m * power_of_ten(exponent)));
  return Rational(m, power_of_ten(-exponent));
}

std::optional<std::string> terminating_text(const Rational& q, int most_digits) {
  if (q == 0) return "0";
  Integer rest = denominator(q);
  const long shift = std::max(take_factor(rest, 2), take_factor(rest, 5));
  if (rest != 1 || shift > 10L * most_exponent) return std::nullopt;
  const Decimal d = to_decimal(Integer(numerator(q) * power_of_ten(shift) / denominator(q)), shift);
  if (static_cast<long>(d.digits.size()) > most_digits) return std::nullopt;
  return layout(d);
}

std::string decimal_text(const Rational& q) {
  if (const auto text = terminating_text(q, 60)) return *text;
  return numerator(q).str() + "/" + denominator(q).str();
}

std::string decimal_text(const Rational& q, int digits) {
  if (q == 0) return "0";
  const Rational size = abs(q);
  // 10^(point-1) <= size < 10^point; the lengths give point up to one.
  long point = static_cast<long>(numerator(size).str().size()) - static_cast<long>(denominator(size).str().size());
  const auto scaled = [&](long shift) {
    return shift >= 0 ? Rational(size * power_of_ten(shift)) : Rational(size / power_of_ten(-shift));
  };
  if (scaled(-point) >= 1) ++point;
  const long shift = digits - point;
  const Rational exact = scaled(shift);
  const Integer rounded = (2 * numerator(exact) + denominator(exact)) / (2 * denominator(exact));
  return layout(to_decimal(q < 0 ? Integer(-rounded) : rounded, shift));
}

std::optional<Rational> exact_sqrt(const Rational& q) {
  if (q < 0) return std::nullopt;
  const Integer n = sqrt(Integer(numerator(q))), d = sqrt(Integer(denominator(q)));
  const Rational root(n, d);
  if (root * root != q) return std::nullopt;
  return root;
}

Rational rounded_sqrt(const Rational& q, int digits) {
  // √(n/d) = √(n d s²)/(d s), and n d >= 1 makes the cut of the integer root relative to at least s.
  const Integer n = numerator(q), d = denominator(q), s = power_of_ten(digits);
  return Rational(Integer(sqrt(Integer(n * d * s * s))), Integer(d * s));
}

}  // namespace calor::num
