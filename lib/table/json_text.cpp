#include "table/json_text.hpp"

#include <nlohmann/json.hpp>

#include "table/number_text.hpp"

namespace calor::table {

namespace {

using nlohmann::json;

constexpr std::string_view blanks = " \t\n\r";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Where the first `stop` outside strings and brackets stands, or the end.
std::size_t find_outside(std::string_view text, char stop) {
  int depth = 0;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inside) {
      if (c == '\\') ++i;
      if (c == '"') inside = false;
    } else if (c == '"') {
      inside = true;
    } else if (depth == 0 && c == stop) {
      return i;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return text.size();
}

std::string unquote(std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  return value.is_string() ? value.get<std::string>() : std::string(text);
}

}  // namespace

std::string quote(std::string_view text) { return json(text).dump(-1, ' ', false, json::error_handler_t::replace); }

std::string number_or_string(std::string_view text) { return is_json_number(text) ? std::string(text) : quote(text); }

std::vector<std::pair<std::string, std::string>> members(std::string_view object) {
  object = trim(object);
  if (object.size() < 2 || object.front() != '{' || object.back() != '}') return {};
  object = trim(object.substr(1, object.size() - 2));
  std::vector<std::pair<std::string, std::string>> out;
  while (!object.empty()) {
    const std::size_t end = find_outside(object, ',');
    const std::string_view member = object.substr(0, end);
    const std::size_t colon = find_outside(member, ':');
    if (colon == member.size()) return {};
    out.emplace_back(unquote(trim(member.substr(0, colon))), trim(member.substr(colon + 1)));
    object = trim(object.substr(std::min(end + 1, object.size())));
  }
  return out;
}

std::string plain(std::string_view value) {
  value = trim(value);
  if (!value.empty() && value.front() == '"') return unquote(value);
  if (value.empty() || value.front() != '{') return std::string(value);
  std::string out;
  for (const auto& [key, text] : members(value)) out += (out.empty() ? "" : ", ") + key + " " + plain(text);
  return out;
}

}  // namespace calor::table
