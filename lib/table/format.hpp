#pragma once
// Numbers with errors as decimal text.

#include <string>

#include "num/estimate.hpp"
#include "num/exact.hpp"
#include "table/table.hpp"

namespace calor::table {

/// Decimal texts with |value - exact| <= error. Each is a JSON number, or "inf" or "-inf".
struct Text {
  std::string value;
  std::string error;
};

/// A number known as |value - exact| <= error, with the digits that the error supports: for e = error and p the decimal
/// position of the second significant digit of e,
///   printed value = value rounded to 10^p,  printed error = (e + |rounding of value|) rounded up to 10^p,
/// computed in exact rational arithmetic. The printed error is thus at most 1.15 e, or 1.15e-4000 where e is smaller
/// than 1e-4000 but not 0. error = 0 means that the value is exact: it is printed in full if it has at most 40 digits.
/// An infinite value has error 0; an infinite error keeps two digits of the value. Throws InternalError if either is
/// NaN or error < 0.
template <num::Real R>
Text text_of(const R& value, const R& error);

/// The same for an exact value and error, with at most `digits` significant digits of the value: the rounding is part
/// of the printed error. A value smaller than its error is printed as 0.
Text text_of_exact(const num::Rational& value, const num::Rational& error, int digits);

template <num::Real R>
Cell cell(std::string quantity, const num::Estimate<R>& estimate);

/// A time or a step number as a JSON number: exact where the decimal terminates within 40 digits, else to 17 digits.
std::string time_text(const num::Rational& t);

}  // namespace calor::table
