#pragma once
// What all fuzz targets ask of a reader: any bytes are either understood or refused by an InputError of one printable
// line. Everything else (another exception, a signal, a sanitizer's report) ends the program.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "num/errors.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace calor::fuzz {

inline void require(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "fuzz: violated: %s\n", what);
  std::abort();
}

/// Runs `read`; checks the message of a refusal.
template <class Read>
void understood_or_refused(const Read& read) {
  try {
    read();
  } catch (const InputError& e) {
    const std::string_view message = e.what();
    require(!message.empty() && message.size() < 5000, "a message of reasonable length");
    const bool printable = std::none_of(message.begin(), message.end(),
                                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (!printable) std::fprintf(stderr, "%s\n", e.what());
    require(printable, "a message of one printable line");
  }
}

/// JSON, numbers beyond double's range allowed (the library knows them, though it cannot hold them: error 406).
bool is_json(const std::string& text);

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace calor::fuzz
