#include <doctest/doctest.h>

#include <cmath>

#include "num/errors.hpp"
#include "tests/place.hpp"
#include "validation/judge/report.hpp"
#include "validation/simulator/stream.hpp"

using namespace calor;
using namespace calor::judge;

namespace {

/// Every bias with an exact prediction lies within 4 of its standard errors; returns how many were compared.
int check_exact(const Case& test, const Options& options) {
  int compared = 0;
  for (const auto& subject : test.subjects) {
    if (!wanted(options, subject.estimator) || subject.prediction.kind != "exact") continue;
    for (const Line& l : judge::judge(test, subject, options)) {
      CAPTURE(l.test);
      CAPTURE(l.quantity);
      CAPTURE(l.estimator);
      CAPTURE(l.n);
      CAPTURE(l.bias.value);
      CAPTURE(l.bias.error);
      CAPTURE(l.predicted);
      CHECK(l.failures == 0);
      CHECK(std::abs(l.bias.value - l.predicted) < 4 * l.bias.error);
      ++compared;
    }
  }
  return compared;
}

Case shipped(const std::string& name, const Options& options) {
  return of_experiment(experiment::read(test::source_root() + "/validation/experiments/" + name + ".toml").at(0),
                       options);
}

}  // namespace

TEST_CASE("Monte-Carlo means of the estimators agree with their exact expectations") {
  Options options;
  options.replicates = 1000;
  options.sizes = {10, 40};
  CHECK(check_exact(built_in("letters", options), options) == 12);
  CHECK(check_exact(built_in("work", options), options) == 4);
  options.estimators = {"mi-gaussian"};
  CHECK(check_exact(built_in("pairs", options), options) == 6);
}

TEST_CASE("one bit: estimators of information and dissipation are as biased as theory says") {
  Options options;
  options.replicates = 200;
  options.sizes = {20, 60};
  options.estimators = {"mi-plugin", "path-likelihood-ratio", "integral-fluctuation", "mean", "entropy-miller-madow",
                        "nested-mc", "leave-one-out", "info-nce"};
  CHECK(check_exact(shipped("one_bit", options), options) == 37);
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
