#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "num/errors.hpp"
#include "tests/estimators/draws.hpp"
#include "validation/estimators/contrastive.hpp"
#include "validation/estimators/exact_contrastive.hpp"
#include "validation/estimators/exact_log_mean.hpp"
#include "validation/estimators/nested_monte_carlo.hpp"

namespace calor::likelihood_bounds_test {

using namespace estimators;

namespace {

const std::vector<double> prior{0.5, 0.3, 0.2};
const std::vector<double> likelihood{0.8, 0.2, 0.35, 0.65, 0.1, 0.9};  // p(a|c), two letters a
const Channel channel{prior, likelihood};

double log_p(std::size_t a, std::size_t c) { return std::log(likelihood[2 * c + a]); }

struct Pair {
  std::size_t a, c;
};

std::vector<double> table(const std::vector<Pair>& pairs) {
  std::vector<double> t;
  for (const Pair& row : pairs) {
    for (const Pair& column : pairs) t.push_back(log_p(row.a, column.c));
  }
  return t;
}

std::vector<Pair> draw(test::Draws& draws, std::size_t n) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t c = draws.letter(prior);
    pairs.push_back({draws.letter(std::span(likelihood).subspan(2 * c, 2)), c});
  }
  return pairs;
}

using Bound = Result (*)(LogLikelihoods);

/// Σ over all pairs of pairs of their probability times the estimator.
double enumerated(Bound bound) {
  double sum = 0;
  for (std::size_t e = 0; e < 36; ++e) {
    const Pair first{e % 2, e / 2 % 3}, second{e / 6 % 2, e / 12};
    const double p =
        prior[first.c] * likelihood[2 * first.c + first.a] * prior[second.c] * likelihood[2 * second.c + second.a];
    sum += p * bound({table({first, second}), 2}).value;
  }
  return sum;
}

}  // namespace

TEST_CASE("leave-one-out and InfoNCE, K = 2: the exact expectation is the estimator summed over every outcome") {
  CHECK(std::abs(expected_leave_one_out(channel, 2) - enumerated(leave_one_out_upper)) < 1e-14);
  CHECK(std::abs(expected_info_nce(channel, 2) - enumerated(info_nce_lower)) < 1e-14);
}

TEST_CASE("leave-one-out and InfoNCE: Monte-Carlo means agree with the exact expectations; the bounds hold and close") {
  const double information = exact_information(channel);
  double upper = std::numeric_limits<double>::infinity(), lower = 0;
  for (const std::size_t k : {2, 5, 12}) {
    test::Draws draws(k);
    const double over = expected_leave_one_out(channel, k), under = expected_info_nce(channel, k);
    const auto mc_over = test::replicate(6000, [&] { return leave_one_out_upper({table(draw(draws, k)), k}).value; });
    const auto mc_under = test::replicate(6000, [&] { return info_nce_lower({table(draw(draws, k)), k}).value; });
    CHECK(mc_over.from(over) < 4);
    CHECK(mc_under.from(under) < 4);
    CHECK(over > information);
    CHECK(under < information);
    CHECK(over < upper);
    CHECK(under > lower);
    upper = over;
    lower = under;
  }
}

TEST_CASE("bounds: the error is the jackknife over pairs by definition, dominated rows included") {
  test::Draws draws(14);
  std::vector<Pair> pairs = draw(draws, 9);
  std::vector<double> t = table(pairs);
  t[3 * 9 + 5] = 40;  // one column rules a row
  const auto check = [&](Bound bound) {
    std::vector<double> left_out;
    double mean = 0, square = 0;
    for (std::size_t s = 0; s < 9; ++s) {
      std::vector<double> rest;
      for (std::size_t e = 0; e < 81; ++e) {
        if (e / 9 != s && e % 9 != s) rest.push_back(t[e]);
      }
      left_out.push_back(bound({rest, 8}).value);
      mean += left_out.back() / 9;
    }
    for (const double v : left_out) square += (v - mean) * (v - mean);
    CHECK(bound({t, 9}).standard_error == doctest::Approx(std::sqrt(square * 8 / 9)).epsilon(1e-10));
  };
  check(leave_one_out_upper);
  check(info_nce_lower);
}

TEST_CASE("nested Monte Carlo: exact expectation, 1/M bias, and L-info with two nested averages") {
  for (const std::size_t inner : {1, 4, 16}) {
    test::Draws draws(100 + inner);
    const auto mc = test::replicate(300, [&] {
      std::vector<double> over, under;
      for (const Pair& p : draw(draws, 40)) {
        over.push_back(log_p(p.a, p.c));
        for (std::size_t m = 0; m < inner; ++m) under.push_back(log_p(p.a, draws.letter(prior)));
      }
      return nested_monte_carlo({over, 1}, {under, inner}).value;
    });
    CHECK(mc.from(expected_nested_monte_carlo(channel, inner)) < 4);
  }
  CHECK(expected_nested_monte_carlo(channel, 4) == doctest::Approx(expected_leave_one_out(channel, 5)).epsilon(1e-13));
  double predicted = 0;  // Σ_a p(a) Var[p(a|c)]/(2 p(a)²)
  for (std::size_t a = 0; a < 2; ++a) {
    double first = 0, second = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      first += prior[c] * likelihood[2 * c + a];
      second += prior[c] * std::pow(likelihood[2 * c + a], 2);
    }
    predicted += (second - first * first) / (2 * first);
  }
  const double bias = expected_nested_monte_carlo(channel, 100) - exact_information(channel);
  CHECK(bias * 100 == doctest::Approx(predicted).epsilon(0.03));

  const std::vector<double> above{std::log(0.2), std::log(0.4)}, below{std::log(0.1), std::log(0.2), std::log(0.3)};
  const Result one = nested_monte_carlo({above, 2}, {below, 3});
  CHECK(one.value == doctest::Approx(std::log(0.3 / 0.2)).epsilon(1e-14));
  CHECK(std::isnan(one.standard_error));
}

TEST_CASE("likelihood tables: impossible outcomes and refusals") {
  const double none = -std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(leave_one_out_upper({std::vector<double>{0, none, none, 0}, 2}).value == -none);
  CHECK(info_nce_lower({std::vector<double>{0, none, none, 0}, 2}).value ==
        doctest::Approx(std::log(2.0)).epsilon(1e-15));
  CHECK_THROWS_AS(info_nce_lower({std::vector<double>{none, 0, 0, 0}, 2}), InputError);
  CHECK_THROWS_AS(info_nce_lower({std::vector<double>{nan, 0, 0, 0}, 2}), InputError);
  CHECK_THROWS_AS(info_nce_lower({std::vector<double>{1}, 1}), InputError);
  CHECK_THROWS_AS(leave_one_out_upper({std::vector<double>{1, 2, 3}, 2}), InputError);
  CHECK_THROWS_AS(nested_monte_carlo({std::vector<double>{1, 2}, 1}, {std::vector<double>{1}, 1}), InputError);
  CHECK_THROWS_AS(exact_information({std::vector<double>{1}, std::vector<double>{0.5, 0.4}}), InputError);
  CHECK_THROWS_AS(expected_info_nce(channel, 1), InputError);
}

TEST_CASE(
    "exact expectation of a logarithm of a mean: against sums over all draws, closed forms, and no draws at all") {
  const std::vector<double> value{0.02, 0.3, 1.7, 40}, weight{0.1, 0.4, 0.3, 0.2};
  for (const double own : {0.0, 0.7}) {
    double one = 0, three = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      one += weight[i] * std::log(own + value[i]);
      for (std::size_t j = 0; j < 4; ++j)
        for (std::size_t k = 0; k < 4; ++k)
          three += weight[i] * weight[j] * weight[k] * std::log(own + value[i] + value[j] + value[k]);
    }
    CHECK(std::abs(expected_log_sum(value, weight, 1, own) - one) < 1e-12);
    CHECK(std::abs(expected_log_sum(value, weight, 3, own) - three) < 1e-12);
  }
  CHECK(std::abs(expected_log_sum(std::vector{5.0}, std::vector{1.0}, 7) - std::log(35.0)) < 1e-12);
  CHECK(std::abs(expected_log_sum(std::vector{1e-150, 1.0}, std::vector{0.5, 0.5}, 1) + 75 * std::log(10.0)) < 1e-9);
  CHECK(std::isinf(expected_log_sum(std::vector{0.0, 1.0}, std::vector{0.5, 0.5}, 5)));
  CHECK(std::abs(expected_log_sum(std::vector{0.0, 1.0}, std::vector{0.5, 0.5}, 1, 1) - std::log(2.0) / 2) < 1e-12);
  CHECK_THROWS_AS(expected_log_sum(std::vector{1.0}, std::vector{0.5}, 1), InputError);
  CHECK_THROWS_AS(expected_log_sum(std::vector{-1.0}, std::vector{1.0}, 1), InputError);
  // many inner samples: variance over twice their number
  const double large = expected_log_sum(value, weight, 100000) - std::log(1e5);
  double mean = 0, square = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    mean += weight[i] * value[i];
    square += weight[i] * value[i] * value[i];
  }
  CHECK(std::abs(large - (std::log(mean) - (square / (mean * mean) - 1) / 2e5)) < 1e-8);
}

}  // namespace calor::likelihood_bounds_test
