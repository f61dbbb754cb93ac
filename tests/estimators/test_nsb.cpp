#include <doctest/doctest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <cmath>
#include <numbers>

#include "num/errors.hpp"
#include "tests/estimators/draws.hpp"
#include "validation/estimators/entropy_nsb.hpp"
#include "validation/estimators/entropy_plugin.hpp"
#include "validation/estimators/exact_counts.hpp"
#include "validation/estimators/nsb_posterior.hpp"

namespace calor::nsb_test {

using namespace estimators;

namespace {

using Table = std::vector<std::uint64_t>;
using boost::math::digamma;
using boost::math::quadrature::gauss_kronrod;

/// β at which the prior mean entropy is ξ, by bisection in ln β.
double beta_of(double xi, double k) {
  double low = -80, high = 80;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2, beta = std::exp(middle);
    (digamma(k * beta + 1) - digamma(beta + 1) < xi ? low : high) = middle;
  }
  return std::exp(low);
}

/// ∫ dξ ρ(ξ) f(β(ξ)) over (0, ln K) in `pieces` panels: the definition in its own variable, with plain log-gammas.
template <class F>
double over_xi(const Table& counts, double k, double scale, F f, int pieces = 12) {
  const auto integrand = [&](double xi) {
    const double beta = beta_of(xi, k);
    double n = 0, log_rho = 0;
    for (const auto c : counts) {
      n += static_cast<double>(c);
      log_rho += std::lgamma(static_cast<double>(c) + beta) - std::lgamma(beta);
    }
    return std::exp(log_rho + std::lgamma(k * beta) - std::lgamma(k * beta + n) - scale) * f(beta);
  };
  double sum = 0;
  for (int i = 0; i < pieces; ++i) {
    sum += gauss_kronrod<double, 61>::integrate(integrand, std::log(k) * i / pieces, std::log(k) * (i + 1) / pieces, 6,
                                                1e-12);
  }
  return sum;
}

double mean_at(const Table& counts, double k, double beta) {
  double n = 0, sum = 0;
  for (const auto c : counts) n += static_cast<double>(c);
  for (const auto c : counts) sum -= (static_cast<double>(c) + beta) * digamma(static_cast<double>(c) + beta + 1);
  sum -= (k - static_cast<double>(counts.size())) * beta * digamma(beta + 1);
  return digamma(n + k * beta + 1) + sum / (n + k * beta);
}

}  // namespace

TEST_CASE("NSB of counts (2, 1) over two letters is 0.84967 bit") {
  CHECK(std::abs(entropy_nsb(Table{2, 1}, 2).value / std::numbers::ln2 - 0.84967) < 5e-6);
}

TEST_CASE("NSB against its definition, integrated in the prior mean entropy") {
  const auto agree = [](const Table& counts, double k, double scale, double tolerance) {
    const double norm = over_xi(counts, k, scale, [](double) { return 1.0; });
    const double first = over_xi(counts, k, scale, [&](double beta) { return mean_at(counts, k, beta); });
    CHECK(std::abs(entropy_nsb(counts, k).value - first / norm) < tolerance);
  };
  agree({2, 1}, 2, 0, 1e-10);
  agree({5}, 2, 0, 1e-10);
  agree({1, 1, 1}, 10, -8, 1e-9);
  agree({4, 2, 3, 0, 2, 4, 0, 0, 2}, 9, -30, 1e-10);
  agree({3, 2, 1, 1}, 1e6, -20, 1e-8);
  agree({40, 25, 20, 10, 5}, 12, -160, 1e-9);
}

TEST_CASE("NSB: posterior mean and standard deviation against an integral over the distribution itself, two letters") {
  // Posterior of (β, p): ξ'(β) Dirichlet(p|β) p^{n₁}(1−p)^{n₂}; moments of S(p) by quadrature in p = sin²(πv/2).
  const Table counts{7, 2};
  const auto power = [&](double beta, int m) {
    return gauss_kronrod<double, 61>::integrate(
               [&](double v) {
                 const double p = std::pow(std::sin(v), 2), q = std::pow(std::cos(v), 2);
                 const double s = -p * std::log(p) - q * std::log(q);
                 return 2 * std::pow(p, 6.5 + beta) * std::pow(q, 1.5 + beta) * std::pow(s, m);
               },
               0.0, std::numbers::pi / 2, 8, 1e-12) /
           std::exp(std::lgamma(7 + beta) + std::lgamma(2 + beta) - std::lgamma(9 + 2 * beta));
  };
  // β > 300 has a share below 1e-5 of S's spread; there p = ½ to within the Dirichlet's variance 1/(8β).
  const auto f = [&](double beta, int m) {
    return beta < 300 ? power(beta, m) : std::pow(std::numbers::ln2 - 1 / (4 * (2 * beta + 10)), m);
  };
  const double norm = over_xi(
      counts, 2, -6, [](double) { return 1.0; }, 4);
  const double first = over_xi(
                           counts, 2, -6, [&](double b) { return f(b, 1); }, 4) /
                       norm;
  const double second = over_xi(
                            counts, 2, -6, [&](double b) { return f(b, 2); }, 4) /
                        norm;
  const Result result = entropy_nsb(counts, 2);
  CHECK(std::abs(result.value - first) < 1e-5);
  CHECK(std::abs(result.standard_error - std::sqrt(second - first * first)) < 1e-4);
}

TEST_CASE("NSB posterior: variance at fixed concentration against draws from the Dirichlet distribution") {
  const Table counts{3, 1, 0, 0};
  const NsbPosterior posterior(counts, 4);  // β = 1: p is (y₁, …)/Σ y with y_i the sum of n_i + 1 exponentials
  test::Draws draws(5);
  double sum = 0, square = 0;
  constexpr int n = 200000;
  for (int r = 0; r < n; ++r) {
    double y[4] = {}, total = 0, s = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::uint64_t e = 0; e <= counts[i]; ++e) y[i] -= std::log(1 - draws.uniform());
      total += y[i];
    }
    for (const double v : y) s -= v / total * std::log(v / total);
    sum += s / n;
    square += s * s / n;
  }
  const double variance = square - sum * sum;
  CHECK(std::abs(sum - posterior.mean(1)) < 4 * std::sqrt(variance / n));
  CHECK(std::abs(variance / posterior.variance(1) - 1) < 4 * std::sqrt(2.5 / n));
}

TEST_CASE("NSB in its limits") {
  CHECK(entropy_nsb(Table{5}, 1).value == 0);
  // Many samples: the data rule, and the posterior spread is the sampling spread.
  const Table many{300'000'000, 500'000'000, 200'000'000};
  const Result sharp = entropy_nsb(many, 3);
  CHECK(std::abs(sharp.value - entropy_plugin(many).value) < 5e-9);
  CHECK(sharp.standard_error == doctest::Approx(entropy_plugin(many).standard_error).epsilon(1e-4));
  // All letters different, K huge: nothing is known but that S is large.
  const Result vague = entropy_nsb(Table(10, 1), 1e18);
  CHECK(vague.value > std::log(10.0));
  CHECK(vague.value < std::log(1e18));
  // Coincidences fix S although N < K: 400 draws from 1000 equal letters.
  test::Draws draws(3);
  const std::vector<double> equal(1000, 0.001);
  const Table counts = draws.counts(equal, 400);
  const Result known = entropy_nsb(counts, 1000);
  CHECK(std::abs(known.value - std::log(1000.0)) < 4 * known.standard_error);
  CHECK(known.standard_error < 0.2);
  CHECK(std::isfinite(entropy_nsb(counts, 1e12).value));
  // Equal counts, all letters seen, 7e9 samples: the posterior of β has no upper end.
  CHECK(std::abs(entropy_nsb(Table(3587, 2'000'000), 3587).value - std::log(3587.0)) < 1e-6);
  CHECK_THROWS_AS(entropy_nsb(Table{1, 1, 1}, 2), InputError);
  CHECK_THROWS_AS(entropy_nsb(Table{1, 1}, 2.5), InputError);
  CHECK_THROWS_AS(entropy_nsb(Table{}, 2), InputError);
}

}  // namespace calor::nsb_test
