// Moments of heat and work of X, fluctuation theorems, and how finite samplers reach the equilibrium sampler.

#include <doctest/doctest.h>

#include <cmath>
#include <ctime>
#include <set>

#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

std::string coin(const std::string& sampler, const std::string& time) {
  return "[model]\nkind = \"bernoulli\"\n[data]\nsize = 3\ntarget = [0.4, 0.6]\n[learner]\nkind = \"langevin\"\n"
         "mobility = 1\ntemperature = 0.3\nweight_decay = 0.2\ninitial = { mean = [0], stddev = [0.6] }\n[sampler]\n" +
         sampler + "\n[time]\n" + time + "\n";
}

Options fluctuations() {
  Options o;
  o.quantities = {"heat_x",          "work_x",          "ep_x",  "heat_x_variance", "heat_x_skewness",
                  "work_x_variance", "work_x_skewness", "ift_x", "ift_theta"};
  return o;
}

void check_near(const Entry& e, double value, double tolerance) {
  CHECK(std::fabs(static_cast<double>(e.value) - value) <= tolerance);
}

}  // namespace

// The values: tests/run/fluctuations.py, the whole joint generator with counting fields for heat and for work each by
// itself, exponentiated densely.
TEST_CASE("moments of heat and work agree with a dense exponential of the tilted generators") {
  const auto n = numbers(compute(parse_one(coin("kind = \"heat-bath\"\nrate = 2", "points = [0.5]")), fluctuations()));
  check_accuracy(n, 10, "coin");
  check_near(n[0].at("heat_x"), -0.01696642490597, 2e-13);
  check_near(n[0].at("heat_x_variance"), 0.11643418278231, 2e-13);
  check_near(n[0].at("heat_x_skewness"), -0.27628882693588, 1e-11);
  check_near(n[0].at("work_x"), 0.03224642040959, 2e-13);
  check_near(n[0].at("work_x_variance"), 0.06595790405977, 2e-13);
  check_near(n[0].at("work_x_skewness"), 0.30325223480270, 1e-11);
}

TEST_CASE("a fast sampler's heat and work tend to those of the equilibrium sampler, like 1/rate") {
  const auto limit = numbers(compute(parse_one(coin("kind = \"equilibrium\"", "points = [3]")), fluctuations()));
  double before[5] = {};
  for (const char* rate : {"1e3", "1e4"}) {
    const auto n = numbers(
        compute(parse_one(coin("kind = \"metropolis\"\nrate = " + std::string(rate), "points = [3]")), fluctuations()));
    int k = 0;
    for (const char* q : {"heat_x", "work_x", "heat_x_variance", "work_x_variance", "ep_x"}) {
      const double miss = static_cast<double>(Number(n[0].at(q).value - limit[0].at(q).value));
      if (before[k] != 0) CHECK(std::fabs(miss / before[k]) == doctest::Approx(0.1).epsilon(0.02));
      before[k++] = miss;
    }
  }
}

TEST_CASE("turns with short steps tend to continuous time") {
  const auto limit =
      numbers(compute(parse_one(coin("kind = \"heat-bath\"\nrate = 2", "points = [0.5]")), fluctuations()));
  double before[7] = {};
  for (const char* step : {"0.005", "0.0025"}) {
    const auto n = numbers(
        compute(parse_one(coin("kind = \"heat-bath\"\nrate = 2", "points = [0.5]\nstep = " + std::string(step))),
                fluctuations()));
    int k = 0;
    for (const char* q :
         {"heat_x", "work_x", "ep_x", "heat_x_variance", "heat_x_skewness", "work_x_variance", "work_x_skewness"}) {
      const double miss = static_cast<double>(Number(n[0].at(q).value - limit[0].at(q).value));
      CHECK(std::fabs(miss) < 0.02 * std::fabs(static_cast<double>(limit[0].at(q).value)) + 0.01);
      if (before[k] != 0) {  // of first order, some of second
        CHECK(std::fabs(miss / before[k]) > 0.24);
        CHECK(std::fabs(miss / before[k]) < 0.53);
      }
      before[k++] = miss;
    }
  }
}

TEST_CASE("I15 is verified where it is asked for, and only there") {
  for (const char* sampler :
       {"kind = \"glauber\"\nrate = 1", "kind = \"metropolis\"\nrate = 1", "kind = \"equilibrium\""}) {
    const auto e = parse_one(coin(sampler, "points = [0, 1]"));
    const auto verified = [](const table::Table& t) {
      std::set<std::string> out;
      for (const auto& c : t.checks) out.insert(c.identity);
      return out.count("I15") == 1;
    };
    const auto table = compute(e, fluctuations());
    CHECK(verified(table));
    CHECK_FALSE(verified(compute(e)));
    const auto n = numbers(table);
    check_near(n[1].at("ift_x"), 1, 1e-11);
    check_near(n[1].at("ift_theta"), 1, 1e-11);
    CHECK(n[0].at("heat_x_variance").value == 0);
    CHECK(n[0].count("heat_x_skewness") == 0);
  }
}

TEST_CASE("jump: fast samplers and short turns, as above; a hundred digits contain double") {
  const auto ladder = [](const std::string& sampler, const std::string& time) {
    return "[model]\nkind = \"bernoulli\"\n[data]\nsize = 2\ntarget = [0.4, 0.6]\n[learner]\nkind = \"jump\"\n"
           "states = { from = -1, to = 1, count = 5 }\nrate = 1\ntemperature = 0.3\nacceptance = \"heat-bath\"\n"
           "initial = [0.1, 0.2, 0.4, 0.2, 0.1]\n[sampler]\n" +
           sampler + "\n[time]\n" + time + "\n";
  };
  const auto still = numbers(compute(parse_one(ladder("kind = \"equilibrium\"", "points = [1]")), fluctuations()));
  const auto fast =
      numbers(compute(parse_one(ladder("kind = \"glauber\"\nrate = 100", "points = [1]")), fluctuations()));
  const auto slow = parse_one(ladder("kind = \"glauber\"\nrate = 2", "points = [1]"));
  const auto table = compute(slow, fluctuations());
  const auto n = numbers(table);
  const auto turns =
      numbers(compute(parse_one(ladder("kind = \"glauber\"\nrate = 2", "points = [1]\nstep = 0.001")), fluctuations()));
  for (const char* q : {"heat_x_variance", "work_x_variance", "heat_x_skewness", "work_x_skewness"}) {
    check_near(fast[0].at(q), static_cast<double>(still[0].at(q).value), 3e-2);
    check_near(turns[0].at(q), static_cast<double>(n[0].at(q).value), 5e-3);
  }
  check_near(n[0].at("ift_x"), 1, 1e-11);
  Options fine = fluctuations();
  fine.digits = 25;
  CHECK(check_honest(n, numbers(compute(slow, fine)), "jump") == 9);
}

TEST_CASE("ou on a grid of (theta, x) agrees with the closed form, in continuous time and in turns") {
  const std::string mean =
      "[model]\nkind = \"gaussian-mean\"\nstddev = 1\n[data]\nvalues = [0.3, 0.9]\n[learner]\nkind = \"langevin\"\n"
      "mobility = 1\ntemperature = 0.5\nweight_decay = 0.2\ninitial = { mean = [0.1], stddev = [0.7] }\n[sampler]\n";
  for (const char* rest : {"kind = \"ou\"\nrate = 1.5\n[time]\npoints = [0, 0.5]\n",
                           "kind = \"ou\"\nrate = 1.5\n[time]\npoints = [0, 0.5]\nstep = 0.25\n",
                           "kind = \"equilibrium\"\n[time]\npoints = [0, 0.5]\nstep = 0.25\n",
                           "kind = \"equilibrium\"\n[time]\npoints = [0, 0.5]\n"}) {
    const auto e = parse_one(mean + rest);
    for (const bool moments : {false, true}) {
      Options grid = moments ? fluctuations() : Options{}, exact = grid;
      grid.method = Method::spectral, exact.method = Method::analytic, exact.digits = 25;
      const auto truth = numbers(compute(e, exact));
      for (const int digits : {6, 8}) {            // of few digits, errors are compared with less room
        if (digits < 8 && !e.time.step) continue;  // as much work as eight
        grid.digits = digits;
        const auto tried = numbers(compute(e, grid));
        check_accuracy(tried, digits, rest);
        CHECK(check_honest(tried, truth, rest) > (moments ? 5 : 40));
      }
    }
  }
}

TEST_CASE("an ensemble of Gaussian means under a schedule: on the grid, as moments need it, and in closed form") {
  // two examples, far apart in widths of the densities that they lead to
  const auto e = parse_one(
      "[model]\nkind = \"gaussian-mean\"\nstddev = 1\n[data]\nsize = 2\ntarget = { mean = 0.4, stddev = 0.8 "
      "}\n[learner]\n"
      "kind = \"langevin\"\nmobility = 1\ntemperature = { times = [0, 1], values = [0.1, 0.05] }\nweight_decay = 0.1\n"
      "initial = { mean = [0.2], stddev = [0.3] }\n[time]\npoints = [1]\n");
  Options o;
  o.digits = 10;
  o.quantities = {"m_info", "l_info", "entropy_theta", "ep_theta", "heat_theta", "ep_x", "loss_test"};
  const auto truth = numbers(compute(e, o));
  o.quantities.push_back("heat_x_variance");
  o.digits = 5;
  CHECK(check_honest(numbers(compute(e, o)), truth, "on the grid") == 7);
}

TEST_CASE("fluctuations beyond double precision are refused by file and key") {
  Options o = fluctuations();
  o.digits = 20;
  CHECK_THROWS_WITH_AS(compute(parse_one(coin("kind = \"equilibrium\"", "points = [1]")), o),
                       doctest::Contains("accuracy.digits"), AccuracyError);
}

TEST_SUITE("benchmark") {
  TEST_CASE("two Ising spins, one coupling, Glauber, N = 8, ten digits, ten times") {
    const auto e = parse_one(
        "[model]\nkind = \"ising\"\nspins = 2\nedges = [[0, 1]]\nfields = false\n[data]\nsize = 8\n"
        "target = [0.3, 0.2, 0.2, 0.3]\n[learner]\nkind = \"langevin\"\nmobility = 1\ntemperature = 0.125\n"
        "weight_decay = 0.1\ninitial = { mean = [0], stddev = [0.5] }\n[sampler]\nkind = \"glauber\"\nrate = 4\n"
        "[time]\nend = 10\ncount = 11\n");
    const std::clock_t start = std::clock();
    const auto n = numbers(compute(e));
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    check_accuracy(n, 10, "two spins");
    MESSAGE("CPU seconds: ", seconds);
    CHECK(seconds < 2 * 5);  // two threads: under 5 s
  }
}

}  // namespace calor::run::test
