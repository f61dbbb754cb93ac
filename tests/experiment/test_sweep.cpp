#include <doctest/doctest.h>

#include "num/errors.hpp"
#include "support.hpp"

namespace calor::sweep_test {

using namespace experiment;
using namespace experiment::test;

namespace {

std::vector<Swept> sweep(const std::string& text) { return parse(text, "case.toml", {}); }

using Coordinates = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_SUITE("experiment/sweep") {
  TEST_CASE("no list, no sweep") {
    const auto all = sweep(edited(coin()));
    REQUIRE(all.size() == 1);
    CHECK(all[0].coordinates.empty());
  }

  TEST_CASE("one list") {
    const auto all = sweep(edited(coin(), {{14, "rate = [1, 10.0, 1e2]"}}));
    REQUIRE(all.size() == 3);
    CHECK(all[0].coordinates == Coordinates{{"sampler.rate", "1"}});
    CHECK(all[1].coordinates == Coordinates{{"sampler.rate", "10"}});
    CHECK(*all[2].experiment.sampler.rate == 100);
    CHECK(all[2].experiment.data.size == 8);
  }

  TEST_CASE("a list of one entry is a sweep of one") {
    const auto all = sweep(edited(coin(), {{9, "temperature = [0.1]"}}));
    REQUIRE(all.size() == 1);
    CHECK(all[0].coordinates == Coordinates{{"learner.temperature", "0.1"}});
  }

  TEST_CASE("several lists give their product in the order of the file, the last fastest") {
    const auto all =
        sweep(edited(coin(), {{4, "size = [1, 2]"}, {9, "temperature = [0.5, 0.25, 0.1]"}, {14, "rate = [3, 4]"}}));
    REQUIRE(all.size() == 12);
    CHECK(all[0].coordinates == Coordinates{{"data.size", "1"}, {"learner.temperature", "0.5"}, {"sampler.rate", "3"}});
    CHECK(all[1].coordinates == Coordinates{{"data.size", "1"}, {"learner.temperature", "0.5"}, {"sampler.rate", "4"}});
    CHECK(all[2].coordinates ==
          Coordinates{{"data.size", "1"}, {"learner.temperature", "0.25"}, {"sampler.rate", "3"}});
    CHECK(all[11].coordinates ==
          Coordinates{{"data.size", "2"}, {"learner.temperature", "0.1"}, {"sampler.rate", "4"}});
    for (const auto& [e, coordinates] : all) {
      CHECK(std::to_string(e.data.size) == coordinates[0].second);
      CHECK(e.learner.temperature.values.front() == num::parse_decimal(coordinates[1].second));
      CHECK(*e.sampler.rate == num::parse_decimal(coordinates[2].second));
    }
    const auto turned = sweep(edited(coin(), {{4, ""},
                                              {14, "rate = [3, 4]\n[data]\nsize = [5, 6]"},
                                              {3, ""},
                                              {5, ""},
                                              {15, "target = [0.3, 0.7]\n[time]"}}));
    REQUIRE(turned.size() == 4);
    CHECK(turned[1].coordinates == Coordinates{{"sampler.rate", "3"}, {"data.size", "6"}});
  }

  TEST_CASE("sweeps, probability and step") {
    const auto sites = sweep(edited(spins(), {{16, "sweeps = [1, 2]"}, {18, "points = [1]\nstep = [0.5, 0.25]"}}));
    REQUIRE(sites.size() == 4);
    CHECK(sites[3].coordinates == Coordinates{{"sampler.sweeps", "2"}, {"time.step", "0.25"}});
    CHECK(*sites[3].experiment.sampler.sweeps == 2);
    CHECK(*sites[3].experiment.time.step == Rational(1, 4));
    CHECK(sweep(edited(discrete(), {{15, "probability = [0.5, 1]"}})).size() == 2);
  }

  TEST_CASE("two keys on one line are ordered by their columns") {
    const auto all = sweep(
        "model = { kind = \"bernoulli\" }\ntime = { step = [0.5, 1], points = [1] }\ndata = { target = [0.5, 0.5], "
        "size = [1, 2] }\n"
        "learner = { temperature = [1, 2], kind = \"langevin\", mobility = 1, initial = { mean = 0, stddev = 1 } }\n");
    REQUIRE(all.size() == 8);
    CHECK(all[1].coordinates == Coordinates{{"time.step", "0.5"}, {"data.size", "1"}, {"learner.temperature", "2"}});
  }

  TEST_CASE("every member is validated, at its own line") {
    CHECK(refusal(edited(coin(), {{14, "rate = [1,\n -10]"}}))
              .rfind("case.toml:15: sampler.rate: not positive (-10)", 0) == 0);
    CHECK(refusal(edited(coin(), {{4, "size = [1, 2.5]"}}))
              .rfind("case.toml:4: data.size: not a whole number (2.5)", 0) == 0);
    CHECK(refusal(edited(coin(), {{14, "rate = []"}})).rfind("case.toml:14: sampler.rate: an empty sweep", 0) == 0);
    CHECK(refusal(edited(coin(), {{14, "rate = [1, \"x\"]"}}))
              .rfind("case.toml:14: sampler.rate[1]: not a number (\"x\")", 0) == 0);
    CHECK(refusal(edited(coin(), {{14, "rate = [1, 2, 1.0]"}}))
              .rfind("case.toml:14: sampler.rate[2]: the sweep has this value twice (1.0)", 0) == 0);
    CHECK(refusal(edited(coin(), {{16, "points = [1]\nstep = [0.5, 0.3]"}}))
              .rfind("case.toml:16: time.points: a time is not a multiple of time.step (1); allowed: multiples of 0.3",
                     0) == 0);
    std::string many = "[1";
    for (int i = 2; i <= 101; ++i) many += "," + std::to_string(i);
    CHECK(refusal(edited(coin(), {{4, "size = " + many + "]"}, {14, "rate = " + many + "]"}}))
              .rfind("case.toml:14: sampler.rate: the sweeps make too many experiments", 0) == 0);
  }
}

}  // namespace calor::sweep_test
