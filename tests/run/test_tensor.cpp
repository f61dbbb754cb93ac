// Two and three parameters: two solvers, two ways of setting up the same density, what is refused.

#include <doctest/doctest.h>

#include <cmath>

#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

const std::string three_outcomes = R"(
[model]
kind = "categorical"
outcomes = 3
[data]
size = 3
target = [0.5, 0.3, 0.2]
[learner]
kind = "langevin"
mobility = 1.0
temperature = 0.5
weight_decay = 0.3
initial = { mean = [0.1, -0.2], stddev = [0.7, 0.6] }
[time]
points = [0, 0.4, 2]
)";

const std::string couplings =
    two_couplings("size = 2\ntarget = [0.2, 0.1, 0.05, 0.1, 0.1, 0.15, 0.1, 0.2]", "[time]\npoints = [0.5, 1.5]");

void compare_routes(const std::string& text, const std::string& label) {
  const auto e = parse_one(text);
  const auto spectral = numbers(compute(e, with(Method::spectral, 9)));
  Options volumes = with(Method::finite_volume, 7);
  volumes.best_effort = true;
  const auto second = numbers(compute(e, volumes));
  check_accuracy(spectral, 9, label);
  CHECK(check_honest(second, spectral, label) > 40);
  for (const auto& row : second)  // what nested grids can do here
    for (const auto& [name, entry] : row) CHECK_MESSAGE(entry.error < Number("1e-4"), label, ": ", name);
}

}  // namespace

TEST_CASE("tensor grids: spectral and finite volumes agree, three outcomes") {
  compare_routes(three_outcomes, "three outcomes");
}

TEST_CASE("tensor grids: spectral and finite volumes agree, two couplings") {
  compare_routes(couplings, "two couplings");
}

TEST_CASE("tensor grids: finite volumes of a time so short that ratios of small numbers are left out") {
  auto text = two_couplings("size = 1\ntarget = [0.2, 0.1, 0.05, 0.1, 0.1, 0.15, 0.1, 0.2]", "[time]\npoints = [1e-6]");
  const auto e = parse_one(text);
  CHECK(check_honest(numbers(compute(e, with(Method::finite_volume, 4))), numbers(compute(e)), "1e-6") > 25);
}

TEST_CASE("tensor grids: the couplings of a chain separate") {
  // on a chain s0 s1 and s1 s2 are independent, and the loss is a sum of the losses of one coupling each
  const auto with_edges = [](const std::string& spins, const std::string& edges, const std::string& counts,
                             const std::string& start) {
    return parse_one(
        "[model]\nkind = \"ising\"\nspins = " + spins + "\nedges = " + edges + "\n[data]\ncounts = " + counts +
        "\n[learner]\nkind = \"langevin\"\nmobility = 0.8\ntemperature = 0.4\nweight_decay = 0.3\ninitial = " + start +
        "\n[time]\npoints = [0.3, 1.7]\n");
  };
  // s0 s1 = 1 in all three examples, s1 s2 = 1 in one of them
  const auto both = numbers(
      compute(with_edges("3", "[[0,1],[1,2]]", "[1,0,0,1,1,0,0,0]", "{ mean = [0.2, -0.1], stddev = [0.5, 0.7] }"),
              with(Method::automatic, 9)));
  const auto first = numbers(compute(with_edges("2", "[[0,1]]", "[2,0,0,1]", "{ mean = [0.2], stddev = [0.5] }"),
                                     with(Method::automatic, 11)));
  const auto other = numbers(compute(with_edges("2", "[[0,1]]", "[1,1,1,0]", "{ mean = [-0.1], stddev = [0.7] }"),
                                     with(Method::automatic, 11)));
  for (std::size_t j = 0; j < both.size(); ++j)
    for (const char* name : {"entropy_theta", "heat_theta", "ep_theta", "fisher_dissipation"}) {
      const auto &whole = both[j].at(name), &a = first[j].at(name), &b = other[j].at(name);
      const Number miss = abs(Number(whole.value - a.value - b.value));
      CHECK_MESSAGE(miss <= Number(whole.error + a.error + b.error), std::string(name), " at ", j, " differs by ",
                    miss.str(3));
    }
}

TEST_CASE("gaussian-mean in three dimensions: a product of one-dimensional grids gives the closed form") {
  const auto e = parse_one(R"(
[model]
kind = "gaussian-mean"
stddev = 0.9
dimension = 3
[data]
size = 4
target = { mean = [-0.2, 0.4, -0.2], stddev = [0.8, 0.8, 0.8] }
[learner]
kind = "langevin"
mobility = 0.7
temperature = 0.3
weight_decay = 0.1
initial = { mean = [0.1, 0, 0.1], stddev = [0.5, 0.5, 0.5] }
[time]
points = [0.5]
)");
  const auto table = compute(e, with(Method::spectral, 9));
  CHECK(table.method.find("product of 3") != std::string::npos);
  const auto grid = numbers(table);
  check_accuracy(grid, 9, "product");
  CHECK(check_honest(grid, numbers(compute(e, with(Method::analytic, 12))), "product") > 25);
}

TEST_CASE("tensor grids: a start much wider than the stationary density is refused by the symmetrised solver") {
  auto text = three_outcomes;
  text.replace(text.find("size = 3\ntarget = [0.5, 0.3, 0.2]"), 33, "counts = [1, 1, 0]");
  text.replace(text.find("temperature = 0.5"), 17, "temperature = 0.05");
  text.replace(text.find("mobility = 1.0"), 14, "mobility = 2.0");
  text.replace(text.find("[0, 0.4, 2]"), 11, "[0.2, 1]");
  const auto e = parse_one(text);
  CHECK_THROWS_AS(compute(e, with(Method::spectral, 8)), AccuracyError);
  const auto finer = numbers(compute(e, with(Method::automatic, 8)));
  check_accuracy(finer, 8, "wide");
  CHECK(check_honest(numbers(compute(e, with(Method::automatic, 6))), finer, "wide") > 20);
}

TEST_CASE("tensor grids: what does not fit is refused with the digits that do") {
  auto text = three_outcomes;
  text.replace(text.find("stddev = [0.7, 0.6]"), 19, "stddev = [900, 600]");
  CHECK_THROWS_AS(compute(parse_one(text), with(Method::automatic, 10)), AccuracyError);
  CHECK_THROWS_AS(compute(parse_one(three_outcomes), with(Method::automatic, 14)), AccuracyError);
}

TEST_SUITE("benchmark") {
  TEST_CASE("categorical, three outcomes, ten examples: ten digits at six times") {
    auto text = three_outcomes;
    text.replace(text.find("size = 3"), 8, "size = 10");
    text.replace(text.find("points = [0, 0.4, 2]"), 20, "points = [0, 0.5, 1, 2, 5, 10]");
    check_accuracy(numbers(compute(parse_one(text), with(Method::automatic, 10))), 10, "ten digits");
  }

  TEST_CASE("three Ising couplings, four examples: eight digits") {
    auto text = couplings;
    text.replace(text.find("edges = [[0,1], [1,2]]"), 22, "edges = [[0,1], [1,2], [0,2]]");
    text.replace(text.find("size = 2"), 8, "size = 4");
    text.replace(text.find("temperature = 0.5"), 17, "temperature = 0.25");
    text.replace(text.find("mean = [0.1, -0.1], stddev = [0.6, 0.6]"), 39,
                 "mean = [0, 0.1, -0.1], stddev = [0.5, 0.5, 0.6]");
    text.replace(text.find("points = [0.5, 1.5]"), 19, "points = [0.5, 1, 2, 5]");
    check_accuracy(numbers(compute(parse_one(text), with(Method::automatic, 8))), 8, "eight digits");
  }
}

}  // namespace calor::run::test
