// Gaussian learners by their second moments, at ten digits against twenty (fifteen in the quick tests), on random
// experiments.
//
// Ranges: gaussian-mean with langevin, sgld and sgd-diffusion, linear-regression with langevin and sgld; N in {1, 2, 4,
// 10, 100, 1000} (from 2 on with sgd-diffusion), one to three weights, one to five inputs; stddevs 0.1 .. 3; T 0.01 ..
// 2, mobility 0.05 .. 3, learning rates 1e-3 .. 0.05 (sgld) and 0.01 .. 1, each constant or a schedule of up to four
// points; lambda 0 or 1e-3 .. 10; t 1e-3 .. 1e3, 1 .. 300 steps of sgld; the sampler at equilibrium or ou of rates
// 0.01 .. 1000, in continuous time or in 1 .. 40 turns of 1e-3 .. 10.

#include <doctest/doctest.h>

#include <set>

#include "support.hpp"

namespace calor::run::test {

namespace {

std::string listed(const std::vector<std::string>& entries) {
  std::string out = "[";
  for (const auto& entry : entries) out += (out.size() > 1 ? ", " : "") + entry;
  return out + "]";
}

/// A number, or up to four of them at times below `end`.
std::string schedule(Dice& dice, double low, double high, double end) {
  const int points = dice.below(4) + 1;
  std::set<double> times;
  for (int k = 0; k < points; ++k) times.insert(std::stod(text(dice.uniform(0, end))));
  if (times.size() < 2) return text(dice.log_uniform(low, high));
  std::vector<std::string> at, values;
  for (const double t : times) {
    at.push_back(text(t));
    values.push_back(text(dice.log_uniform(low, high)));
  }
  return "{ times = " + listed(at) + ", values = " + listed(values) + " }";
}

std::string linear(Dice& dice) {
  const bool regression = dice.below(4) == 0;
  const std::string learner = dice.below(3) == 0 ? "sgld" : regression || dice.below(3) ? "langevin" : "sgd-diffusion";
  const int weights = regression ? dice.below(3) + 1 : 1;
  const auto entries = [&](const auto& draw) {
    std::vector<std::string> out;
    for (int k = 0; k < weights; ++k) out.push_back(text(draw()));
    return listed(out);
  };
  const auto entry = [&] { return dice.uniform(-2, 2); };
  const auto width = [&] { return text(dice.log_uniform(0.1, 3)); };
  std::string out = "[model]\nstddev = " + width();
  if (regression) {
    std::vector<std::string> rows;
    for (int k = dice.below(5) + 1; k > 0; --k) rows.push_back(entries(entry));
    out += "\nkind = \"linear-regression\"\ninputs = " + listed(rows);
    out += "\n[data]\ntarget = { weights = " + entries(entry) + ", stddev = " + width() + " }";
  } else {
    const int size = learner == "sgd-diffusion" ? dice.pick({2, 4, 10, 100}) : dice.pick({1, 2, 4, 10, 100, 1000});
    out += "\nkind = \"gaussian-mean\"\n[data]\nsize = " + std::to_string(size) +
           "\ntarget = { mean = " + text(entry()) + ", stddev = " + width() + " }";
  }
  const double t = dice.log_uniform(1e-3, 1e3);
  const int steps = dice.below(300) + 1;
  std::string time = "points = [0, " + text(t / 3) + ", " + text(t) + "]";
  out += "\n[learner]\nkind = \"" + learner + "\"";
  if (learner == "sgld") {
    out += "\nbatch = \"full\"\nlearning_rate = " + schedule(dice, 1e-3, 0.05, steps) +
           "\ntemperature = " + schedule(dice, 0.01, 2, steps);
    time = "points = [0, " + std::to_string(steps) + "]";
  } else if (learner == "langevin") {
    out += "\nmobility = " + schedule(dice, 0.05, 3, t) + "\ntemperature = " + schedule(dice, 0.01, 2, t);
  } else {
    out += "\nlearning_rate = " + schedule(dice, 0.01, 1, t) + "\nbatch_size = " + std::to_string(dice.below(5) + 1) +
           "\ntemperature = " + schedule(dice, 0.01, 1, t);
  }
  out += "\nweight_decay = " + (dice.below(2) ? text(dice.log_uniform(1e-3, 10)) : std::string("0"));
  out += "\ninitial = { mean = " + entries(entry) + ", stddev = " + entries([&] { return dice.log_uniform(0.05, 3); }) +
         " }";
  if (dice.below(2)) out += "\n[sampler]\nkind = \"ou\"\nrate = " + text(dice.log_uniform(0.01, 1000));
  if (learner != "sgld" && dice.below(3) == 0) {
    const double step = dice.pick({0.001, 0.01, 0.1, 1.0, 10.0});
    time = "step = " + text(step) + "\npoints = [0, " + text(step * (dice.below(40) + 1)) + "]";
  }
  return out + "\n[time]\n" + time + "\n";
}

const RandomExperiments random_linear{"linear learners", linear, 7000000, 20};
const RandomExperiments quickly{"linear learners", linear, 7000000, 15};

}  // namespace

// 1002, a mixture over scatters, takes 20 s at fifteen digits: in the long suite.
TEST_CASE("random linear learners keep their errors: a few") {
  check_random(quickly, 1000, 2, 0.2, 0.2);
  check_random(quickly, 1003, 5, 0.2, 0.2);
}

TEST_SUITE("long") {
  TEST_CASE("random linear learners keep their errors: a mixture over scatters") {
    check_random(quickly, 1002, 1, 0.2, 0.2);
  }

  TEST_CASE("random linear learners keep their errors: 300") { check_random(random_linear, 0, 300, 0.05, 0.05); }
}

}  // namespace calor::run::test
