// Medians of whole-process runs: wall time, and processor time of all threads. A benchmark, never a test of time.

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "place.hpp"
#include "process.hpp"

namespace calor::tools::test {

namespace {

struct Seconds {
  double wall = 0, processor = 0;
};

double children() {
  rusage use{};
  getrusage(RUSAGE_CHILDREN, &use);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

Seconds once(const std::vector<std::string>& arguments) {
  const double before = children();
  const auto start = std::chrono::steady_clock::now();
  const auto outcome = run_program(arguments);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  REQUIRE_MESSAGE(outcome.status == 0, outcome.err);
  return {wall.count(), children() - before};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void report(const std::string& what, int runs, const std::vector<std::string>& arguments) {
  std::vector<double> wall, processor;
  for (int k = 0; k < runs; ++k) {
    const auto t = once(arguments);
    wall.push_back(t.wall), processor.push_back(t.processor);
  }
  MESSAGE(what, ": median of ", runs, ": wall ", median(wall), " s, processor ", median(processor), " s");
}

const std::string coin = calor::test::source_root() + "/validation/experiments/coin.toml";

}  // namespace

TEST_SUITE("benchmark") {
  TEST_CASE("the coin") { report("coin", 21, {"run", coin}); }

  TEST_CASE("the coin with 1001 data sets") {
    const Folder folder;
    std::string text = read(coin);
    const auto at = text.find("size = 8");
    REQUIRE(at != std::string::npos);
    write(folder / "coin.toml", text.replace(at, 8, "size = 1000"));
    report("coin, size = 1000", 5, {"run", folder / "coin.toml"});
  }

  TEST_CASE("horse kicks") {
    report("horse kicks", 3, {"run", calor::test::source_root() + "/validation/experiments/horse_kicks.toml"});
  }

  TEST_CASE("the coin with 30 digits") { report("coin, 30 digits", 1, {"run", coin, "--digits", "30"}); }
}

}  // namespace calor::tools::test
