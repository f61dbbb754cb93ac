#include "reference/digest.hpp"

#include <nettle/sha2.h>

#include <array>

namespace calor::reference {

std::string sha256(std::string_view bytes) {
  sha256_ctx state;
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
  sha256_init(&state);
  sha256_update(&state, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  sha256_digest(&state, digest.size(), digest.data());
  std::string out;
  for (const std::uint8_t byte : digest) {
    out += "0123456789abcdef"[byte >> 4U];
    out += "0123456789abcdef"[byte & 15U];
  }
  return out;
}

}  // namespace calor::reference
