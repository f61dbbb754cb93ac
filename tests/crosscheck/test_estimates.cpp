// Reading estimates: what is understood, and what is refused with what would be right.

#include <doctest/doctest.h>

#include "support.hpp"

namespace calor::estimates_test {

using namespace crosscheck;
using crosscheck::test::refusal;

namespace {

bool says(const std::string& message, const std::string& part) {
  CAPTURE(message);
  CAPTURE(part);
  CHECK(message.find(part) != std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
  return true;
}

const std::string head = "t,quantity,value\n";

}  // namespace

TEST_SUITE("crosscheck/estimates") {
  TEST_CASE("rows find their place") {
    const TruthTable table = crosscheck::test::table();
    const auto e = crosscheck::test::estimates(
        " value , quantity,t,stderr,error,guarantee\n0.1, m_info ,1.0000000000000002,,1,x\n"
        "1.00e-1,l_info,2e0,0.5,,\n-Infinity,heat_theta,0,0,,\n",
        table);
    REQUIRE(e.size() == 3);
    CHECK(e[0].quantity == "m_info");
    CHECK(e[0].moment == 1);
    CHECK_FALSE(e[0].standard_error);
    CHECK(e[1].moment == 2);
    CHECK(*e[1].standard_error == Rational(1, 2));
    CHECK(e[2].value.infinite == -1);
    CHECK_FALSE(e[2].standard_error);
  }

  TEST_CASE("rows of a sweep name its member by columns") {
    const TruthTable table = parse_table(crosscheck::test::sweep_text(), "t.json");
    const auto e =
        crosscheck::test::estimates("sampler.rate,t,quantity,value\n10.0,1,m_info,0.2\n1,1,m_info,0.1\n", table);
    CHECK(e[0].member == 1);
    CHECK(e[1].member == 0);
    says(refusal(head + "1,m_info,0.1\n", table), "a sweep over sampler.rate");
    says(refusal("sampler.rate,t,quantity,value\n2,1,m_info,0.2\n", table), "sampler.rate = 1; sampler.rate = 10");
  }

  TEST_CASE("what cannot be used is refused") {
    says(refusal(head), "there are no rows");
    says(refusal("t;quantity;value\n1;m_info;1\n"), "no column \"t\"");
    says(refusal("t,quantity,valu\n1,m_info,1\n"),
         "no column \"value\", only t, quantity, valu; allowed: columns t, quantity, value");
    says(refusal("t,quantity,value,std_err\n1,m_info,1,1\n"), "did you mean stderr?");
    says(refusal(head + "1,m_inf,0.1\n"), "did you mean m_info?");
    says(refusal(head + "1,entropy_x,0.1\n"), "e.csv:2: quantity: the table has no entropy_x at t = 1");
    says(refusal(head + "1.5,m_info,0.1\n"), "no time 1.5; allowed: 0, 1, 2");
    says(refusal(head + "inf,m_info,0.1\n"), "no time inf");
    says(refusal(head + "1,m_info,nan\n"), "\"nan\" is no number");
    says(refusal(head + "1,m_info,\n"), "is no number");
    says(refusal(head + "1,m_info,0x1p3\n"), "is no number");
    says(refusal(head + "1,m_info,1e99999\n"), "is no number");
    says(refusal(head + "1,m_info,0.1\n2,m_info,0.1\n1,m_info,0.1\n"), "e.csv:4: quantity: m_info at this time");
    says(refusal("t,quantity,value,stderr\n1,m_info,0.1,-1\n"), "no standard error");
    says(refusal("t,quantity,value,stderr\n1,m_info,0.1,inf\n"), "no standard error");
    CHECK(refusal("t,quantity,value,replicate\n1,m_info,0.1,a\n1,m_info,0.1,b\n").empty());
  }
}

}  // namespace calor::estimates_test
