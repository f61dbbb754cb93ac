#include <doctest/doctest.h>

#include "proven/ball.hpp"
#include "run/support.hpp"

namespace calor::ball_test {

using num::Rational;
using proven::Ball;
using proven::Precision;
using run::test::Dice;

TEST_SUITE("proven/ball") {
  TEST_CASE("arithmetic contains the exact rational result") {
    const Precision bits(53);
    Dice dice(61);
    for (int i = 0; i < 300; ++i) {
      const Rational a(1 + dice.below(1000), 1 + dice.below(1000)), b(1 + dice.below(1000), 1 + dice.below(1000));
      const Ball x(a), y(b);
      CHECK((x + y).contains(Rational(a + b)));
      CHECK((x - y).contains(Rational(a - b)));
      CHECK((x * y).contains(Rational(a * b)));
      CHECK((x / y).contains(Rational(a / b)));
      CHECK(pow(x, 3).contains(Rational(a * a * a)));
      CHECK(pow(x, -2).contains(Rational(1 / (a * a))));
      CHECK((x < y) == (a < b));
    }
  }

  TEST_CASE("between_zero_and holds both ends and what is between") {
    const Precision bits(64);
    const Rational third(1, 3);
    const Ball all = calor::proven::between_zero_and(Ball(third));
    for (const Rational& q : {Rational(0), Rational(1, 7), third}) CHECK(all.contains(q));
  }

  TEST_CASE("-x ln x of a ball that reaches below zero holds the values of all its non-negative members") {
    const Precision bits(64);
    Dice dice(62);
    for (int i = 0; i < 100; ++i) {
      const double middle = dice.log_uniform(1e-30, 1), radius = middle * dice.log_uniform(0.01, 100);
      const Ball wide = calor::proven::minus_x_ln_x(Ball(middle).widened(Ball(radius)));
      for (const double share : {0.0, 0.3, 0.9}) {
        const double member = middle + radius * (2 * share - 1);
        if (member < 0) continue;
        const Ball exact = calor::proven::minus_x_ln_x(Ball(member));
        CHECK(arb_overlaps(wide.get(), exact.get()) != 0);
        CHECK(!(exact > wide));
        CHECK(!(exact < wide));
      }
      if (middle <= radius) CHECK(wide.contains(Rational(0)));
    }
  }

  TEST_CASE("comparisons hold for all members") {
    const Precision bits(64);
    const Ball wide = Ball(1).widened(Ball(2));
    CHECK(!(wide > Ball(0)));
    CHECK(!(wide <= Ball(0)));
    CHECK(wide > Ball(-2));
    CHECK(wide.contains_zero());
  }
}

}  // namespace calor::ball_test
