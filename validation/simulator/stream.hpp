#pragma once
// Random numbers by address: (seed, experiment) is the key, (replicate, channel, index) the counter of Philox. A number
// does not depend on how many replicates or threads there are.

#include <cstdint>
#include <string_view>

#include "validation/simulator/elementary.hpp"
#include "validation/simulator/philox.hpp"

namespace calor::simulator {

/// What the numbers are for.
enum class Channel : std::uint32_t { data = 0, start = 1, theta = 2, x = 3, batch = 4, estimator = 5 };

/// SplitMix64's finaliser (Steele, Lea & Flood, OOPSLA 2014).
constexpr std::uint64_t mix(std::uint64_t z) {
  z += 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

/// FNV-1a of 64 bits.
constexpr std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 0xCBF29CE484222325ULL;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return h;
}

constexpr Key key_of(std::uint64_t seed, std::uint64_t experiment) {
  const std::uint64_t k = mix(seed ^ mix(experiment));
  return {static_cast<std::uint32_t>(k), static_cast<std::uint32_t>(k >> 32)};
}

/// The numbers of one replicate and channel, in order; up to 2^57 of them.
class Stream {
 public:
  Stream(Key key, std::uint64_t replicate, Channel channel)
      : key_(key), replicate_(replicate), channel_(static_cast<std::uint32_t>(channel)) {}

  std::uint64_t word() {
    if (next_ % 2 == 0) {
      const std::uint64_t block = next_ / 2;
      block_ = philox(
          {static_cast<std::uint32_t>(block), (channel_ << 24) | static_cast<std::uint32_t>((block >> 32) & 0xFFFFFFU),
           static_cast<std::uint32_t>(replicate_), static_cast<std::uint32_t>(replicate_ >> 32)},
          key_);
    }
    const std::size_t at = 2 * (next_++ % 2);
    return (std::uint64_t{block_[at + 1]} << 32) | block_[at];
  }

  /// In (0, 1), a multiple of 2^-53 that is odd.
  double uniform() { return (static_cast<double>(word() >> 12) + 0.5) * 0x1p-52; }

  /// N(0, 1) by inversion; the sign is the top bit, the tail reaches 2^-65 (9.1 standard deviations).
  double normal() {
    const std::uint64_t w = word();
    const double size = normal_from_tail((static_cast<double>(w & 0x7FFFFFFFFFFFFFFFULL) + 0.5) * 0x1p-64);
    return (w >> 63) != 0 ? -size : size;
  }

  /// Exponential of mean 1.
  double waiting() { return -logarithm(uniform()); }

 private:
  Key key_;
  std::uint64_t replicate_;
  std::uint32_t channel_;
  std::uint64_t next_ = 0;
  Words block_{};
};

}  // namespace calor::simulator
