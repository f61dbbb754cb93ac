// LRE, z and the rule, against numbers worked out by hand.

#include <doctest/doctest.h>

#include <cmath>

#include "support.hpp"

namespace calor::verdict_test {

using namespace crosscheck;
using crosscheck::test::report;

namespace {

Row one(const std::string& row, const Rule& rule = {}) {
  return report("t,quantity,value,stderr\n" + row + "\n", crosscheck::test::table(), rule).rows.at(0);
}

}  // namespace

TEST_SUITE("crosscheck/verdict") {
  TEST_CASE("relative digits, capped by the table's own") {
    CHECK(*one("1,m_info,0.1000001,").lre == doctest::Approx(6));
    CHECK(one("1,m_info,0.1000001,").pass);
    CHECK_FALSE(one("1,m_info,0.10000011,").pass);
    CHECK_FALSE(one("1,m_info,-0.1,").pass);
    CHECK(*one("1,m_info,-0.1,").lre == doctest::Approx(-std::log10(2)));
    const Row exact = one("1,m_info,0.1,");
    CHECK(*exact.lre == doctest::Approx(11));
    CHECK(exact.cap == doctest::Approx(11));
    CHECK_FALSE(exact.absolute);
    CHECK(one("1,m_info,0.1000000000009,", {12, 4}).pass);  // within the table's error: nobody can say more
    CHECK_FALSE(one("1,m_info,0.1000000000011,", {12, 4}).pass);
  }

  TEST_CASE("absolute where the true value is 0 or not told from it") {
    CHECK(one("0,l_info,1e-7,").absolute);
    CHECK(*one("0,l_info,1e-7,").lre == doctest::Approx(7));
    CHECK(one("0,l_info,1e-7,").pass);
    CHECK_FALSE(one("0,l_info,1e-5,").pass);
    const Row zero = one("0,lautum_info,0,");
    CHECK(std::isinf(*zero.lre));
    CHECK(zero.pass);
    CHECK(one("1,ep_x,0,").absolute);
    CHECK(one("1,ep_x,0,").pass);
    CHECK(*one("1,ep_x,0,").lre == doctest::Approx(14));
  }

  TEST_CASE("infinities") {
    CHECK(one("1,lautum_info,inf,").pass);
    CHECK_FALSE(one("1,lautum_info,-inf,").pass);
    CHECK_FALSE(one("1,lautum_info,1e300,").pass);
    CHECK_FALSE(one("1,lautum_info,1e300,").lre);
    CHECK_FALSE(one("1,m_info,inf,").pass);
    CHECK_FALSE(one("1,m_info,inf,0.1").pass);
  }

  TEST_CASE("rows with a standard error are judged by z") {
    const Row off = one("1,m_info,0.14,0.01");
    CHECK(*off.z == doctest::Approx(4).epsilon(1e-9));
    CHECK(off.pass);
    CHECK(*one("1,m_info,0.05,0.01").z == doctest::Approx(-5));
    CHECK_FALSE(one("1,m_info,0.05,0.01").pass);
    CHECK(one("1,m_info,0.05,0.01", {6, 5.5}).pass);
    CHECK(*one("1,m_info,0.1000000000005,1e-15").z == 0);  // within the true value's own error
    CHECK_FALSE(one("1,m_info,0.2,0").z);                  // a standard error of 0 is none
  }

  TEST_CASE("the whole") {
    const Report r = report(
        "t,quantity,value,stderr\n1,m_info,0.1,0.5\n2,m_info,0.3,0.01\n1,l_info,0.0115,0.001\n"
        "2,l_info,0.01,0.001\n1,heat_theta,-0.5,\n2,heat_theta,-0.7001,\n");
    CHECK(r.rows.size() == 6);
    CHECK(r.passed == 4);
    CHECK_FALSE(r.pass());
    CHECK(*r.worst_z == 3);
    CHECK(*r.worst_lre == 5);
    CHECK(r.with_error == 4);
    CHECK(r.within_1 == 2);
    CHECK(r.within_2 == 3);
    CHECK(r.idle == 1);
    CHECK(r.known == 15);
    CHECK(r.compared == 6);
    CHECK(r.capped == 0);
    CHECK(report("t,quantity,value\n2,m_info,0.3\n", crosscheck::test::table(), {20, 4}).capped == 1);
  }

  TEST_CASE("digits that a double does not have") {
    CHECK(minus_log10(Rational(0)) == HUGE_VAL);
    CHECK(minus_log10(calor::num::parse_decimal("1e-3000")) == doctest::Approx(3000));
  }
}

}  // namespace calor::verdict_test
