// The laws of several parameters: two routes against each other, against one parameter at a time, and against samples.

#include <doctest/doctest.h>

#include <cmath>

#include "run/run.hpp"
#include "tests/simulator/sigmas.hpp"
#include "validation/estimators/exponential_average.hpp"
#include "validation/estimators/mean.hpp"
#include "validation/simulator/law.hpp"
#include "validation/simulator/setting.hpp"

namespace calor::law_plane_test {

using namespace simulator;

namespace {

experiment::Experiment parsed(const std::string& text) { return experiment::parse(text, "test", ".").at(0).experiment; }

std::string start_and_times(const std::string& times, const std::string& stddev = "0.4, 0.3") {
  return "\nweight_decay = 0.3\ninitial = { mean = [0.2, -0.1], stddev = [" + stddev + "] }\n[time]\npoints = [" +
         times + "]\n";
}

const std::string regression =
    "[model]\nkind = \"linear-regression\"\nstddev = 0.5\ninputs = [[1, -1], [1, 0], [1, 1], [1, 2]]\n[data]\n"
    "values = [0.4, 0.1, -0.3, 0.2]\n[learner]\n";
const std::string three_outcomes =
    "[model]\nkind = \"categorical\"\noutcomes = 3\n[data]\ncounts = [1, 2, 1]\n[learner]\n";
const std::string langevin = "kind = \"langevin\"\nmobility = 1\ntemperature = 0.4";
const std::string annealed =
    "kind = \"langevin\"\nmobility = {times = [0, 1], values = [0.3, 0.2]}\ntemperature = {times = [0, 1], "
    "values = [0.5, 0.3]}";
const std::string sgld = "kind = \"sgld\"\nlearning_rate = 0.2\ntemperature = 0.3";
const std::string minibatch = sgld + "\nbatch = \"minibatch\"\nbatch_size = 2";
const std::string diffusion = "kind = \"sgd-diffusion\"\nlearning_rate = 0.6\nbatch_size = 1\ntemperature = 0.2";

const std::string stream = sgld + "\nbatch = \"stream\"\nbatch_size = 1";
const std::string outcome_stream =
    "[model]\nkind = \"categorical\"\noutcomes = 3\n[data]\ntarget = [0.2, 0.3, 0.5]\n[learner]\n" + stream +
    start_and_times("0, 2", "0.7, 0.8");
const std::string regression_stream =
    "[model]\nkind = \"linear-regression\"\nstddev = 1.2\ninputs = [[1, -1], [1, 1.5]]\n[data]\ntarget = { weights = "
    "[0.3, -0.2], stddev = 0.5 }\n[learner]\n" +
    stream + start_and_times("0, 1, 3", "0.7, 0.8");

/// The two laws at points up to five standard deviations away.
void check_same(Law& one, Law& other, const Sample& s, double allowed) {
  const double* statistic = s.statistic.data();
  for (std::size_t t = 0; t < s.times; ++t)
    for (double x = -2; x < 2.1; x += 0.5)
      for (double y = -2; y < 2.1; y += 0.5) {
        const double theta[2] = {x, y};
        const double a = one.log_density(t, theta, statistic), b = other.log_density(t, theta, statistic);
        if (a < -25) continue;  // nodes below 1e-18 of the top are left out
        CAPTURE(t);
        CAPTURE(x);
        CAPTURE(y);
        CAPTURE(a);
        CHECK(std::abs(a - b) < allowed * std::exp(std::max(0.0, -10 - a)));
      }
}

}  // namespace

TEST_CASE("two weights: the closed form of the scheme and Chapman–Kolmogorov on a lattice agree") {
  for (const auto& learner : {annealed, sgld}) {
    const auto e =
        parsed(regression + (learner == sgld ? "kind = \"sgld\"\nlearning_rate = 0.05\ntemperature = 0.3" : learner) +
               start_and_times(learner == sgld ? "0, 1, 6" : "0, 0.3, 0.6"));
    Options o;
    o.replicates = 1;
    o.step = 0.05;
    std::string why;
    const auto closed = make_law(e, o, why), lattice = plane_law(make_setting(e, o.step), o, why);
    REQUIRE_MESSAGE(lattice, why);
    check_same(*closed, *lattice, simulate(e, o), 1e-7);
    const auto averages = lattice->averages(2, simulate(e, o).statistic.data());
    CHECK(std::abs(averages->total - 1) < 1e-9);
  }
}

TEST_CASE("two spins in two fields: the law is the product of those of one spin in one field") {
  const std::string one = "[model]\nkind = \"ising\"\nspins = 1\nedges = []\nfields = true\n[data]\n",
                    two = "[model]\nkind = \"ising\"\nspins = 2\nedges = []\nfields = true\n[data]\n",
                    learner = "\n[learner]\n" + langevin + "\nweight_decay = 0.3\ninitial = ",
                    times = "\n[time]\npoints = [0, 0.4, 1]\n";
  const auto both =
      parsed(two + "counts = [1, 2, 0, 1]" + learner + "{ mean = [0.2, -0.1], stddev = [0.4, 0.3] }" + times);
  const auto left = parsed(one + "counts = [1, 3]" + learner + "{ mean = [0.2], stddev = [0.4] }" + times);
  const auto right = parsed(one + "counts = [3, 1]" + learner + "{ mean = [-0.1], stddev = [0.3] }" + times);
  Options o;
  o.replicates = 1;
  o.step = 0.1;
  std::string why;
  const auto law = make_law(both, o, why), first = make_law(left, o, why), second = make_law(right, o, why);
  REQUIRE(law);
  const double plane[2] = {0.5, -0.5}, up = 0.5, down = -0.5;  // mean spins
  for (std::size_t t = 0; t < 3; ++t)
    for (double x = -1.5; x < 1.6; x += 0.5)
      for (double y = -1.5; y < 1.6; y += 0.5) {
        const double theta[2] = {x, y};
        const double product = first->log_density(t, &x, &up) + second->log_density(t, &y, &down);
        CHECK(std::abs(law->log_density(t, theta, plane) - product) < 1e-7 * std::exp(std::max(0.0, -10 - product)));
      }
}

TEST_CASE("a stream of regression: the closed form of its steps and Chapman–Kolmogorov on a lattice agree") {
  const auto e = parsed(regression_stream);
  Options o;
  o.replicates = 1;
  o.batches = true;
  std::string why;
  const Sample s = simulate(e, o);
  const auto closed = make_law(e, o, why), lattice = plane_law(make_setting(e, o.step), o, why);
  REQUIRE(closed);
  REQUIRE(lattice);
  const auto given = s.given(0);
  for (std::size_t t = 0; t < s.times; ++t)
    for (double x = -1; x < 1.1; x += 0.5)
      for (double y = -1; y < 1.1; y += 0.5) {
        const double theta[2] = {x, y}, a = closed->log_density(t, theta, given.data());
        if (a > -15) CHECK(std::abs(a - lattice->log_density(t, theta, given.data())) < 1e-8 * std::exp(-a));
      }
}

TEST_CASE("a mean that descends noisy gradients: the moments of the scheme, worked out by hand") {
  // b = 0.5, 2.5: mean 1.5, variance 1; s = 2; theta' = theta - h (theta - 1.5)/4 - h theta/5 + noise, twice
  const auto e = parsed(
      "[model]\nkind = \"gaussian-mean\"\nstddev = 2\n[data]\nvalues = [0.5, 2.5]\n[learner]\nkind = "
      "\"sgd-diffusion\"\nlearning_rate = 0.8\nbatch_size = 1\ntemperature = 0.1\nweight_decay = 0.2\ninitial = { mean "
      "= [1.0], stddev = [0.5] }\n[time]\npoints = [0, 1]\n");
  Options o;
  o.replicates = 1;
  o.step = 0.5;
  std::string why;
  const auto law = make_law(e, o, why);
  REQUIRE(law);
  const double factor = 1 - 0.5 * 0.45, noise = 2 * (0.4 / 16 + 0.1) * 0.5;
  double mean = 1, variance = 0.25;
  for (int k = 0; k < 2; ++k) {
    mean = factor * mean + 0.5 * 1.5 / 4;
    variance = factor * factor * variance + noise;
  }
  const double statistic[2] = {1.5, 3.25};
  for (double theta = -1; theta < 3; theta += 0.3) {
    const double z = theta - mean;
    CHECK(std::abs(law->log_density(1, &theta, statistic) + (std::log(2 * M_PI * variance) + z * z / variance) / 2) <
          1e-12);
  }
}

TEST_CASE("several parameters: <exp(-sigma)> = 1 for the scheme's own law, at long steps") {
  Options o;
  o.replicates = 3000;
  o.step = 0.25;
  for (const auto& e :
       {parsed(three_outcomes + langevin + start_and_times("0, 1", "0.7, 0.8")),
        parsed(three_outcomes + annealed + start_and_times("0, 1", "0.7, 0.8")),
        parsed(three_outcomes + minibatch + start_and_times("0, 3", "0.7, 0.8")),
        parsed(three_outcomes + diffusion + start_and_times("0, 1", "0.7, 0.8")), parsed(outcome_stream),
        parsed(regression_stream), parsed(regression + sgld + start_and_times("0, 2", "0.7, 0.8"))}) {
    CAPTURE(e.text);
    const auto ift = estimators::integral_fluctuation(test::sigmas(e, o, false));
    CAPTURE(ift.value);
    CAPTURE(ift.standard_error);
    CHECK(std::abs(ift.value - 1) < 4 * ift.standard_error);
    CHECK(ift.standard_error < 0.3);
  }
}

TEST_CASE("several parameters: entropy production by path-likelihood ratio agrees with the exact table") {
  Options o;
  o.replicates = 2000;
  for (const auto& e :
       {parsed(three_outcomes + langevin + start_and_times("0, 0.6")),
        parsed(three_outcomes + sgld + start_and_times("0, 2")),
        parsed(regression + "kind = \"langevin\"\nmobility = 0.3\ntemperature = 0.25" + start_and_times("0, 0.5"))}) {
    run::Options wanted;
    wanted.digits = 5;
    wanted.quantities = {"ep_theta"};
    const double exact = std::stod(run::compute(e, wanted).rows.back().cells.at(0).value);
    const auto m = estimators::mean(test::sigmas(e, o, true));
    CAPTURE(e.text);
    CAPTURE(exact);
    CAPTURE(m.value);
    CAPTURE(m.standard_error);
    CHECK(std::abs(m.value - exact) < 4 * m.standard_error);
  }
}

TEST_CASE("a law of two parameters that takes too long is refused, with its work") {
  Options o;
  o.replicates = 100000;
  o.step = 1e-5;
  std::string why;
  CHECK(make_law(parsed(three_outcomes + langevin + start_and_times("0, 10")), o, why) == nullptr);
  CHECK(why.find("products") != std::string::npos);
}

}  // namespace calor::law_plane_test
