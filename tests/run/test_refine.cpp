// Refinement of made-up levels.

#include <doctest/doctest.h>

#include "num/errors.hpp"
#include "run/refine.hpp"

namespace calor::run::test {

namespace {

using Rows = std::vector<info::Row<double>>;

/// One time, quantities "a" and "_b" (which checks it: a = _b), each with its values level by level.
std::function<Rows(int)> levels(std::vector<double> a, std::vector<double> b, int* used) {
  return [=](int k) {
    const auto at = static_cast<std::size_t>(k);
    if (at >= a.size()) throw AccuracyError("does not fit");
    *used = k + 1;
    return Rows{{{"a", {a[at], 1e-15}}, {"_b", {b[at], 1e-15}}}};
  };
}

const std::vector<ledger::Identity<double>> same{{"I0", "a = _b", {{1, "a"}, {-1, "_b"}}, false, false}};

}  // namespace

TEST_CASE("refinement ends where the goal is met, and not before identities hold") {
  int used = 0;
  const Goal<double> goal{1e-6, {}};
  const std::vector<double> a{1.1, 1.0000001, 1.0000001, 1.0000001, 1.0000001};
  // met at the third level; _b then agrees with its level before by chance, far from a
  auto book = refine<double>(levels(a, {2, 1.1, 1.1, 1.0001, 1.0000001}, &used), 5, goal, {});
  CHECK(used == 3);
  book = refine<double>(levels(a, {2, 1.1, 1.1, 1.0001, 1.0000001}, &used), 5, goal, same);
  CHECK(used == 4);
  CHECK(ledger::consistent(book, same));
  CHECK(book[0].at("_b").error == doctest::Approx(2 * 0.0999).epsilon(1e-6));
}

TEST_CASE("a finer level takes the place of a smaller error that it does not confirm") {
  int used = 0;
  const Goal<double> goal{1e-9, {}};
  const auto book = refine<double>(levels({1, 1.00001, 1.1, 1.1001}, {0, 0, 0, 0}, &used), 4, goal, {});
  CHECK(used == 4);
  CHECK(book[0].at("a").value == 1.1001);
  CHECK(book[0].at("a").error == doctest::Approx(2e-4).epsilon(1e-6));
}

TEST_CASE("a level that does not fit ends the refinement, unless it is one of the first two") {
  int used = 0;
  const Goal<double> goal{1e-9, {}};
  const auto book = refine<double>(levels({1, 1.1, 1.11}, {0, 0, 0}, &used), 5, goal, {});
  CHECK(used == 3);
  CHECK(book[0].at("a").error == doctest::Approx(0.02).epsilon(1e-6));
  CHECK_THROWS_AS(refine<double>(levels({1}, {0}, &used), 5, goal, {}), AccuracyError);
}

TEST_CASE("levels that agree by chance: no number of X's ledger is much better than the others") {
  ledger::Book<double> book{{{"heat_x", {-0.3, 1e-9}}, {"flow_x", {0.1, 2e-5}}, {"heat_theta", {0.2, 1e-12}}}};
  raise_to_common(book, 0.2);
  CHECK(book[0].at("heat_x").error == doctest::Approx(4e-6));
  CHECK(book[0].at("flow_x").error == 2e-5);
  CHECK(book[0].at("heat_theta").error == 1e-12);
}

}  // namespace calor::run::test
