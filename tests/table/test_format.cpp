#include <doctest/doctest.h>

#include <random>

#include "num/errors.hpp"
#include "table/format.hpp"
#include "table/number_text.hpp"

namespace calor::format_test {

using num::Mp100;
using num::Rational;
using table::text_of;

namespace {

Rational exactly(double x) { return Rational(x); }

Rational exactly(const Mp100& x) {
  // 100 digits are at most 340 bits: scaled to an integer, x loses nothing.
  int e = 0;
  const Mp100 mantissa = frexp(x, &e);
  const boost::multiprecision::mpz_int whole(Mp100(ldexp(mantissa, 400)));
  const boost::multiprecision::mpz_int two = 2;
  const long shift = e - 400;
  const auto scale = boost::multiprecision::pow(two, static_cast<unsigned>(std::labs(shift)));
  return shift < 0 ? Rational(whole, scale) : Rational(whole * scale);
}

/// |printed value - value| + error <= printed error <= 1.15 error, digit by digit in rationals.
template <num::Real R>
void check_pair(const R& value, const R& error) {
  const auto text = text_of(value, error);
  CAPTURE(text.value);
  CAPTURE(text.error);
  const Rational shown = num::parse_decimal(text.value), bound = num::parse_decimal(text.error);
  CHECK(table::is_json_number(text.value));
  CHECK(table::is_json_number(text.error));
  CHECK(abs(Rational(shown - exactly(value))) + exactly(error) <= bound);
  CHECK(bound <= exactly(error) * Rational(115, 100));
  const auto v = table::take_apart(text.value), e = table::take_apart(text.error);
  CHECK(e.digits.size() == 2);
  if (!v.digits.empty()) CHECK(v.place == e.place);
}

template <num::Real R>
R random_number(std::mt19937_64& random, int lowest, int highest) {
  std::uniform_real_distribution<double> mantissa(1, 10);
  std::uniform_int_distribution<int> exponent(lowest, highest), sign(0, 1);
  R x = R(mantissa(random)) / 3;
  using std::pow;
  x *= pow(R(10), exponent(random));
  return sign(random) ? x : R(-x);
}

}  // namespace

TEST_SUITE("table/format") {
  TEST_CASE_TEMPLATE("printed value and error enclose the true ones, 5000 random pairs", R, double, Mp100) {
    std::mt19937_64 random(20240217);
    for (int i = 0; i < 5000; ++i) {
      using std::fabs;
      check_pair<R>(random_number<R>(random, -30, 20), fabs(random_number<R>(random, -60, 10)));
    }
  }

  TEST_CASE_TEMPLATE("every carry of the rounding", R, double, Mp100) {
    for (const char* value :
         {"0.99999999999951", "9.9951", "0.0000999949", "-0.5", "99999.5", "1e22", "1.5e-9", "-9.99999999e-6"}) {
      for (const char* error :
           {"9.9e-5", "9.949e-5", "9.951e-5", "1e-4", "9.99999e-12", "1.0000001e-12", "0.95", "1", "99", "1e30"}) {
        check_pair<R>(R(num::from_rational<R>(num::parse_decimal(value))),
                      num::from_rational<R>(num::parse_decimal(error)));
      }
    }
  }

  TEST_CASE("what is printed") {
    CHECK(text_of(0.2389359632537123, 3.2e-14).value == "0.238935963253712");
    CHECK(text_of(0.2389359632537123, 3.2e-14).error == "3.3e-14");
    CHECK(text_of(-0.077446, 0.00012).value == "-0.07745");
    CHECK(text_of(-0.077446, 0.00012).error == "0.00013");
    CHECK(text_of(123456.0, 1200.0).value == "1.235e5");
    CHECK(text_of(1e-17, 1e-15).value == "0");
    CHECK(text_of(0.25, 1e-9).value == "0.2500000000");
  }

  TEST_CASE("exact and infinite numbers") {
    CHECK(text_of(0.0, 0.0).value == "0");
    CHECK(text_of(0.0, 0.0).error == "0");
    CHECK(text_of(Mp100(-0.375), Mp100(0)).value == "-0.375");
    CHECK(text_of(Mp100(-0.375), Mp100(0)).error == "0");
    const auto tenth = text_of(0.1, 0.0);  // 55 digits: too many to print
    CHECK(abs(Rational(num::parse_decimal(tenth.value) - exactly(0.1))) <= num::parse_decimal(tenth.error));
    CHECK(num::parse_decimal(tenth.error) < Rational(1, 10000000));
    CHECK(text_of(num::infinity<double>(), 0.0).value == "inf");
    CHECK(text_of(-num::infinity<Mp100>(), Mp100(0)).value == "-inf");
    CHECK(text_of(num::infinity<double>(), 0.0).error == "0");
    CHECK(text_of(0.123, num::infinity<double>()).value == "0.12");
    CHECK(text_of(0.123, num::infinity<double>()).error == "inf");
  }

  TEST_CASE("numbers below every place that is followed stay enclosed") {
    const Mp100 tiny = pow(Mp100(10), -100000);
    const auto text = text_of(tiny, tiny);
    CHECK(text.value == "0");
    CHECK(num::parse_decimal("1e-4000") * 2 <= num::parse_decimal(text.error) * 1);
    check_pair<double>(5e-324, 5e-324);
    check_pair<double>(1.7976931348623157e308, 1e290);
  }

  TEST_CASE("a number without meaning is a bug, not a table") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_AS(text_of(nan, 0.1), InternalError);
    CHECK_THROWS_AS(text_of(0.1, nan), InternalError);
    CHECK_THROWS_AS(text_of(0.1, -1e-20), InternalError);
    CHECK_THROWS_AS(text_of(num::infinity<Mp100>(), Mp100(nan)), InternalError);
  }

  TEST_CASE("times are JSON numbers") {
    CHECK(table::time_text(num::parse_decimal("0.1")) == "0.1");
    CHECK(table::time_text(Rational(0)) == "0");
    CHECK(table::time_text(Rational(1, 3)) == "0.33333333333333333");
  }
}

}  // namespace calor::format_test
