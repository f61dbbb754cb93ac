// A million trajectories of a hundred steps: the time they take, and that they are right.

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>

#include "run/run.hpp"
#include "tests/place.hpp"
#include "validation/simulator/simulate.hpp"

namespace calor::benchmark_trajectories {

namespace {

/// heat_theta of a million trajectories against the exact table; `allowed`: relative error of the scheme.
void report(experiment::Experiment e, simulator::Options options, double allowed) {
  options.replicates = 1'000'000;
  options.threads = 2;
  run::Options wanted;
  wanted.digits = 6;
  wanted.quantities = {"heat_theta"};
  const double exact = std::stod(run::compute(e, wanted).rows.back().cells.at(0).value);
  const auto begin = std::chrono::steady_clock::now();
  const auto s = simulator::simulate(e, options);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  MESSAGE(e.title, ", 10^6 trajectories of 100 steps, 2 threads: ", seconds, " s");
  double sum = 0, square = 0;
  for (std::size_t i = s.times - 1; i < s.heat_theta.size(); i += s.times) {
    sum += s.heat_theta[i];
    square += s.heat_theta[i] * s.heat_theta[i];
  }
  const double n = 1e6, mean = sum / n, error = std::sqrt((square / n - mean * mean) / n);
  CHECK(std::abs(mean - exact) < 4 * error + allowed * std::abs(exact));
}

experiment::Experiment shipped(const std::string& name) {
  return experiment::read(test::source_root() + "/validation/experiments/" + name + ".toml").at(0).experiment;
}

}  // namespace

TEST_SUITE("benchmark trajectories") {
  TEST_CASE("the coin by Euler-Maruyama, ends kept") {
    auto e = shipped("coin");
    simulator::Options options;
    options.step = 0.02;
    e.time.points = {num::Rational(0), num::Rational(2)};
    report(e, options, 0.02);
  }

  TEST_CASE("the coin by sgld, x redrawn after every step") {
    auto e = shipped("sgld_coin");
    simulator::Options options;
    options.follow = true;
    e.time.points = {num::Rational(0), num::Rational(100)};
    report(e, options, 0);
  }
}

}  // namespace calor::benchmark_trajectories
