// One-parameter discrete models against the same run with 15 more digits.
//
// Ranges: bernoulli, categorical with two outcomes, one Ising coupling, one spin in a field; N in {1, 2, 5, 12, 40}
// and, one time in forty, 1000; start mean -0.7 .. 0.7, stddev 0.15 .. 1; T from 0.06 to 1 and, one time in eight,
// 0.01 with N <= 2 and a start of stddev 0.04 .. 0.12; lambda from 0.02 to 1 (0.3 where T is 0.01) and, one time in
// four, 0 with N <= 5; two times from 1e-3 to 1e3, to 10 where lambda is 0. (Wider starts of colder learners, and
// densities that go farther, have tables with ten digits, but take hours to 25: "wide starts" are three of those, T
// from 0.03.)

#include <doctest/doctest.h>

#include <algorithm>

#include "support.hpp"

namespace calor::run::test {

namespace {

std::string probabilities(Dice& dice, int outcomes) {
  std::vector<int> parts;
  int sum = 0;
  for (int k = 0; k < outcomes; ++k) sum += parts.emplace_back(1 + dice.below(9));
  std::string out;  // thousandths that sum to one
  int left = 1000;
  for (int k = 0; k < outcomes; ++k) {
    const int share = k + 1 < outcomes ? 1000 * parts[static_cast<std::size_t>(k)] / sum : left;
    left -= share;
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, "%.3f", share / 1000.0);
    out += (k ? ", " : "") + std::string(buffer);
  }
  return "[" + out + "]";
}

/// `far`: starts as wide and learners as cold as the ten digits of double precision allow.
std::string drawn(Dice& dice, bool far) {
  const bool cold = dice.below(8) == 0, many = !cold && dice.below(36) == 0, decay = dice.below(4) > 0;
  const double last = decay || far ? 1e3 : 10, t1 = dice.log_uniform(1e-3, last), t2 = dice.log_uniform(1e-3, last);
  const std::string early = text(std::min(t1, t2)), late = text(std::max(t1, t2));
  int outcomes = 2;
  std::string out = "[model]\n";
  switch (dice.below(4)) {
    case 0:
      out += "kind = \"bernoulli\"\n";
      break;
    case 1:
      out += "kind = \"categorical\"\noutcomes = 2\n";
      break;
    case 2:
      out += "kind = \"ising\"\nspins = 2\nedges = [[0, 1]]\nfields = false\n", outcomes = 4;
      break;
    default:
      out += "kind = \"ising\"\nspins = 1\nedges = []\nfields = true\n";
  }
  out += "[data]\nsize = " + std::to_string(many    ? 1000
                                            : cold  ? dice.pick({1, 2})
                                            : decay ? dice.pick({1, 2, 5, 12, 40})
                                                    : dice.pick({1, 2, 5}));
  out += "\ntarget = " + probabilities(dice, outcomes);
  out += "\n[learner]\nkind = \"langevin\"\nmobility = " + text(dice.log_uniform(0.3, 3));
  out += "\ntemperature = " + (cold ? std::string("0.01") : text(dice.log_uniform(far ? 0.03 : 0.06, 1)));
  out += "\nweight_decay = " + (decay ? text(dice.log_uniform(cold && !far ? 0.3 : 0.02, 1)) : std::string("0"));
  out += "\ninitial = { mean = [" + text(dice.uniform(-0.7, 0.7)) + "], stddev = [" +
         text(cold && !far ? dice.log_uniform(0.04, 0.12) : dice.log_uniform(0.15, 1)) + "] }";
  return out + "\n[time]\npoints = [" + early + (early == late ? "" : ", " + late) + "]\n";
}

std::string discrete(Dice& dice) { return drawn(dice, false); }
std::string far(Dice& dice) { return drawn(dice, true); }

const RandomExperiments random_discrete{"discrete experiments", discrete, 77777, 25};
const RandomExperiments random_far{"discrete experiments", far, 77777, 25};

}  // namespace

TEST_CASE("random discrete experiments keep their errors: a few") {
  check_random(random_discrete, 1, 1, 0, 0);
  check_random(random_discrete, 4, 1, 0, 0);
}

TEST_SUITE("long") {
  TEST_CASE("random discrete experiments keep their errors: 100") { check_random(random_discrete, 0, 100, 0.05, 0.05); }

  TEST_CASE("random discrete experiments keep their errors: wide starts") { check_random(random_far, 500, 3, 0.4, 1); }
}

}  // namespace calor::run::test
