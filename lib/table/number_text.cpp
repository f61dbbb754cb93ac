#include "table/number_text.hpp"

#include <algorithm>
#include <cstddef>

namespace calor::table {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Removes the digits in front; how many there were.
std::size_t skip_digits(std::string_view& text) {
  const auto n = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  text.remove_prefix(n);
  return n;
}

bool skip(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

bool is_json_number(std::string_view text) {
  skip(text, "-");
  const bool zero = !text.empty() && text.front() == '0';
  const std::size_t whole = skip_digits(text);
  if (whole == 0 || (zero && whole > 1)) return false;
  if (skip(text, ".") && skip_digits(text) == 0) return false;
  if (skip(text, "eE")) {
    skip(text, "+-");
    if (skip_digits(text) == 0) return false;
  }
  return text.empty();
}

Decimal take_apart(std::string_view number) {
  Decimal out;
  out.negative = skip(number, "-");
  const auto e = number.find_first_of("eE");
  if (e != std::string_view::npos) {
    out.place = std::stoi(std::string(number.substr(e + 1)));
    number = number.substr(0, e);
  }
  const auto point = number.find('.');
  if (point != std::string_view::npos) out.place -= static_cast<long>(number.size() - point - 1);
  for (const char c : number) {
    if (c != '.' && (c != '0' || !out.digits.empty())) out.digits += c;
  }
  return out;
}

std::string concise(const Cell& cell) {
  if (!is_json_number(cell.value) || cell.error == "0") return cell.value;
  const std::string apart = cell.value + " ± " + cell.error;
  if (!is_json_number(cell.error)) return apart;
  const Decimal value = take_apart(cell.value), error = take_apart(cell.error);
  const bool below_one = error.place + static_cast<long>(error.digits.size()) <= 0;
  if (value.digits.empty() || value.place != error.place || !below_one) return apart;
  const auto e = std::min(cell.value.find_first_of("eE"), cell.value.size());
  return cell.value.substr(0, e) + "(" + error.digits + ")" + cell.value.substr(e);
}

int columns(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string pad_right(std::string text, int width) {
  text.append(static_cast<std::size_t>(std::max(0, width - columns(text))), ' ');
  return text;
}

std::string pad_left(std::string text, int width) {
  return std::string(static_cast<std::size_t>(std::max(0, width - columns(text))), ' ') + text;
}

}  // namespace calor::table
