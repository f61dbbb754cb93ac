#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>
#include <random>
#include <stdexcept>

#include "num/estimate.hpp"
#include "num/exact.hpp"

namespace calor::exact_test {

using namespace num;

TEST_SUITE("num/exact") {
  TEST_CASE("decimal literals are read exactly") {
    CHECK(parse_decimal("0.1") == Rational(1, 10));
    CHECK(parse_decimal("-3") == -3);
    CHECK(parse_decimal("+1.5e-3") == Rational(3, 2000));
    CHECK(parse_decimal("1_000.000_5") == Rational(2000001, 2000));
    CHECK(parse_decimal("6E2") == 600);
    CHECK(parse_decimal(".5") == Rational(1, 2));
    CHECK(parse_decimal("5.") == 5);
    CHECK(parse_decimal("007") == 7);
    CHECK(parse_decimal("-0.0") == 0);
    CHECK(parse_decimal("1e-4000") * parse_decimal("1e+4000") == 1);
    CHECK(parse_decimal("1e0002") == 100);
    // 30 digits, of which a double holds 16: one third to 30 digits misses 1/3 by exactly 1/(3·10^30).
    CHECK(Rational(1, 3) - parse_decimal("0.333333333333333333333333333333") == parse_decimal("1e-30") / 3);
  }

  TEST_CASE("what is not a decimal literal is refused") {
    for (const char* text : {"",     "-",    ".",   "e5",  "1e",     "1e+",     "1.2.3",
                             "1,5",  "0x10", "nan", "inf", "1__0",   "_1",      "1_",
                             "1_.5", "--1",  "1 ",  " 1",  "1e4001", "1e-4001", "1e99999999999999999999",
                             "1e1.5"}) {
      CAPTURE(text);
      CHECK_THROWS_AS(parse_decimal(text), std::invalid_argument);
    }
    CHECK_THROWS_AS(parse_decimal(std::string(8001, '1')), std::invalid_argument);
    CHECK(parse_decimal(std::string(8000, '9')) + 1 == parse_decimal("1e4000") * parse_decimal("1e4000"));
  }

  TEST_CASE("the text of a rational") {
    CHECK(decimal_text(Rational(1, 10)) == "0.1");
    CHECK(decimal_text(Rational(-3)) == "-3");
    CHECK(decimal_text(Rational(0)) == "0");
    CHECK(decimal_text(Rational(1, 3)) == "1/3");
    CHECK(decimal_text(Rational(-5, 8)) == "-0.625");
    CHECK(decimal_text(Rational(1000)) == "1000");
    CHECK(decimal_text(parse_decimal("1e-5")) == "0.00001");
    CHECK(decimal_text(parse_decimal("1.25e-7")) == "1.25e-7");
    CHECK(decimal_text(parse_decimal("-1e30")) == "-1e30");
    CHECK(decimal_text(parse_decimal("123456789012345678")) == "1.23456789012345678e17");
    CHECK(decimal_text(Rational(1, 1024)) == "0.0009765625");
    // 2^-70 has 49 digits, 2^-100 has 70 and is written as a fraction.
    const Rational small = 1 / Rational(boost::multiprecision::mpz_int(1) << 70);
    CHECK(parse_decimal(decimal_text(small)) == small);
    CHECK(decimal_text(Rational(small / (1 << 30))) == "1/1267650600228229401496703205376");
  }

  TEST_CASE("rounding to significant digits") {
    CHECK(decimal_text(Rational(1, 3), 5) == "0.33333");
    CHECK(decimal_text(Rational(-2, 3), 5) == "-0.66667");
    CHECK(decimal_text(Rational(999996, 1000), 5) == "1000");
    CHECK(decimal_text(Rational(1000), 1) == "1000");
    CHECK(decimal_text(Rational(99, 100), 1) == "1");
    CHECK(decimal_text(Rational(1, 8), 2) == "0.13");
    CHECK(decimal_text(Rational(22, 7), 40) == "3.142857142857142857142857142857142857143");
    CHECK(decimal_text(parse_decimal("7e-30") / 3, 3) == "2.33e-30");
  }

  TEST_CASE("random rationals: text and back, and rounding within half a digit") {
    std::mt19937_64 random(11);
    for (int i = 0; i < 2000; ++i) {
      const auto digits = static_cast<long>(random() % 1'000'000'000'000'000'000U);
      const int exponent = static_cast<int>(random() % 61) - 30;
      const Rational q = parse_decimal((i % 2 ? "-" : "") + std::to_string(digits) + "e" + std::to_string(exponent));
      CHECK(parse_decimal(decimal_text(q)) == q);
      const Rational r = q / 7, error = abs(r - parse_decimal(decimal_text(r, 12)));
      CHECK(error * 2 <= abs(r) * parse_decimal("1e-11"));
    }
  }

  TEST_CASE("doubles are the nearest ones, as strtod finds them") {
    std::mt19937_64 random(7);
    for (int i = 0; i < 4000; ++i) {
      const std::string text = std::to_string(random()) + "e" + std::to_string(static_cast<int>(random() % 660) - 345);
      CAPTURE(text);
      CHECK(from_rational<double>(parse_decimal(text)) == std::strtod(text.c_str(), nullptr));
      CHECK(from_rational<double>(parse_decimal("-" + text)) == -std::strtod(text.c_str(), nullptr));
    }
  }

  TEST_CASE("doubles: ties go to even, and the smallest excess decides") {
    const double step = std::numeric_limits<double>::epsilon();
    const Rational half = Rational(1, boost::multiprecision::mpz_int(1) << 53), tiny = parse_decimal("1e-300");
    CHECK(from_rational<double>(1 + half) == 1);
    CHECK(from_rational<double>(1 + half + tiny) == 1 + step);
    CHECK(from_rational<double>(1 + 3 * half - tiny) == 1 + step);
    CHECK(from_rational<double>(1 + 3 * half) == 1 + 2 * step);
    CHECK(from_rational<double>(-1 - half - tiny) == -1 - step);
    const double denormal = std::numeric_limits<double>::denorm_min();
    const Rational least = 1 / Rational(boost::multiprecision::mpz_int(1) << 1074);
    CHECK(from_rational<double>(least) == denormal);
    CHECK(from_rational<double>(least / 2) == 0);
    CHECK(from_rational<double>(least * Rational(3, 4)) == denormal);
    CHECK(from_rational<double>(least * Rational(5, 2) + least * parse_decimal("1e-90")) == 3 * denormal);
    CHECK(from_rational<double>(0) == 0);
    CHECK(from_rational<double>(parse_decimal("1e400")) == std::numeric_limits<double>::infinity());
  }

  // The exact rational behind a multiprecision number, compared with q itself.
  TEST_CASE_TEMPLATE("multiprecision numbers are within half a unit in the last place", R, Mp100, Mp200) {
    std::mt19937_64 random(3);
    for (int i = 0; i < 300; ++i) {
      const Rational q = Rational(static_cast<long>(random() >> 1U), static_cast<long>(random() >> 1U) + 1);
      const R x = from_rational<R>(q);
      Rational back;
      mpfr_get_q(back.backend().data(), x.backend().data());
      Rational unit = 1;  // distance between numbers of R near x
      mpq_set_ui(unit.backend().data(), 1, 1);
      const long shift =
          static_cast<long>(mpfr_get_exp(x.backend().data())) - static_cast<long>(mpfr_get_prec(x.backend().data()));
      mpq_div_2exp(unit.backend().data(), unit.backend().data(), static_cast<unsigned long>(-shift));
      CHECK(abs(back - q) * 2 <= unit);
    }
  }

  TEST_CASE("square roots") {
    CHECK(*exact_sqrt(Rational(9, 4)) == Rational(3, 2));
    CHECK(*exact_sqrt(0) == 0);
    CHECK_FALSE(exact_sqrt(Rational(1, 2)));
    CHECK_FALSE(exact_sqrt(-4));
    const Rational root = rounded_sqrt(2, 40);
    CHECK(root * root <= 2);
    CHECK(decimal_text(root, 39) == "1.41421356237309504880168872420969807857");
    const Rational small = rounded_sqrt(Rational(1, 3) * parse_decimal("1e-60"), 20);
    CHECK(abs(small * small * 3 * parse_decimal("1e60") - 1) < parse_decimal("1e-19"));
  }

  TEST_CASE("text of numbers") {
    CHECK(to_text(0.1, 3) == "0.1");
    CHECK(to_text(1.0 / 3, 5) == "0.33333");
    CHECK(to_text(1.5e-20, 3) == "1.5e-20");
    CHECK(to_text(-1.0 / 0.0, 3) == "-inf");
    CHECK(to_text(Mp100(1) / 3, 30) == "0.333333333333333333333333333333");
    CHECK(to_text(Mp100("2.5e-30"), 10) == "2.5e-30");
    CHECK(to_text(Mp100(12), 20) == "12");
    CHECK(to_text(infinity<Mp200>(), 10) == "inf");
    CHECK(std::string(name(Guarantee::proven)) == "proven");
    CHECK(std::string(name(Guarantee::estimated)) == "estimated");
  }
}

}  // namespace calor::exact_test
