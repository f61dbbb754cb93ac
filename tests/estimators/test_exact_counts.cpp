#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "num/errors.hpp"
#include "tests/estimators/draws.hpp"
#include "validation/estimators/entropy_grassberger.hpp"
#include "validation/estimators/entropy_miller_madow.hpp"
#include "validation/estimators/entropy_nsb.hpp"
#include "validation/estimators/entropy_plugin.hpp"
#include "validation/estimators/exact_counts.hpp"

namespace calor::exact_counts_test {

using namespace estimators;

TEST_CASE("exact expectations: 20 samples of 10 equal letters") {
  const std::vector<double> equal(10, 0.1);
  CHECK(std::abs(plugin_moments(equal, 20).mean - 2.04275325020950) < 1e-13);
  CHECK(std::abs(miller_madow_moments(equal, 20).mean - 2.23735908656186) < 1e-13);
}

TEST_CASE("exact moments by binomials are those by enumeration of every table") {
  const std::vector<double> p{0.5, 0.3, 0.15, 0.05, 0.0};
  for (const std::size_t n : {1, 2, 9}) {
    const auto agree = [&](const Moments& sums, const std::function<double(Counts)>& estimator) {
      const Moments tables = enumerated_moments(p, n, estimator);
      CHECK(std::abs(sums.mean - tables.mean) < 1e-13);
      CHECK(std::abs(sums.variance - tables.variance) < 1e-13);
    };
    agree(plugin_moments(p, n), [](Counts c) { return entropy_plugin(c).value; });
    agree(miller_madow_moments(p, n), [](Counts c) { return entropy_miller_madow(c).value; });
    agree(grassberger_moments(p, n, Grassberger::v1988),
          [](Counts c) { return entropy_grassberger(c, Grassberger::v1988).value; });
    agree(grassberger_moments(p, n, Grassberger::v2003), [](Counts c) { return entropy_grassberger(c).value; });
  }
}

TEST_CASE("Monte-Carlo means of the entropies agree with their exact expectations within 4 standard errors") {
  test::Draws draws(77);
  const std::vector<double> p{0.35, 0.25, 0.2, 0.1, 0.06, 0.04};
  const auto agree = [&](const Moments& exact, const std::function<double(Counts)>& estimator) {
    const auto mc = test::replicate(20000, [&] { return estimator(draws.counts(p, 15)); });
    CHECK(mc.from(exact.mean) < 4);
    CHECK(std::abs(mc.deviation * mc.deviation / exact.variance - 1) < 0.06);
  };
  agree(plugin_moments(p, 15), [](Counts c) { return entropy_plugin(c).value; });
  agree(miller_madow_moments(p, 15), [](Counts c) { return entropy_miller_madow(c).value; });
  agree(grassberger_moments(p, 15, Grassberger::v1988),
        [](Counts c) { return entropy_grassberger(c, Grassberger::v1988).value; });
  agree(grassberger_moments(p, 15, Grassberger::v2003), [](Counts c) { return entropy_grassberger(c).value; });
}

TEST_CASE("NSB: the Monte-Carlo mean agrees with the enumeration within 4 standard errors") {
  test::Draws draws(78);
  const std::vector<double> p{0.6, 0.3, 0.1};
  std::map<std::vector<std::uint64_t>, double> known;
  const auto nsb = [&](Counts c) {
    const auto [place, is_new] = known.try_emplace({c.begin(), c.end()});
    if (is_new) place->second = entropy_nsb(c, 3).value;
    return place->second;
  };
  const Moments exact = enumerated_moments(p, 5, nsb);
  CHECK(test::replicate(20000, [&] { return nsb(draws.counts(p, 5)); }).from(exact.mean) < 4);
}

TEST_CASE("plug-in bias tends to -(K-1)/2N, and a table of probabilities is checked") {
  const std::vector<double> p{0.5, 0.3, 0.2};
  double s = 0;
  for (const double q : p) s -= q * std::log(q);
  CHECK((plugin_moments(p, 4000).mean - s) * 4000 == doctest::Approx(-1).epsilon(1e-3));
  double norm = 0;
  std::size_t tables = 0;
  for_each_counts(p, 6, [&](Counts, double probability) {
    norm += probability;
    ++tables;
  });
  CHECK(norm == doctest::Approx(1).epsilon(1e-14));
  CHECK(tables == 28);
  CHECK_THROWS_AS(plugin_moments(std::vector<double>{0.5, 0.6}, 3), InputError);
  CHECK_THROWS_AS(plugin_moments(std::vector<double>{1.5, -0.5}, 3), InputError);
  CHECK_THROWS_AS(plugin_moments(p, 0), InputError);
  CHECK_THROWS_AS(enumerated_moments(std::vector<double>(20, 0.05), 30, [](Counts) { return 0.0; }), InputError);
}

}  // namespace calor::exact_counts_test
