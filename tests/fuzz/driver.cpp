// Random mutations for compilers without libFuzzer: driver SECONDS SEED FILE... No guidance by coverage; the same seed
// gives the same inputs. An input that ends the program is left in fuzz-crash-SEED.

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <random>
#include <sstream>
#include <vector>

#include "target.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using Bytes = std::string;

std::mt19937_64 dice;
std::string current, crash_file;

std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(dice() % n); }

const std::vector<Bytes>& words() {
  static const std::vector<Bytes> all{"nan",
                                      "inf",
                                      "-inf",
                                      "1e4000",
                                      "1e-4001",
                                      "1e400",
                                      "-0",
                                      "+.5",
                                      "0x1",
                                      "1_0",
                                      "[",
                                      "]",
                                      "{",
                                      "}",
                                      "[[",
                                      "]]",
                                      "\"",
                                      "\"\"\"",
                                      "'",
                                      ",",
                                      ",,",
                                      "=",
                                      "\n",
                                      "\r\n",
                                      "\r",
                                      "#",
                                      std::string(1, '\0'),
                                      "\xff\xfe",
                                      "\xEF\xBB\xBF",
                                      "\xc0\x80",
                                      "\xed\xa0\x80",
                                      "\xc2\x85",
                                      "\\u0000",
                                      "\\ud800",
                                      "\\",
                                      "99999999999999999999",
                                      "2147483648",
                                      "-1",
                                      "true",
                                      "null",
                                      "sweep",
                                      "coordinates",
                                      "counts",
                                      "times",
                                      "values",
                                      "kind",
                                      "t",
                                      "quantity",
                                      "value",
                                      "stderr",
                                      "replicate",
                                      "m_info"};
  return all;
}

void mutate(Bytes& b, const std::vector<Bytes>& seeds) {
  const std::size_t at = below(b.size() + 1), length = 1 + below(1 + below(64));
  switch (below(8)) {
    case 0:
      if (at < b.size()) b[at] = static_cast<char>(b[at] ^ static_cast<char>(1U << below(8)));
      break;
    case 1:
      if (at < b.size()) b[at] = static_cast<char>(dice());
      break;
    case 2:
      b.erase(std::min(at, b.size()), length);
      break;
    case 3:
    case 4: {
      const Bytes& word = words()[below(words().size())];
      below(2) ? b.insert(at, word) : b.replace(at, length, word);
      break;
    }
    case 5:
      b.insert(at, b.substr(below(b.size()), length));
      break;
    case 6: {
      const Bytes& other = seeds[below(seeds.size())];
      b = b.substr(0, at) + other.substr(below(other.size() + 1));
      break;
    }
    default:
      if (below(20) == 0) b.insert(at, Bytes(below(5000), b.empty() ? '[' : b[below(b.size())]));
      if (below(20) == 0) b.resize(at);
  }
}

/// Whatever ends the program, the input is kept.
void keep(int signal) {
  const int file = ::creat(crash_file.c_str(), 0644);
  [[maybe_unused]] const auto n = ::write(file, current.data(), current.size());
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s SECONDS SEED FILE...\n", argv[0]);
    return 2;
  }
  const auto end = Clock::now() + std::chrono::duration<double>(std::atof(argv[1]));
  dice.seed(std::strtoull(argv[2], nullptr, 10));
  crash_file = std::string("fuzz-crash-") + argv[2];
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGBUS}) std::signal(signal, keep);
  std::vector<Bytes> seeds;
  for (int i = 3; i < argc; ++i) {
    std::ostringstream text;
    text << std::ifstream(argv[i], std::ios::binary).rdbuf();
    seeds.push_back(text.str());
  }
  std::size_t runs = 0;
  double slowest = 0;
  for (; runs < seeds.size() || Clock::now() < end; ++runs) {
    current = seeds[runs < seeds.size() ? runs : below(seeds.size())];
    for (std::size_t n = runs < seeds.size() ? 0 : 1 + below(8); n > 0; --n) mutate(current, seeds);
    const auto begin = Clock::now();
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
    slowest = std::max(slowest, std::chrono::duration<double>(Clock::now() - begin).count());
    if (slowest > 10) {
      std::fprintf(stderr, "fuzz: an input took %.1f s\n", slowest);
      std::abort();
    }
  }
  std::printf("%zu inputs, slowest %.3f s\n", runs, slowest);
  return 0;
}
