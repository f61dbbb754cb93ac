#include "experiment/text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <numeric>

#include "num/errors.hpp"

namespace calor::experiment {

namespace {

/// Bytes of the UTF-8 character at the front of `text` (Unicode 15, table 3-7), 0 if there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned a = byte(0), b = byte(1);
  if (a < 0x80) return 1;
  if (a < 0xC2 || a > 0xF4 || !tail(1)) return 0;
  if (a < 0xE0) return 2;
  if (!tail(2) || (a == 0xE0 && b < 0xA0) || (a == 0xED && b >= 0xA0)) return 0;
  if (a < 0xF0) return 3;
  if (!tail(3) || (a == 0xF0 && b < 0x90) || (a == 0xF4 && b >= 0x90)) return 0;
  return 4;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

bool valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t n = utf8_length(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

std::string printable(std::string_view text, std::size_t most) {
  static const char* const hex = "0123456789abcdef";
  std::string out;
  while (!text.empty() && out.size() < most) {
    const std::size_t n = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    const bool control = byte < 0x20 || byte == 0x7F || (byte == 0xC2 && n == 2 && (text[1] & 0x60) == 0);
    if (n > 0 && !control) {
      out += text.substr(0, n);
    } else {
      out += std::string("\\x") + hex[byte >> 4U] + hex[byte & 15U];
    }
    text.remove_prefix(control ? 1 : std::max<std::size_t>(n, 1));
  }
  return text.empty() ? out : out + "…";
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
  std::string out;
  for (const auto& word : words) {
    if (!out.empty()) out += separator;
    out += word;
  }
  return out;
}

namespace {

std::string lower(std::string_view word) {
  std::string out(word);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& names) {
  std::string best;
  std::size_t least = word.size() > 200 ? 0 : std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto& name : names) {
    const std::size_t distance = least == 0 ? 1 : edit_distance(lower(word), lower(name));
    if (distance < least && distance < name.size()) {
      least = distance;
      best = name;
    }
  }
  return best;
}

std::string allowed_names(std::string_view word, const std::vector<std::string>& names) {
  const std::string meant = nearest(word, names);
  return "allowed: " + printable(join(names), 400) + (meant.empty() ? "" : "; did you mean " + printable(meant) + "?");
}

std::string why_unreadable(const std::filesystem::path& path) {
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) return "it is a directory";
  errno = 0;
  if (std::ifstream(path, std::ios::binary)) return "";
  return errno != 0 ? std::strerror(errno) : "it cannot be opened";
}

std::string read_text(const std::filesystem::path& path, std::size_t most_bytes) {
  const std::string name = printable(path.string(), 400);
  if (const std::string why = why_unreadable(path); !why.empty()) {
    throw InputError(name + ": cannot be read: " + why + "; allowed: a readable file");
  }
  std::ifstream in(path, std::ios::binary);
  std::string text;
  std::size_t room = std::size_t{1} << 16U;  // doubled as needed: files are small, limits are not
  while (in && text.size() <= most_bytes) {
    const std::size_t have = text.size();
    text.resize(std::min(have + room, most_bytes + 1));
    in.read(text.data() + have, static_cast<std::streamsize>(text.size() - have));
    text.resize(have + static_cast<std::size_t>(in.gcount()));
    room = std::max(room, text.size());
  }
  if (in.bad()) throw InputError(name + ": reading failed; allowed: a readable file");
  if (text.size() > most_bytes) {
    throw InputError(name + ": the file is too long; allowed: " + std::to_string(most_bytes) + " bytes");
  }
  return text;
}

}  // namespace calor::experiment
