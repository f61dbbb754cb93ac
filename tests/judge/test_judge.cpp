#include <doctest/doctest.h>

#include <cmath>

#include "num/errors.hpp"
#include "tests/judge/support.hpp"
#include "tests/place.hpp"
#include "validation/judge/exact.hpp"
#include "validation/judge/report.hpp"
#include "validation/simulator/stream.hpp"

namespace calor::judge_test {

using namespace judge;

namespace {

Case shipped(const std::string& name, const Options& options) {
  return of_experiment(experiment::read(calor::test::source_root() + "/validation/experiments/" + name + ".toml").at(0),
                       options);
}

}  // namespace

TEST_CASE("Monte-Carlo means of the estimators agree with their exact expectations") {
  Options options;
  options.replicates = 1000;
  options.sizes = {10, 40};
  CHECK(judge::test::check_exact(built_in("letters", options), options) == 12);
  CHECK(judge::test::check_exact(built_in("work", options), options) == 4);
  options.estimators = {"mi-gaussian"};
  CHECK(judge::test::check_exact(built_in("pairs", options), options) == 6);
}

TEST_CASE("one bit: estimators of information and dissipation are as biased as theory says") {
  Options options;
  options.replicates = 200;
  options.sizes = {20, 60};
  options.estimators = {"mi-plugin",
                        "path-likelihood-ratio",
                        "integral-fluctuation",
                        "detailed-fluctuation",
                        "mean",
                        "entropy-miller-madow",
                        "nested-mc",
                        "leave-one-out",
                        "info-nce"};
  CHECK(judge::test::check_exact(shipped("one_bit", options), options) == 39);
}

TEST_CASE("Euler–Maruyama converges to the exact information with its step") {
  Options options;
  options.replicates = 2;
  options.sizes = {200};
  auto member = experiment::read(calor::test::source_root() + "/validation/experiments/coin.toml").at(0);
  member.experiment.time.points = {num::Rational(2)};
  double truth = 0, coarse = 0;
  for (const double step : {0.2, 0.1, 0.05}) {
    options.step = step;
    const auto pool = make_pool(member.experiment, options);
    Case test;
    REQUIRE(exact_value(test, *pool, "m_info", truth));
    const double error = information(*pool->exact) - truth;
    CHECK(std::abs(error) < 0.2 * step * truth);
    if (coarse != 0) CHECK(std::abs(coarse / error - 2) < 0.2);  // first order
    coarse = error;
    REQUIRE(exact_value(test, *pool, "heat_theta", truth));
    CHECK(std::abs(change(*pool->exact, *pool).loss - truth) < 0.2 * step * std::abs(truth));
  }
}

TEST_CASE("Euler–Maruyama: averages over long steps are as wrong as the scheme's own law says") {
  Options options;
  options.replicates = 500;
  options.sizes = {100};
  options.step = 2;
  options.estimators = {"mean", "path-likelihood-ratio"};
  auto member = experiment::read(calor::test::source_root() + "/validation/experiments/coin.toml").at(0);
  member.experiment.time.points = {num::Rational(2)};
  const auto test = of_experiment(member, options);
  CHECK(judge::test::check_exact(test, options) == 2);
  for (const auto& subject : test.subjects)
    if (subject.quantity == "heat_theta") {
      const Line l = judge::judge(test, subject, options).at(0);
      CHECK(std::abs(l.bias.value) > 4 * l.bias.error);
    }
}

TEST_CASE("two parameters: heat and path-likelihood ratio over long steps are as wrong as the scheme's own law says") {
  const auto member = experiment::parse(R"(
[model]
kind = "categorical"
outcomes = 3
[data]
counts = [1, 2, 1]
[learner]
kind = "langevin"
mobility = 1.0
temperature = 0.4
weight_decay = 0.3
initial = { mean = [0.8, -0.5], stddev = [0.6, 0.7] }
[time]
points = [0, 1.5]
)",
                                        "plane.toml", ".")
                          .at(0);
  Options options;
  options.replicates = 200;
  options.sizes = {100};
  options.step = 0.75;
  options.estimators = {"mean", "path-likelihood-ratio"};
  const auto test = of_experiment(member, options);
  CHECK(judge::test::check_exact(test, options) == 2);
  for (const auto& subject : test.subjects)
    if (wanted(options, subject.estimator)) CHECK(subject.prediction.kind == "exact");
}

TEST_CASE("mean and width of a Gaussian, annealed: the heat of trajectories is that of the table") {
  // at a constant temperature of 0.06 it would be -0.134, not -0.149
  const auto member = experiment::parse(R"(
[model]
kind = "gaussian"
[data]
values = [0.3, -0.6, 1.2]
[learner]
kind = "langevin"
mobility = 1.0
temperature = { times = [0, 1], values = [0.06, 0.04] }
weight_decay = 0.2
initial = { mean = [0.1, 0.2], stddev = [0.2, 0.15] }
[time]
points = [0, 1]
)",
                                        "annealed.toml", ".")
                          .at(0);
  Options options;
  options.replicates = 30;
  options.sizes = {100};
  options.estimators = {"mean"};
  CHECK(judge::test::check_exact(of_experiment(member, options), options) == 1);
}

TEST_CASE("statistics of a judgement: an estimator that is normal with bias 0.5 and standard deviation 2") {
  Options options;
  options.replicates = 4000;
  options.sizes = {4};
  Case test;
  test.name = "normal";
  Subject s{"mean", "q", 1, [](std::size_t n, std::size_t r) {
              simulator::Stream random({3, 4}, r, simulator::Channel::estimator);
              if (r % 100 == 7) throw InputError("no");
              return estimators::Result{1.5 + 2 * random.normal(), 2, n, {}};
            }};
  const Line l = judge::judge(test, s, options).at(0);
  CHECK(l.failures == 40);
  CHECK(std::abs(l.bias.value - 0.5) < 4 * l.bias.error);
  CHECK(std::abs(l.bias.error - 2 / std::sqrt(3960.0)) < 0.001);
  CHECK(std::abs(l.deviation.value - 2) < 4 * l.deviation.error);
  CHECK(std::abs(l.deviation.error - 2 / std::sqrt(2 * 3960.0)) < 0.002);
  CHECK(std::abs(l.rmse.value - std::sqrt(4.25)) < 4 * l.rmse.error);
  const auto inside = [](double z) {  // shifted by a quarter of a bar
    return (std::erf((z - 0.25) / std::sqrt(2.0)) + std::erf((z + 0.25) / std::sqrt(2.0))) / 2;
  };
  CHECK(std::abs(l.cover68.value - inside(1)) < 4 * l.cover68.error);
  CHECK(std::abs(l.cover95.value - inside(1.96)) < 4 * l.cover95.error);
}

}  // namespace calor::judge_test
