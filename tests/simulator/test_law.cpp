#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "run/run.hpp"
#include "tests/place.hpp"
#include "tests/simulator/sigmas.hpp"
#include "validation/estimators/exponential_average.hpp"
#include "validation/estimators/mean.hpp"
#include "validation/simulator/law.hpp"
#include "validation/simulator/setting.hpp"

namespace calor::law_test {

using namespace simulator;

namespace {

experiment::Experiment parsed(const std::string& text) { return experiment::parse(text, "test", ".").at(0).experiment; }

experiment::Experiment shipped(const std::string& name) {
  return experiment::read(test::source_root() + "/validation/experiments/" + name + ".toml").at(0).experiment;
}

experiment::Experiment first_times(experiment::Experiment e, std::size_t n) {
  e.time.points.resize(n);
  return e;
}

std::string coin(const std::string& learner) {
  return "[model]\nkind = \"bernoulli\"\n[data]\nsize = 3\ntarget = [0.4, 0.6]\n[learner]\n" + learner +
         "\ninitial = { mean = [0.2], stddev = [0.7] }\nweight_decay = 0.3\n[time]\npoints = [0, 1, 4]\n";
}

std::string counts(const std::string& times) {
  return "[model]\nkind = \"poisson\"\n[data]\nsize = 3\ntarget = { rate = 1.5 }\n[learner]\nkind = "
         "\"langevin\"\nmobility = 1\ntemperature = 0.5\nweight_decay = 0.2\ninitial = { mean = [0.2], stddev = [0.5] "
         "}\n[time]\npoints = " +
         times + "\n";
}

}  // namespace

TEST_CASE("the integral fluctuation theorem holds for the scheme's own law, at any step") {
  Options o;
  o.replicates = 3000;
  o.step = 0.25;
  for (const auto& e :
       {parsed(coin("kind = \"langevin\"\nmobility = 1\ntemperature = 0.4")),
        parsed(
            coin("kind = \"langevin\"\nmobility = {times = [0, 4], values = [1, 0.5]}\ntemperature = {times = [0, 4], "
                 "values = [0.5, 0.3]}")),
        parsed(coin("kind = \"sgld\"\nlearning_rate = 0.5\ntemperature = 0.3")),
        parsed(coin("kind = \"sgld\"\nlearning_rate = 0.5\ntemperature = 0.3\nbatch = \"minibatch\"\nbatch_size = 2")),
        parsed(counts("[0, 0.3, 1]")), shipped("sgld_stream"), first_times(shipped("gaussian_stream"), 2),
        parsed("[model]\nkind = \"poisson\"\n[data]\ntarget = { rate = 1.5 }\n[learner]\nkind = \"sgld\"\n"
               "learning_rate = 0.05\ntemperature = 0.3\nbatch = \"stream\"\nbatch_size = 2\ninitial = { mean = "
               "[0.2], stddev = [0.3] }\nweight_decay = 0.3\n[time]\npoints = [0, 1, 2]\n"),
        parsed(coin("kind = \"sgd-diffusion\"\nlearning_rate = 0.5\nbatch_size = 1\ntemperature = 0.3")),
        shipped("one_bit"), shipped("gaussian"), shipped("sgld_coin"), shipped("ising_pair")}) {
    CAPTURE(e.text);
    const auto sigma = test::sigmas(e, o, false);
    const auto ift = estimators::integral_fluctuation(sigma);
    CAPTURE(ift.value);
    CAPTURE(ift.standard_error);
    CHECK(std::abs(ift.value - 1) < 4 * ift.standard_error);
    CHECK(ift.standard_error < 0.3);
  }
}

TEST_CASE("a learner without noise has no law, and says so") {
  std::string why;
  CHECK(make_law(shipped("sgld_no_noise"), Options{}, why) == nullptr);
  CHECK(why.find("without noise") != std::string::npos);
}

TEST_CASE("every shipped experiment has a law, but learners without noise") {
  std::vector<std::string> without;
  for (const auto& file : std::filesystem::directory_iterator(test::source_root() + "/validation/experiments")) {
    if (file.path().extension() != ".toml") continue;
    std::string why;
    if (make_law(experiment::read(file.path().string()).at(0).experiment, Options{}, why) == nullptr)
      without.push_back(file.path().stem().string());
  }
  std::sort(without.begin(), without.end());
  CHECK(without == std::vector<std::string>{"sgld_no_noise", "sgld_stream_cold"});
}

TEST_CASE("a stream: the closed form of affine steps and Chapman–Kolmogorov agree") {
  const auto e = parsed(
      "[model]\nkind = \"gaussian-mean\"\nstddev = 1.3\n[data]\ntarget = { mean = 0.5, stddev = 2 }\n[learner]\nkind = "
      "\"sgld\"\nlearning_rate = {times = [0, 5], values = [0.5, 0.2]}\ntemperature = 0.4\nbatch = \"stream\"\n"
      "batch_size = 2\nweight_decay = 0.1\ninitial = { mean = [0.2], stddev = [0.6] }\n[time]\npoints = [0, 2, 5]\n");
  Options o;
  o.replicates = 3;
  o.batches = true;
  const auto closed = affine_stream_law(make_setting(e, 0)), grid = grid_law(make_setting(e, 0));
  const Sample s = simulate(e, o);
  for (std::size_t r = 0; r < s.replicates; ++r) {
    const auto given = s.given(r);
    REQUIRE(given.size() == 5 * s.statistics);
    for (std::size_t a = 0; a < s.statistics; ++a) {  // the stream's statistic is the mean of those of its steps
      double sum = 0;
      for (std::size_t k = 0; k < 5; ++k) sum += given[k * s.statistics + a] / 5;
      CHECK(std::abs(sum - s.statistic[(r * s.times + 2) * s.statistics + a]) < 1e-13);
    }
    for (std::size_t t = 0; t < s.times; ++t)
      for (double theta = -1.5; theta < 2; theta += 0.3) {
        const double by_closed = closed->log_density(t, &theta, given.data());
        CHECK(std::abs(by_closed - grid->log_density(t, &theta, given.data())) < 1e-9);
      }
  }
}

TEST_CASE("a stream: the steps by hand") {
  // theta' = theta - 0.25 (sigma(theta) - b + 0.1 theta) + noise of variance 0.1, from N(0, 0.5^2): the density after
  // one toss b is an integral over theta
  const auto e = first_times(shipped("sgld_stream"), 1);
  std::string why;
  const auto law = make_law(e, Options{}, why);
  REQUIRE(law);
  for (const double b : {0.0, 1.0})
    for (double at = -1; at < 1.1; at += 0.4) {
      double sum = 0;
      for (double theta = -4; theta < 4; theta += 0.01) {
        const double z = at - theta + 0.25 * (1 / (1 + std::exp(-theta)) - b + 0.1 * theta);
        sum += 0.01 * std::exp(-z * z / 0.2 - theta * theta / 0.5) / (M_PI * std::sqrt(0.2 * 0.5));
      }
      CHECK(std::abs(law->log_density(0, &at, &b) - std::log(sum)) < 1e-10);
    }
}

TEST_CASE("entropy production by path-likelihood ratio agrees with the exact table") {
  Options o;
  o.replicates = 3000;
  for (const std::string name :
       {"coin", "gaussian", "one_bit", "sgld_coin", "ising_pair", "michelson", "sgld_stream", "gaussian_stream"}) {
    const auto e = shipped(name);
    run::Options wanted;
    wanted.digits = 6;
    wanted.quantities = {"ep_theta"};
    const auto table = run::compute(e, wanted);
    const double exact = std::stod(table.rows.back().cells.at(0).value);
    const auto m = estimators::mean(test::sigmas(e, o, true));
    CAPTURE(name);
    CAPTURE(exact);
    CAPTURE(m.value);
    CAPTURE(m.standard_error);
    CHECK(std::abs(m.value - exact) < 4 * m.standard_error);
  }
}

}  // namespace calor::law_test
