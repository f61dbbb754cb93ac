#include "experiment/key_depth.hpp"

#include <algorithm>

#include "num/errors.hpp"

namespace calor::experiment {

namespace {

constexpr int most_dots = 64;

/// Just behind the string whose opening quote is at `i`. A string that never ends goes as far as toml++ reads before it
/// complains: to the end of the line, or of the text for three quotes.
std::size_t behind_string(std::string_view text, std::size_t i) {
  const char quote = text[i];
  const std::string three(3, quote);
  const bool many_lines = text.substr(i, 3) == three;
  for (i += many_lines ? 3 : 1; i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"') {
      ++i;
    } else if (!many_lines && (text[i] == quote || text[i] == '\n')) {
      return text[i] == quote ? i + 1 : i;
    } else if (many_lines && text.substr(i, 3) == three) {
      const std::size_t end = std::min(text.find_first_not_of(quote, i), text.size());
      return std::min(end, i + 5);  // one or two quotes may stand before the closing three
    }
  }
  return text.size();
}

}  // namespace

void check_key_depth(std::string_view text, const std::string& name) {
  int dots = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      i = behind_string(text, i);
      continue;
    }
    if (c == '#') {
      i = std::min(text.find('\n', i), text.size());
      continue;
    }
    if (c == '.') ++dots;
    if (std::string_view("=,[]{}\n").find(c) != std::string_view::npos) dots = 0;
    if (dots > most_dots) {
      const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(i), '\n');
      throw InputError(name + ":" + std::to_string(line) +
                       ": a key has too many dots; allowed: " + std::to_string(most_dots));
    }
    ++i;
  }
}

}  // namespace calor::experiment
