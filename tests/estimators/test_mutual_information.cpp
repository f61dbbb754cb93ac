#include <doctest/doctest.h>

#include <cmath>

#include "num/errors.hpp"
#include "tests/estimators/draws.hpp"
#include "validation/estimators/entropy_plugin.hpp"
#include "validation/estimators/exact_counts.hpp"
#include "validation/estimators/exact_gaussian.hpp"
#include "validation/estimators/mi_gaussian.hpp"
#include "validation/estimators/mi_plugin.hpp"

namespace calor::mutual_information_test {

using namespace estimators;

namespace {

std::vector<Cell> cells(const std::vector<std::uint64_t>& table, std::size_t columns) {
  std::vector<Cell> result;
  for (std::size_t c = 0; c < table.size(); ++c) result.push_back({c / columns, c % columns, table[c]});
  return result;
}

double by_entropies(const std::vector<std::uint64_t>& table, std::size_t columns) {
  std::vector<std::uint64_t> x(table.size() / columns), y(columns);
  for (std::size_t c = 0; c < table.size(); ++c) {
    x[c / columns] += table[c];
    y[c % columns] += table[c];
  }
  return entropy_plugin(x).value + entropy_plugin(y).value - entropy_plugin(table).value;
}

double jackknife(const std::vector<double>& left_out) {
  double mean = 0, square = 0;
  const auto n = static_cast<double>(left_out.size());
  for (const double v : left_out) mean += v / n;
  for (const double v : left_out) square += (v - mean) * (v - mean);
  return std::sqrt(square * (n - 1) / n);
}

std::vector<double> without_row(const std::vector<double>& values, std::size_t row, std::size_t d) {
  std::vector<double> rest = values;
  const auto first = rest.begin() + static_cast<std::ptrdiff_t>(row * d);
  rest.erase(first, first + static_cast<std::ptrdiff_t>(d));
  return rest;
}

}  // namespace

TEST_CASE("plug-in information is H(x) + H(y) - H(x,y); its error the delete-one jackknife") {
  const std::vector<std::uint64_t> table{4, 1, 0, 2, 7, 3};
  const Result result = mi_plugin(cells(table, 3));
  CHECK(result.value == doctest::Approx(by_entropies(table, 3)).epsilon(1e-13));
  CHECK(result.samples == 17);
  std::vector<double> left_out;
  for (std::size_t c = 0; c < table.size(); ++c) {
    for (std::uint64_t s = 0; s < table[c]; ++s) {
      auto rest = table;
      --rest[c];
      left_out.push_back(by_entropies(rest, 3));
    }
  }
  CHECK(result.standard_error == doctest::Approx(jackknife(left_out)).epsilon(1e-11));
  const std::vector<Cell> in_parts{{0, 0, 1}, {1, 1, 2}, {0, 0, 2}, {1, 1, 1}, {0, 1, 0}};
  CHECK(mi_plugin(in_parts).value == doctest::Approx(std::log(2.0)).epsilon(1e-14));
  CHECK(mi_plugin(cells({6, 3, 4, 2}, 2)).value < 1e-15);  // independent
  CHECK_THROWS_AS(mi_plugin({}), InputError);
}

TEST_CASE("plug-in information: exact expectation by margins, by enumeration and by Monte Carlo") {
  const std::vector<double> joint{0.3, 0.1, 0.05, 0.05, 0.2, 0.3};
  const double exact = expected_mi_plugin(joint, 3, 12);
  const Moments enumerated = enumerated_moments(joint, 12, [](Counts t) {
    return mi_plugin(cells({t.begin(), t.end()}, 3)).value;
  });
  CHECK(std::abs(enumerated.mean - exact) < 1e-12);
  test::Draws draws(4);
  const auto mc = test::replicate(20000, [&] { return mi_plugin(cells(draws.counts(joint, 12), 3)).value; });
  CHECK(mc.from(exact) < 4);
  CHECK(std::abs(mc.deviation * mc.deviation / enumerated.variance - 1) < 0.06);
  CHECK_THROWS_AS(expected_mi_plugin(joint, 4, 12), InputError);
}

TEST_CASE(
    "Gaussian information: -ln(1 - r^2)/2 in one dimension, invariance under linear maps, jackknife by definition") {
  test::Draws draws(6);
  std::vector<double> x, y;
  draws.pairs(40, 2, 0.7, x, y);
  double sx = 0, sy = 0, xx = 0, yy = 0, xy = 0;
  std::vector<double> x0, y0;
  for (std::size_t i = 0; i < 40; ++i) {
    x0.push_back(x[2 * i]);
    y0.push_back(y[2 * i]);
    sx += x0[i] / 40;
    sy += y0[i] / 40;
  }
  for (std::size_t i = 0; i < 40; ++i) {
    xx += (x0[i] - sx) * (x0[i] - sx);
    yy += (y0[i] - sy) * (y0[i] - sy);
    xy += (x0[i] - sx) * (y0[i] - sy);
  }
  CHECK(mi_gaussian({x0, 1}, {y0, 1}).value == doctest::Approx(-0.5 * std::log1p(-xy * xy / (xx * yy))).epsilon(1e-12));

  const Result both = mi_gaussian({x, 2}, {y, 2});
  std::vector<double> left_out, mapped;
  for (std::size_t i = 0; i < 40; ++i) {
    const auto rest_x = without_row(x, i, 2), rest_y = without_row(y, i, 2);
    left_out.push_back(mi_gaussian({rest_x, 2}, {rest_y, 2}).value);
    mapped.push_back(1e6 + 3 * x[2 * i] - x[2 * i + 1]);
    mapped.push_back(0.01 * x[2 * i + 1]);
  }
  CHECK(both.standard_error == doctest::Approx(jackknife(left_out)).epsilon(1e-9));
  CHECK(mi_gaussian({mapped, 2}, {y, 2}).value == doctest::Approx(both.value).epsilon(1e-8));
}

TEST_CASE("Gaussian information: exact bias, and error bars of the right size") {
  test::Draws draws(9);
  std::vector<double> x, y;
  double bars = 0;
  const auto mc = test::replicate(4000, [&] {
    draws.pairs(30, 2, 0.5, x, y);
    const Result r = mi_gaussian({x, 2}, {y, 2});
    bars += r.standard_error / 4000;
    return r.value;
  });
  CHECK(mc.from(-std::log(0.75) + bias_mi_gaussian(2, 2, 30)) < 4);
  CHECK(mc.from(-std::log(0.75)) > 10);
  CHECK(std::abs(bars / mc.deviation - 1) < 0.25);
  CHECK(bias_mi_gaussian(1, 2, 100000) == doctest::Approx(2 / (2 * 1e5)).epsilon(1e-3));
}

TEST_CASE("Gaussian information refuses singular covariances") {
  const std::vector<double> x{1, 2, 3, 4, 5.5}, y{2, 4, 6, 8, 11}, c{3, 3, 3, 3, 3};
  CHECK_THROWS_WITH_AS(mi_gaussian({x, 1}, {y, 1}), doctest::Contains("x and y together"), InputError);
  CHECK_THROWS_WITH_AS(mi_gaussian({x, 1}, {c, 1}), doctest::Contains("constant"), InputError);
  CHECK_THROWS_WITH_AS(mi_gaussian({std::vector<double>{1, 2, 3}, 1}, {std::vector<double>{1, 2, 4}, 1}),
                       doctest::Contains("at least 4"), InputError);
}

}  // namespace calor::mutual_information_test
