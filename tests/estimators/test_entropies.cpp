#include <doctest/doctest.h>

#include <boost/math/special_functions/expint.hpp>
#include <cmath>
#include <numbers>

#include "num/errors.hpp"
#include "tests/estimators/draws.hpp"
#include "validation/estimators/entropy_grassberger.hpp"
#include "validation/estimators/entropy_miller_madow.hpp"
#include "validation/estimators/entropy_plugin.hpp"
#include "validation/estimators/exact_counts.hpp"

namespace calor::entropies_test {

using namespace estimators;

namespace {

using Table = std::vector<std::uint64_t>;

/// The delete-one jackknife as it is defined: every sample left out in turn.
double jackknife(const Table& counts, const std::function<double(const Table&)>& value) {
  std::vector<double> left_out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    for (std::uint64_t s = 0; s < counts[i]; ++s) {
      Table rest = counts;
      --rest[i];
      left_out.push_back(value(rest));
    }
  }
  double mean = 0, square = 0;
  const auto n = static_cast<double>(left_out.size());
  for (const double v : left_out) mean += v / n;
  for (const double v : left_out) square += (v - mean) * (v - mean);
  return std::sqrt(square * (n - 1) / n);
}

/// ⟨f(n)⟩ for Poisson n of mean λ, f(0) = 0.
double poisson_mean(double lambda, const std::function<double(double)>& f) {
  double sum = 0;
  for (double n = 1; n < lambda + 40 * std::sqrt(lambda) + 60; ++n) {
    sum += f(n) * std::exp(n * std::log(lambda) - lambda - std::lgamma(n + 1));
  }
  return sum;
}

}  // namespace

TEST_CASE("entropies of small tables by hand") {
  const Table counts{3, 1, 0};
  const double plugin = 2 * std::numbers::ln2 - 0.75 * std::log(3.0);
  CHECK(entropy_plugin(counts).value == doctest::Approx(plugin).epsilon(1e-15));
  CHECK(entropy_miller_madow(counts).value == doctest::Approx(plugin + 1.0 / 8).epsilon(1e-15));
  CHECK(entropy_plugin(Table{7}).value == 0);
  CHECK(entropy_plugin(Table{7}).standard_error == 0);
  CHECK(entropy_plugin(Table{7}).samples == 7);
  CHECK(std::isnan(entropy_plugin(Table{1}).standard_error));
  CHECK_THROWS_AS(entropy_plugin(Table{}), InputError);
  CHECK_THROWS_AS(entropy_grassberger(Table{0, 0}), InputError);
  CHECK_THROWS_AS(entropy_plugin(Table{UINT64_MAX, 3}), InputError);
}

TEST_CASE("Grassberger's G: recurrences, and the Poisson means that define the two forms") {
  const double gamma = std::numbers::egamma;
  double g = -gamma - std::numbers::ln2;  // G(1); G(2m+1) = G(2m), G(2m+2) = G(2m) + 2/(2m+1)
  CHECK(grassberger_g(Grassberger::v2003, 1) == doctest::Approx(g).epsilon(1e-14));
  g = 2 - gamma - std::numbers::ln2;
  for (int m = 1; m <= 400; ++m) {
    CHECK(std::abs(grassberger_g(Grassberger::v2003, 2.0 * m) - g) < 1e-13);
    CHECK(std::abs(grassberger_g(Grassberger::v2003, 2.0 * m + 1) - g) < 1e-13);
    g += 2.0 / (2 * m + 1);
  }
  for (const double lambda : {0.1, 0.7, 2.0, 5.5, 20.0}) {
    const auto mean = [&](Grassberger v) {
      return poisson_mean(lambda, [&](double n) { return n * grassberger_g(v, n); });
    };
    const double e1 = boost::math::expint(1, lambda), e2 = boost::math::expint(1, 2 * lambda);
    const double first =
        lambda * std::log(lambda) + lambda * e1 - std::exp(-lambda) * (1 - (1 - std::exp(-lambda)) / lambda);
    CHECK(std::abs(mean(Grassberger::v1988) - first) < 1e-12 * std::max(1.0, first));
    const double second = lambda * std::log(lambda) + lambda * e2;
    CHECK(std::abs(mean(Grassberger::v2003) - second) < 1e-12 * std::max(1.0, second));
  }
}

TEST_CASE("entropies: standard errors are delete-one jackknives, and tell the scatter of replicates") {
  const Table counts{5, 1, 1, 0, 9, 2};
  const auto same = [&](auto estimator) {
    const double direct = jackknife(counts, [&](const Table& t) { return estimator(t).value; });
    CHECK(estimator(counts).standard_error == doctest::Approx(direct).epsilon(1e-12));
  };
  same([](const Table& t) { return entropy_plugin(t); });
  same([](const Table& t) { return entropy_miller_madow(t); });
  same([](const Table& t) { return entropy_grassberger(t, Grassberger::v1988); });
  // G(2n+1) = G(2n): its own differences hang on the parity of the counts
  CHECK(entropy_grassberger(counts).standard_error == entropy_plugin(counts).standard_error);

  test::Draws draws(11);
  const std::vector<double> p{0.5, 0.25, 0.15, 0.1};
  const double deviation = std::sqrt(plugin_moments(p, 200).variance);
  const auto errors = test::replicate(300, [&] { return entropy_plugin(draws.counts(p, 200)).standard_error; });
  CHECK(std::abs(errors.mean / deviation - 1) < 0.03);
}

TEST_CASE("entropies of large tables") {
  const Table equal(1000, 1'000'000'000);
  CHECK(entropy_plugin(equal).value == doctest::Approx(std::log(1000.0)).epsilon(1e-14));
  CHECK(entropy_grassberger(equal).value == doctest::Approx(std::log(1000.0)).epsilon(1e-11));
  const Table singletons(100000, 1);
  CHECK(entropy_plugin(singletons).value == doctest::Approx(std::log(1e5)).epsilon(1e-14));
  CHECK(entropy_grassberger(singletons).value ==
        doctest::Approx(std::log(1e5) + std::numbers::egamma + std::numbers::ln2).epsilon(1e-14));
}

}  // namespace calor::entropies_test
