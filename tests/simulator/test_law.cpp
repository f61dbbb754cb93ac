#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "run/run.hpp"
#include "tests/place.hpp"
#include "validation/estimators/exponential_average.hpp"
#include "validation/estimators/mean.hpp"
#include "validation/simulator/law.hpp"

namespace calor::law_test {

using namespace simulator;

namespace {

experiment::Experiment parsed(const std::string& text) { return experiment::parse(text, "test", ".").at(0).experiment; }

experiment::Experiment shipped(const std::string& name) {
  return experiment::read(test::source_root() + "/validation/experiments/" + name + ".toml").at(0).experiment;
}

/// sigma of each trajectory at the last time.
std::vector<double> sigmas(const experiment::Experiment& e, const Options& o, bool by_medium) {
  std::string why;
  const auto law = make_law(e, o, why);
  REQUIRE(law);
  const Sample s = simulate(e, o);
  std::vector<double> out;
  for (std::size_t r = 0; r < s.replicates; ++r) {
    const std::size_t last = r * s.times + s.times - 1;
    const double* statistic = &s.statistic[r * s.statistics];
    const double first = law->log_density(0, &s.theta[r * s.times * s.parameters], statistic);
    const double end = law->log_density(s.times - 1, &s.theta[last * s.parameters], statistic);
    out.push_back(first - end + (by_medium ? s.medium[last] : s.forward[last] - s.backward[last]));
  }
  return out;
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
        parsed(counts("[0, 0.3, 1]")),
        parsed(coin("kind = \"sgd-diffusion\"\nlearning_rate = 0.5\nbatch_size = 1\ntemperature = 0.3")),
        shipped("one_bit"), shipped("gaussian"), shipped("sgld_coin"), shipped("ising_pair")}) {
    CAPTURE(e.text);
    const auto sigma = sigmas(e, o, false);
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

TEST_CASE("every shipped experiment has a law, but streams and a learner without noise") {
  std::vector<std::string> without;
  for (const auto& file : std::filesystem::directory_iterator(test::source_root() + "/validation/experiments")) {
    if (file.path().extension() != ".toml") continue;
    std::string why;
    if (make_law(experiment::read(file.path().string()).at(0).experiment, Options{}, why) == nullptr)
      without.push_back(file.path().stem().string());
  }
  std::sort(without.begin(), without.end());
  CHECK(without == std::vector<std::string>{"gaussian_stream", "sgld_no_noise", "sgld_plane_stream", "sgld_stream",
                                            "sgld_stream_cold"});
}

TEST_CASE("entropy production by path-likelihood ratio agrees with the exact table") {
  Options o;
  o.replicates = 3000;
  for (const std::string name : {"coin", "gaussian", "one_bit", "sgld_coin", "ising_pair", "michelson"}) {
    const auto e = shipped(name);
    run::Options wanted;
    wanted.digits = 6;
    wanted.quantities = {"ep_theta"};
    const auto table = run::compute(e, wanted);
    const double exact = std::stod(table.rows.back().cells.at(0).value);
    const auto m = estimators::mean(sigmas(e, o, true));
    CAPTURE(name);
    CAPTURE(exact);
    CAPTURE(m.value);
    CAPTURE(m.standard_error);
    CHECK(std::abs(m.value - exact) < 4 * m.standard_error);
  }
}

}  // namespace calor::law_test
