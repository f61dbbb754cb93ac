// Moments of heat and work of gaussian-mean with ou: against Riccati equations, and the limits of its three dynamics.

#include <doctest/doctest.h>

#include <cmath>

#include "analytic/gaussian_fluctuations.hpp"

namespace calor::analytic::fluctuations_test {

namespace {

GaussianLearner<double> learner() {
  return {1.2, 1, 0.3, 0.2, {{DataMoments<double>::sampled(4, 0.5, 0.64), 0.1, 0.36}}};
}

}  // namespace

// The values: cumulants from the generating function, which is exp(a + z S z/2) with a Riccati equation for S, by
// Cauchy's formula on a circle of zeta (tests/analytic/fluctuations.py).
TEST_CASE("ou: variance and skewness of heat and work agree with Riccati equations") {
  const auto q = ou_fluctuations<double>(learner(), 2, 0.7);
  CHECK(value_of(q, "heat_x_variance") == doctest::Approx(1.1225746234091).epsilon(1e-11));
  CHECK(value_of(q, "heat_x_skewness") == doctest::Approx(-0.1893482802478).epsilon(1e-10));
  CHECK(value_of(q, "work_x_variance") == doctest::Approx(0.2753136302219).epsilon(1e-11));
  CHECK(value_of(q, "work_x_skewness") == doctest::Approx(0.6457716949570).epsilon(1e-10));
}

TEST_CASE("double agrees with a hundred digits") {
  GaussianLearner<num::Mp100> fine{num::Mp100("1.2"), 1, num::Mp100("0.3"), num::Mp100("0.2"), {}};
  fine.coordinates.push_back({DataMoments<num::Mp100>::sampled(4, num::Mp100("0.5"), num::Mp100("0.64")),
                              num::Mp100("0.1"), num::Mp100("0.36")});
  const auto a = ou_fluctuations<double>(learner(), 2, 0.7);
  const auto b = ou_fluctuations<num::Mp100>(fine, num::Mp100(2), num::Mp100("0.7"));
  REQUIRE(a.size() == 4);
  REQUIRE(b.size() == 4);
  for (std::size_t k = 0; k < 4; ++k) CHECK(a[k].second == doctest::Approx(num::to_double(b[k].second)).epsilon(1e-11));
}

TEST_CASE("turns tend to continuous time, fast samplers to the equilibrium sampler") {
  const auto limit = ou_fluctuations<double>(learner(), 2, 0.7);
  const auto turns = lagged_fluctuations<double>(learner(), 2, 0.7 / 1024, 1024);
  for (std::size_t k = 0; k < 4; ++k) CHECK(std::fabs(turns[k].second - limit[k].second) < 3e-3);
  const auto still = equilibrium_fluctuations<double>(learner(), 0.7);
  const auto fast = ou_fluctuations<double>(learner(), 1e6, 0.7);
  const auto redrawn = lagged_fluctuations<double>(learner(), num::infinity<double>(), 0.7 / 4096, 4096);
  for (const char* name : {"heat_x_variance", "work_x_variance"}) {
    CHECK(value_of(fast, name) == doctest::Approx(value_of(still, name)).epsilon(1e-5));
    CHECK(value_of(redrawn, name) == doctest::Approx(value_of(still, name)).epsilon(1e-3));
  }
}

}  // namespace calor::analytic::fluctuations_test
