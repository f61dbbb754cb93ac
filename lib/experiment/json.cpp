#include "experiment/json.hpp"

#include "experiment/text.hpp"

namespace calor::experiment {

namespace {

void render(const Json& json, int indent, int depth, std::string& out) {
  if (json.members.empty()) {
    out += json.text;
    return;
  }
  const auto line = [&](int level) {
    return indent < 0 ? std::string() : "\n" + std::string(static_cast<std::size_t>(indent * level), ' ');
  };
  std::string separator = "{";
  for (const auto& [key, value] : json.members) {
    out += separator + line(depth + 1) + write(key) + ": ";
    render(value, indent, depth + 1, out);
    separator = indent < 0 ? ", " : ",";
  }
  out += line(depth) + "}";
}

}  // namespace

void Json::add(const std::string& key, const Json& value) { members.push_back({key, value}); }

std::string render(const Json& json, int indent) {
  std::string out;
  render(json, indent, 0, out);
  return out;
}

std::string write(const std::string& s) {
  static const char* const hex = "0123456789abcdef";
  const bool utf8 = valid_utf8(s);
  std::string out = "\"";
  for (const char c : s) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += std::string("\\") + c;
    } else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !utf8)) {
      out += std::string("\\u00") + hex[byte >> 4U] + hex[byte & 15U];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string write(int n) { return std::to_string(n); }

std::string write(const num::Rational& q) { return num::terminating_text(q, 8000).value_or(num::decimal_text(q, 40)); }

std::string write(const std::pair<int, int>& pair) { return "[" + write(pair.first) + ", " + write(pair.second) + "]"; }

}  // namespace calor::experiment
