#include <doctest/doctest.h>

#include <algorithm>
#include <boost/math/special_functions/digamma.hpp>
#include <cmath>
#include <numbers>

#include "num/errors.hpp"
#include "tests/estimators/draws.hpp"
#include "validation/estimators/entropy_kl.hpp"
#include "validation/estimators/kd_tree.hpp"
#include "validation/estimators/mi_ksg1.hpp"
#include "validation/estimators/mi_ksg2.hpp"

namespace calor::nearest_neighbour_estimators_test {

using namespace estimators;
using boost::math::digamma;

namespace {

double gap(Points p, std::size_t i, std::size_t j) { return distance(p.row(i), p.row(j), p.dimension, Norm::max); }

/// Both KSG formulas as the paper states them, by loops over pairs.
double ksg_by_pairs(Points x, Points y, std::size_t k, int which) {
  const std::size_t n = x.size();
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<std::pair<double, std::size_t>> all;
    for (std::size_t j = 0; j < n; ++j) {
      if (j != i) all.emplace_back(std::max(gap(x, i, j), gap(y, i, j)), j);
    }
    std::sort(all.begin(), all.end());
    double side_x = 0, side_y = 0;
    for (std::size_t m = 0; m < all.size() && all[m].first <= all[k - 1].first; ++m) {
      side_x = std::max(side_x, gap(x, i, all[m].second));
      side_y = std::max(side_y, gap(y, i, all[m].second));
    }
    double nx = 0, ny = 0;
    for (std::size_t j = 0; j < n; ++j) {
      if (j == i) continue;
      if (which == 1) {
        nx += gap(x, i, j) < all[k - 1].first;
        ny += gap(y, i, j) < all[k - 1].first;
      } else {
        nx += gap(x, i, j) <= side_x;
        ny += gap(y, i, j) <= side_y;
      }
    }
    sum += which == 1 ? digamma(nx + 1) + digamma(ny + 1) : digamma(nx) + digamma(ny);
  }
  const auto kd = static_cast<double>(k), nd = static_cast<double>(n);
  return digamma(kd) - (which == 2 ? 1 / kd : 0) + digamma(nd) - sum / nd;
}

}  // namespace

TEST_CASE("KSG 1 and 2 are their formulas, evaluated by loops over pairs") {
  for (const std::size_t dx : {1, 2}) {
    for (const std::size_t dy : {1, 3}) {
      test::Draws draws(dx * 10 + dy);
      std::vector<double> x, y;
      for (std::size_t i = 0; i < 200; ++i) {
        for (std::size_t c = 0; c < dx; ++c) x.push_back(draws.gaussian());
        for (std::size_t c = 0; c < dy; ++c) y.push_back(0.8 * x[i * dx] + draws.gaussian());
      }
      for (const int k : {1, 3, 8}) {
        const auto neighbours = static_cast<std::size_t>(k);
        CHECK(std::abs(mi_ksg1({x, dx}, {y, dy}, k).value - ksg_by_pairs({x, dx}, {y, dy}, neighbours, 1)) < 1e-12);
        CHECK(std::abs(mi_ksg2({x, dx}, {y, dy}, k).value - ksg_by_pairs({x, dx}, {y, dy}, neighbours, 2)) < 1e-12);
      }
    }
  }
}

TEST_CASE("KSG: rounded samples (ties on the boundary) follow the stated counting") {
  test::Draws draws(8);
  std::vector<double> x, y;
  for (int i = 0; i < 150; ++i) {
    x.push_back(std::round(10 * draws.gaussian()) / 10);
    y.push_back(std::round(1000 * (x.back() + draws.gaussian())) / 1000);
  }
  CHECK(std::abs(mi_ksg1({x, 1}, {y, 1}, 4).value - ksg_by_pairs({x, 1}, {y, 1}, 4, 1)) < 1e-12);
  CHECK(std::abs(mi_ksg2({x, 1}, {y, 1}, 4).value - ksg_by_pairs({x, 1}, {y, 1}, 4, 2)) < 1e-12);
  auto back_x = x, back_y = y;  // the order of the rows does not matter
  std::reverse(back_x.begin(), back_x.end());
  std::reverse(back_y.begin(), back_y.end());
  CHECK(std::abs(mi_ksg2({x, 1}, {y, 1}, 4).value - mi_ksg2({back_x, 1}, {back_y, 1}, 4).value) < 1e-12);
}

TEST_CASE("entropy-kl of numbers whose squares underflow") {
  test::Draws draws(9);
  std::vector<double> x, tiny;
  for (int i = 0; i < 60; ++i) {
    x.push_back(draws.gaussian());
    tiny.push_back(std::ldexp(x.back(), -660));
  }
  const double shift = 2 * 660 * std::numbers::ln2;
  CHECK(std::abs(entropy_kl({tiny, 2}, 3, Norm::euclidean).value + shift -
                 entropy_kl({x, 2}, 3, Norm::euclidean).value) < 1e-10);
}

TEST_CASE("KSG on Gaussians: the exact information within 4 standard errors, error bars of the right size") {
  test::Draws draws(21);
  std::vector<double> x, y;
  for (const double correlation : {0.0, 0.6}) {
    const double exact = -0.5 * std::log1p(-correlation * correlation);
    double bars = 0;
    const auto one = test::replicate(60, [&] {
      draws.pairs(1000, 1, correlation, x, y);
      const Result r = mi_ksg1({x, 1}, {y, 1}, 3);
      bars += r.standard_error * r.standard_error / 60;
      return r.value;
    });
    CHECK(one.from(exact) < 4);
    CHECK(std::abs(std::sqrt(bars) / one.deviation - 1) < 0.3);
    const auto two = test::replicate(60, [&] {
      draws.pairs(1000, 1, correlation, x, y);
      return mi_ksg2({x, 1}, {y, 1}, 3, 0).value;
    });
    CHECK(two.from(exact) < 4);
  }
}

TEST_CASE("Kozachenko–Leonenko on Gaussians; scaling law") {
  test::Draws draws(31);
  const double exact = 0.5 * std::log(2 * std::numbers::pi * std::numbers::e);
  double bars = 0;
  std::vector<double> x, unused;
  const auto line = test::replicate(80, [&] {
    draws.pairs(1000, 1, 0, x, unused);
    const Result r = entropy_kl({x, 1}, 3);
    bars += r.standard_error * r.standard_error / 80;
    return r.value;
  });
  CHECK(line.from(exact) < 4);
  CHECK(std::abs(std::sqrt(bars) / line.deviation - 1) < 0.3);
  std::vector<double> scaled = x;
  for (double& v : scaled) v = 8 * v - 3;
  CHECK(entropy_kl({scaled, 1}, 3).value ==
        doctest::Approx(entropy_kl({x, 1}, 3).value + std::log(8.0)).epsilon(1e-12));
}

TEST_CASE("Kozachenko–Leonenko by hand") {
  const std::vector<double> x{0, 1, 3};  // nearest neighbours at 1, 1, 2
  const double by_hand = digamma(3.0) - digamma(1.0) + std::log(2.0) + std::log(2.0) / 3;
  CHECK(entropy_kl({x, 1}, 1).value == doctest::Approx(by_hand).epsilon(1e-14));
}

TEST_CASE("Kozachenko–Leonenko in two and three dimensions: its formula by loops over pairs, in both norms") {
  test::Draws draws(41);
  const double ball[] = {std::numbers::pi, 4 * std::numbers::pi / 3}, cube[] = {4, 8};
  for (const std::size_t d : {2, 3}) {
    std::vector<double> values;
    for (std::size_t i = 0; i < 150 * d; ++i) values.push_back(draws.gaussian());
    const Points p{values, d};
    for (const Norm norm : {Norm::euclidean, Norm::max}) {
      double sum = 0;
      for (std::size_t i = 0; i < 150; ++i) {
        std::vector<double> gaps;
        for (std::size_t j = 0; j < 150; ++j) {
          double square = 0;
          for (std::size_t c = 0; c < d; ++c) square += std::pow(p.row(i)[c] - p.row(j)[c], 2);
          gaps.push_back(norm == Norm::max ? gap(p, i, j) : std::sqrt(square));
        }
        std::sort(gaps.begin(), gaps.end());  // gaps[0] is the point itself
        sum += std::log(gaps[4]);
      }
      const auto dim = static_cast<double>(d);
      const double volume = norm == Norm::max ? cube[d - 2] : ball[d - 2];
      const double expected = digamma(150.0) - digamma(4.0) + std::log(volume) + dim * sum / 150;
      CHECK(std::abs(entropy_kl(p, 4, norm).value - expected) < 1e-12);
    }
  }
}

TEST_CASE("nearest-neighbour estimators refuse what has no answer") {
  const std::vector<double> x{1, 2, 3, 4, 4, 4}, y{1, 5, 2, 7, 7, 7}, shorter{1, 2};
  CHECK_THROWS_WITH_AS(entropy_kl({x, 1}, 2), doctest::Contains("coincides with at least 2 others"), InputError);
  CHECK_THROWS_WITH_AS(mi_ksg1({x, 1}, {y, 1}, 2), doctest::Contains("sample 4"), InputError);
  CHECK_THROWS_AS(mi_ksg2({x, 1}, {y, 1}, 1), InputError);
  CHECK_NOTHROW(mi_ksg1({x, 1}, {y, 1}, 3));
  CHECK_THROWS_WITH_AS(entropy_kl({x, 1}, 6), doctest::Contains("k = 6 neighbours need at least 6 + 1 samples"),
                       InputError);
  CHECK_THROWS_AS(mi_ksg1({x, 1}, {y, 1}, 0), InputError);
  CHECK_THROWS_AS(mi_ksg1({x, 1}, {shorter, 1}, 1), InputError);
  CHECK_THROWS_AS(standardised({std::vector<double>{2, 2, 2}, 1}), InputError);
}

TEST_CASE("benchmark: KSG of 1e5 points" * doctest::test_suite("benchmark estimators")) {
  test::Draws draws(2);
  std::vector<double> x, y;
  draws.pairs(100000, 2, 0.5, x, y);
  CHECK(std::abs(mi_ksg1({x, 2}, {y, 2}, 3, 0).value + std::log1p(-0.25)) < 0.02);
}

}  // namespace calor::nearest_neighbour_estimators_test
