#pragma once
// Decimal texts of a table, for readers.

#include <string>
#include <string_view>

#include "table/table.hpp"

namespace calor::table {

/// `text` is a number of the JSON grammar (RFC 8259).
bool is_json_number(std::string_view text);

/// A decimal text taken apart: (-) digits · 10^place.
struct Decimal {
  bool negative = false;
  std::string digits;  // no leading zeros; "" for 0
  long place = 0;
};

/// `number` satisfies is_json_number and its exponent fits an int.
Decimal take_apart(std::string_view number);

/// "0.238936(41)" for 0.238936 ± 0.000041; "value ± error" where that form would mislead (errors of 1 and above, a
/// value of 0, a value that ends elsewhere than its error); the value alone where the error is 0 or the value infinite.
std::string concise(const Cell& cell);

/// Columns that UTF-8 text takes on a terminal, one a character.
int columns(std::string_view text);

std::string pad_right(std::string text, int width);
std::string pad_left(std::string text, int width);

}  // namespace calor::table
