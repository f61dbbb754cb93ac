#include <doctest/doctest.h>

#include <boost/math/special_functions/erf.hpp>
#include <cmath>

#include "num/real.hpp"
#include "validation/simulator/stream.hpp"

namespace calor::random_test {

using namespace simulator;

// kat_vectors of Random123 1.14.
TEST_CASE("Philox4x32-10 gives the published answers") {
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint32_t all = 0xffffffff;
  CHECK(philox({all, all, all, all}, {all, all}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("portable exp and log agree with 100 digits to 3 units of round-off") {
  const double unit = std::ldexp(1.0, -53);
  Stream random({5, 6}, 0, Channel::estimator);
  double worst_exp = 0, worst_log = 0;
  for (int i = 0; i < 4000; ++i) {
    const double x = 1400 * random.uniform() - 700;
    const num::Mp100 e = exp(num::Mp100(x));
    worst_exp = std::max(worst_exp, std::abs(static_cast<double>((exponential(x) - e) / e)));
    const double y = i % 2 ? exponential(x) : 1 + (random.uniform() - 0.5) / 4;
    const num::Mp100 l = log(num::Mp100(y));
    worst_log = std::max(worst_log, std::abs(static_cast<double>((logarithm(y) - l) / l)));
  }
  MESSAGE("exp ", worst_exp / unit, " log ", worst_log / unit);
  CHECK(worst_exp < 3 * unit);
  CHECK(worst_log < 3 * unit);
  CHECK(exponential(0) == 1);
  CHECK(exponential(-800) == 0);
  CHECK(std::isinf(exponential(800)));
  CHECK(logarithm(1) == 0);
  CHECK(std::abs(logarithm(0x1p-1070) + 1070 * std::log(2.0)) < 1e-12);
}

TEST_CASE("portable e^x - 1 agrees with 100 digits to 5 units of round-off, small and large") {
  const double unit = std::ldexp(1.0, -53);
  Stream random({7, 8}, 0, Channel::estimator);
  double worst = 0;
  for (int i = 0; i < 12000; ++i) {
    const double size = exponential(46 * random.uniform() - 40), x = random.uniform() < 0.5 ? -size : size;  // to 403
    const num::Mp100 e = expm1(num::Mp100(x));
    worst = std::max(worst, std::abs(static_cast<double>((exponential_minus_one(x) - e) / e)));
  }
  for (double x = -2; x < 2; x += 0.00037) {
    const num::Mp100 e = expm1(num::Mp100(x));
    worst = std::max(worst, std::abs(static_cast<double>((exponential_minus_one(x) - e) / e)));
  }
  MESSAGE("expm1 ", worst / unit);
  CHECK(worst < 5 * unit);
  CHECK(exponential_minus_one(0) == 0);
  CHECK(exponential_minus_one(-1000) == -1);
  CHECK(std::isinf(exponential_minus_one(1000)));
  CHECK(std::isnan(exponential_minus_one(std::nan(""))));
}

TEST_CASE("normal deviates invert the tail of the error function") {
  double worst = 0;
  for (double e = 0.5; e < 65; e += 0.37) {
    const double p = std::exp2(-e) * 0.999;
    const double x = normal_from_tail(p);
    const double back = boost::math::erfc(x / std::sqrt(2.0)) / 2;
    worst = std::max(worst, std::abs(back / p - 1) / (1 + x * x));  // condition number of the tail
  }
  CHECK(worst < 1e-15);
  CHECK(normal_from_tail(0.5) == 0);
}

TEST_CASE("numbers by address: moments of the draws, and no dependence on order") {
  double sum = 0, square = 0, fourth = 0;
  const int n = 200000;
  for (int r = 0; r < n / 10; ++r) {
    Stream random({1, 2}, static_cast<std::uint64_t>(r), Channel::theta);
    for (int i = 0; i < 10; ++i) {
      const double x = random.normal();
      sum += x;
      square += x * x;
      fourth += x * x * x * x;
    }
  }
  CHECK(std::abs(sum / n) < 4 / std::sqrt(n));
  CHECK(std::abs(square / n - 1) < 4 * std::sqrt(2.0 / n));
  CHECK(std::abs(fourth / n - 3) < 4 * std::sqrt(96.0 / n));
  Stream a({1, 2}, 7, Channel::x), b({1, 2}, 7, Channel::x);
  a.word();
  b.word();
  CHECK(a.word() == b.word());
  CHECK(Stream({1, 2}, 8, Channel::x).word() != Stream({1, 2}, 7, Channel::x).word());
}

}  // namespace calor::random_test
