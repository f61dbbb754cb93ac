#pragma once
// Input decimals stay exact: 0.1 is one tenth until the number type is known.

#include <boost/multiprecision/gmp.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "num/real.hpp"

namespace calor::num {

using Rational = boost::multiprecision::mpq_rational;

/// The rational number that a decimal literal denotes ("0.1", "-3", "1.5e-3", "1_000", ".5"); underscores
/// between digits are allowed as in TOML. Throws std::invalid_argument on anything else, on an exponent beyond
/// ±4000 and on more than 8000 digits (nothing physical; it keeps hostile input from filling memory).
Rational parse_decimal(std::string_view text);

/// The number nearest to q in R: one rounding, ties to even, subnormal doubles included; infinity beyond R's range.
template <Real R>
R from_rational(const Rational& q);

/// Shortest decimal text of q: exact if q is a terminating decimal of at most 60 digits, else "p/q".
std::string decimal_text(const Rational& q);

/// q rounded to `digits` >= 1 significant decimal digits (to nearest, ties away from zero), trailing zeros dropped.
std::string decimal_text(const Rational& q, int digits);

/// The decimal that is exactly q; nothing if q does not terminate or needs more than `most_digits` digits. Like
/// every text made here it is a JSON number: plain from 1e-5 up to 1e17, with an exponent beyond.
std::optional<std::string> terminating_text(const Rational& q, int most_digits);

/// The rational r >= 0 with r² = q, if there is one.
std::optional<Rational> exact_sqrt(const Rational& q);

/// √q for q >= 0 from below, within a relative error of 10^-digits.
Rational rounded_sqrt(const Rational& q, int digits);

}  // namespace calor::num
