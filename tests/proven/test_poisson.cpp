// The two bounds against the tails summed far beyond the last term at twice the precision.

#include <doctest/doctest.h>

#include "proven/poisson.hpp"
#include "run/support.hpp"

namespace calor::poisson_test {

using proven::Ball;
using proven::Precision;
using run::test::Dice;

TEST_SUITE("proven/poisson") {
  TEST_CASE("tail and excess are above the sums, and not far above") {
    const Precision bits(200);
    Dice dice(63);
    for (int i = 0; i < 100; ++i) {
      const Ball mean(dice.log_uniform(0.01, 60));
      const auto last = static_cast<long>(2 * calor::num::to_double(mean)) + dice.below(30);
      Ball weight = exp(-mean), next, tail, excess;
      for (long k = 0; k < last + 400; ++k) {
        if (k > 0) weight *= mean / Ball(k);
        if (k == last + 1) next = weight;
        if (k > last) tail += weight, excess += weight * Ball(k - last - 1);
      }
      const Ball tail_upper = calor::proven::poisson_tail_upper(next, mean, last),
                 excess_upper = calor::proven::poisson_excess_upper(next, mean, last);
      CHECK(tail_upper >= tail);
      CHECK(excess_upper >= excess);
      CHECK(tail_upper <= 3 * tail);
      CHECK(excess_upper <= 10 * excess);
    }
  }

  TEST_CASE("the series sums to one within its tail") {
    const Precision bits(128);
    for (const double m : {0.001, 1.0, 37.5, 800.0}) {
      const auto series = calor::proven::poisson_series(Ball(m), 100);
      Ball sum;
      for (const auto& w : series.weight) sum += w;
      CHECK((sum + between_zero_and(series.tail_upper)).contains(calor::num::Rational(1)));
      CHECK(series.tail_upper < Ball(1e-29));
    }
  }
}

}  // namespace calor::poisson_test
