#pragma once
// The little JSON that tables need: writing strings, and reading an object's members without touching its numbers.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace calor::table {

/// A JSON string; bytes that are not UTF-8 become U+FFFD.
std::string quote(std::string_view text);

/// A number as it stands; anything else ("inf") as a string.
std::string number_or_string(std::string_view text);

/// The members of one JSON object, values as written. Empty if `object` is not an object; the values themselves are not
/// checked.
std::vector<std::pair<std::string, std::string>> members(std::string_view object);

/// A JSON value for people: strings without quotes, objects as "key value, key value", the rest as written.
std::string plain(std::string_view value);

}  // namespace calor::table
