// langevin in balls, and what it is made of: each bound against another route to the number that it bounds.

#include <doctest/doctest.h>

#include <complex>

#include "ledger/catalogue.hpp"
#include "proven/hermite.hpp"
#include "proven/langevin.hpp"
#include "proven/series.hpp"
#include "run/support.hpp"

namespace calor::relaxation_test {

using num::Mp100;
using num::Rational;
using namespace proven;
using run::test::Dice;
using run::test::text;

namespace {

/// sum step f(node) for f = (x - a)² e^{-(x - a)²}.
Ball sum_of(const Trapezoid& rule, const Ball& a) {
  Ball sum(0);
  for (long k = 0; k < rule.size(); ++k) {
    const Ball x = rule.node(k) - a;
    sum += x * x * exp(-(x * x));
  }
  return sum * Ball(rule.step);
}

std::string langevin_text(Dice& dice, int size) {
  std::string out = "[model]\n";
  double reach = 1;
  if (dice.below(2) == 0) {
    out += "kind = \"bernoulli\"\n[data]\ntarget = [0.375, 0.625]\n";
  } else {
    out +=
        "kind = \"ising\"\nspins = 2\nedges = [[0, 1]]\nfields = false\n[data]\ntarget = [0.25, 0.125, 0.125, 0.5]\n";
    reach = 0.6;
  }
  const double stddev = reach * dice.uniform(0.3, 0.6);
  out += "size = " + std::to_string(size) +
         "\n[learner]\nkind = \"langevin\"\nmobility = " + text(dice.log_uniform(0.5, 2)) +
         "\ntemperature = " + text(dice.log_uniform(0.15, 0.6)) +
         "\nweight_decay = " + text(dice.log_uniform(0.2, 0.5)) + "\ninitial = { mean = [" +
         text(reach * dice.uniform(-0.5, 0.5)) + "], stddev = [" + text(stddev) + "] }\n";
  return out + "[time]\npoints = [0, " + text(dice.log_uniform(0.05, 3)) + "]\n";
}

/// Every ball holds the number of the ordinary arithmetic with many digits; returns the largest radius of m_info.
double compare(const std::string& toml, int digits, int level) {
  const auto e = run::test::parse_one(toml);
  REQUIRE(why_not_relaxation(e) == "");
  run::Options options;
  options.digits = 18;
  options.quantities = {"m_info",       "l_info",     "r_info",    "info_x_theta",       "entropy_theta",
                        "entropy_x",    "heat_theta", "ep_theta",  "ep_theta_naive",     "heat_x",
                        "ep_x_naive",   "loss_train", "loss_test", "fisher_dissipation", "entropy_theta_given_b",
                        "reservoir_gap"};
  const auto truth = run::test::numbers(run::compute(e, options));
  const auto rows = langevin_book(e, e.time.points, digits, level, 0);
  for (std::size_t j = 0; j < rows.size(); ++j)
    for (const auto& [name, exact] : truth[j]) {
      const Ball& ball = rows[j].at(name);
      REQUIRE_MESSAGE(ball.finite(), toml, name);
      const Mp100 gap = abs(Mp100(Mp100(ball.middle()) - exact.value));
      CHECK_MESSAGE(gap <= Mp100(ball.radius()) + exact.error, toml, name, " is off by ", gap.str(3), ", bound ",
                    Mp100(ball.radius()).str(3));
    }
  return num::to_double(Mp100(rows.back().at("m_info").radius()));
}

}  // namespace

TEST_SUITE("proven/relaxation") {
  TEST_CASE("the trapezoidal rule errs by less than its bound, which is not much larger") {
    const Precision bits(200);
    Dice dice(71);
    for (int i = 0; i < 40; ++i) {
      const double a = dice.uniform(0, 1), strip = dice.uniform(0.5, 2);
      // |x - a + iy|² <= 2 e^{2|x|} (1 + a² + y²), and the Gaussian with its square completed
      const Ball scale = log(Ball(2) * (1 + Ball(a) * Ball(a) + Ball(strip) * Ball(strip)));
      const Envelope line{scale, Ball(2) + 2 * Ball(a), Ball(1)},
          raised{scale + Ball(strip) * Ball(strip), line.slope, Ball(1)};
      const Bound bound{raised, line};
      auto rule = trapezoid_for(bound, strip, 20);
      const Ball exact = sqrt(num::pi<Ball>()) / 2;
      const Ball fine = abs(sum_of(rule, Ball(a)) - exact);
      CHECK(fine <= trapezoid_error(rule, bound, strip));
      CHECK(trapezoid_error(rule, bound, strip) < Ball(1e-7));
      rule.step *= 4;  // coarse enough to be seen
      rule.half /= 4;
      CHECK(abs(sum_of(rule, Ball(a)) - exact) <= trapezoid_error(rule, bound, strip));
      rule.step /= 4;  // cut off too early
      CHECK(abs(sum_of(rule, Ball(a)) - exact) <= trapezoid_error(rule, bound, strip));
    }
  }

  TEST_CASE("Hermite functions are orthonormal, agree with their series and stay below their bound") {
    const Precision bits(300);
    constexpr int n = 24;
    const double strip = 1.5;
    const Bound bound = hermite_bound(n, strip);
    const auto rule = trapezoid_for(bound * bound, strip, 60);
    const auto values = hermite_values(n, rule);
    const auto gram = values.transposed() * values;
    const Ball error = trapezoid_error(rule, bound * bound, strip);
    CHECK(error < Ball(1e-20));
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j)
        CHECK((gram.at(i, j) * Ball(rule.step)).widened(error).contains(Rational(i == j ? 1 : 0)));
    Dice dice(72);
    for (int i = 0; i < 200; ++i) {
      const std::complex<double> z(dice.uniform(-8, 8), dice.uniform(-strip, strip));
      std::complex<double> before = 0, now = std::pow(M_PI, -0.25) * std::exp(-z * z / 2.0);
      const auto below = [&](const Envelope& e) {
        return num::to_double(Ball(e.log_scale - e.decay * Ball(z.real()) * Ball(z.real())));
      };
      for (int j = 0; j < n; ++j) {
        CHECK(std::log(std::abs(now)) <= below(bound.strip) + 1e-9);
        const auto next = std::sqrt(2.0 / (j + 1)) * z * now - std::sqrt(j / (j + 1.0)) * before;
        before = now;
        now = next;
      }
    }
    const auto series = hermite_series(n, rule.node(rule.half + 3) - Ball(0.25));
    for (int j = 0; j < n; ++j) {
      Ball sum(0);
      for (int k = n; k-- > 0;) sum = sum * Ball(0.25) + series.at(j, k);
      const Ball x = rule.node(rule.half + 3);
      CHECK(arb_overlaps((sum * exp(-(x * x) / 2)).get(), values.at(rule.half + 3, j).get()) != 0);
    }
  }

  TEST_CASE("power series") {
    const Precision bits(200);
    const Series a = exponential(Ball(3), 12), b = exponential(Ball(-3), 12);
    const Series product = a * b, logarithm = log(a);
    for (long k = 0; k < 12; ++k) {
      CHECK(product.at(k).contains(Rational(k == 0 ? 1 : 0)));
      CHECK(logarithm.at(k).contains(Rational(k == 1 ? 3 : 0)));
      CHECK(arb_overlaps(exp(logarithm).at(k).get(), a.at(k).get()) != 0);
    }
    const Ball r(0.5), exact = (exp(3 * r) - exp(-3 * r)) / 3;
    CHECK(abs(a.integral(r) - exact) < Ball(1e-6));
    CHECK(abs(a.size(r, 0) - exp(3 * r)) < Ball(1e-6));
  }

  TEST_CASE("every quantity of a learning coin lies in its ball") {
    Dice dice(73);
    const double radius = compare(langevin_text(dice, 1), 3, 0);
    CHECK(radius < 1e-5);
  }

  TEST_CASE("starts in the tails of the stationary density are left to other ways") {
    auto e = run::test::parse_one(
        "[model]\nkind = \"bernoulli\"\n[data]\nsize = 1\ntarget = [0.5, 0.5]\n[learner]\nkind = "
        "\"langevin\"\nmobility "
        "= 1\ntemperature = 0.01\nweight_decay = 0.1\ninitial = { mean = [0], stddev = [0.5] }\n[time]\npoints = "
        "[1]\n");
    CHECK(why_not_relaxation(e) != "");
    e.learner.temperature.values.front() = 1;
    CHECK(why_not_relaxation(e) == "");
    e.learner.weight_decay = 0;
    CHECK(why_not_relaxation(e) != "");
  }
}

TEST_SUITE("long: proven/relaxation") {
  TEST_CASE("random experiments lie in their balls") {
    Dice dice(74);
    for (int i = 0; i < 12; ++i) CHECK(compare(langevin_text(dice, 1 + dice.below(3)), 8, 1) < 1e-8);
  }
}

}  // namespace calor::relaxation_test
