#pragma once
// JSON by text: numbers are written from exact decimals, never through double.

#include <string>
#include <vector>

#include "num/exact.hpp"

namespace calor::experiment {

struct JsonMember;

/// A finished JSON text, or an object: its members, in order.
struct Json {
  std::string text;
  std::vector<JsonMember> members;

  void add(const std::string& key, const Json& value);
};

struct JsonMember {
  std::string key;
  Json value;
};

/// The object as text: `indent` spaces a level, all on one line if it is negative.
std::string render(const Json& json, int indent);

/// `s` quoted; bytes of text that is not UTF-8 become U+0080 to U+00FF.
std::string write(const std::string& s);
std::string write(int n);
/// Exactly q if it is a decimal (of at most 8000 digits), else to 40 digits.
std::string write(const num::Rational& q);
std::string write(const std::pair<int, int>& pair);

template <class T>
std::string write(const std::vector<T>& list) {
  std::string out;
  for (const auto& item : list) out += (out.empty() ? "" : ", ") + write(item);
  return "[" + out + "]";
}

}  // namespace calor::experiment
