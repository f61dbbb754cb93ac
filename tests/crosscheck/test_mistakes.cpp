// What wrong values look like.

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "experiment/text.hpp"
#include "support.hpp"

namespace calor::mistakes_test {

using namespace crosscheck;

namespace {

/// The mistakes found in the table's own finite values, changed by `wrong`.
std::string found(const std::function<double(const std::string&, int, double)>& wrong, const std::string& error = "") {
  const TruthTable table = crosscheck::test::table();
  std::string csv = "t,quantity,value,stderr\n";
  for (int t = 0; t < 3; ++t) {
    for (const char* q : {"m_info", "l_info", "heat_theta"}) {
      const double x = static_cast<double>(
          calor::num::from_rational<double>(table.members[0].moments[t].quantities.at(q).value.value));
      char text[40];
      std::snprintf(text, sizeof text, "%.17g", wrong(q, t, x));
      csv += std::to_string(t) + "," + q + "," + text + "," + error + "\n";
    }
  }
  return calor::experiment::join(crosscheck::test::report(csv, table).mistakes, "\n");
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_SUITE("crosscheck/mistakes") {
  TEST_CASE("units, all together") {
    const std::string bits = found([](auto&, int, double x) { return x / std::log(2); });
    CHECK(bits == "all your values are the true ones divided by ln 2: bits? Calor counts in nats");
    CHECK(contains(found([](auto&, int, double x) { return x / std::log(10); }),
                   "all your values are the true ones divided by ln 10"));
    CHECK(contains(found([](auto&, int, double x) { return x / std::log(2) * 1.0003; }), "bits?"));
    CHECK(contains(found([](auto&, int, double x) { return 2 * x; }), "all your values are twice"));
  }

  TEST_CASE("units of some quantities") {
    const std::string some =
        found([](const std::string& q, int, double x) { return q == "heat_theta" ? x : x / std::log(2); });
    CHECK(contains(some, "m_info, l_info: your values are the true ones divided by ln 2: bits?"));
    CHECK_FALSE(contains(some, "heat_theta"));
  }

  TEST_CASE("the sign of heat") {
    const std::string sign = found([](const std::string& q, int, double x) { return q == "heat_theta" ? -x : x; });
    CHECK(sign ==
          "heat_theta: your values are the true ones with the opposite sign: Calor counts heat positive when the "
          "subsystem absorbs it");
    CHECK(contains(found([](const std::string& q, int, double x) { return q == "heat_theta" ? -8 * x : x; }),
                   "-Q/T in place of Q?"));
  }

  TEST_CASE("the size of the data, and the temperature") {
    const std::string size = found([](const std::string& q, int, double x) { return q == "heat_theta" ? 8 * x : x; });
    CHECK(contains(size, "times N"));
    CHECK(contains(size, "divided by the temperature T"));  // N = 1/T here: both are said
    CHECK(
        contains(found([](const std::string& q, int, double x) { return q == "m_info" ? x / 8 : x; }), "divided by N"));
  }

  TEST_CASE("factors in noisy values without standard errors: two that agree are needed") {
    const auto noisy = [](int t, double x) { return x * (1 + (t == 1 ? 0.02 : -0.015)); };
    CHECK(contains(found([&](auto&, int t, double x) { return noisy(t, x) / std::log(2); }),
                   "all your values are the true ones divided by ln 2"));
    CHECK(contains(found([&](const std::string& q, int t, double x) { return q == "heat_theta" ? -noisy(t, x) : x; }),
                   "heat_theta: your values are the true ones with the opposite sign"));
    const TruthTable table = crosscheck::test::table();
    CHECK(crosscheck::test::report("t,quantity,value\n2,m_info,0.44\n", table).mistakes.empty());
    CHECK(crosscheck::test::report("t,quantity,value\n2,m_info,0.4328\n", table).mistakes.size() == 1);
  }

  TEST_CASE(
      "one row that is merely wrong does not hide what the others say; replicates speak once; zeros say nothing") {
    CHECK(contains(
        found([](const std::string& q, int t, double x) { return q == "l_info" && t == 2 ? 5 * x : x / std::log(2); }),
        "all your values but 1 are the true ones divided by ln 2"));
    CHECK(found([](auto&, int, double) { return 0.0; }).empty());
    const TruthTable table = crosscheck::test::table();
    const std::string replicates = "t,quantity,value,replicate\n2,m_info,0.205,a\n2,m_info,0.205,b\n2,m_info,0.205,c\n";
    CHECK(crosscheck::test::report(replicates, table).mistakes.empty());
    CHECK(crosscheck::test::report("t,quantity,value,stderr\n2,m_info,0.6,0.08\n", table).mistakes.size() <= 1);
  }

  TEST_CASE("quantities swapped, or one taken for the other") {
    const auto m = [](int t) { return t == 0 ? 0 : t == 1 ? 0.1 : 0.3; };
    const auto l = [](int t) { return t == 0 ? 0 : t == 1 ? 0.01 : 0.02; };
    CHECK(found([&](const std::string& q, int t, double x) {
            return q == "m_info" ? l(t) : q == "l_info" ? m(t) : x;
          }) == "l_info: your values are the true m_info, and the other way round: swapped?");
    const double noise[] = {1, 1.01, 0.985};
    CHECK(found([&](const std::string& q, int t, double x) {
            return noise[t] * (q == "m_info" ? l(t) : q == "l_info" ? m(t) : x);
          }) == "l_info: your values are the true m_info, and the other way round: swapped?");
    CHECK(found([&](const std::string& q, int t, double x) { return q == "l_info" ? m(t) : x; }) ==
          "l_info: your values are the true m_info: one taken for the other?");
  }

  TEST_CASE("times off by one") {
    const auto before = [](int t) { return t == 2 ? 0.1 : 0.0; };
    const std::string late =
        found([&](const std::string& q, int t, double x) { return q == "m_info" ? before(t) : x; });
    CHECK(contains(late, "the time before"));
  }

  TEST_CASE("with standard errors") {
    const std::string bits =
        found([](auto&, int t, double x) { return t == 0 ? 0 : x / std::log(2) + 1e-4; }, "0.0002");
    CHECK(contains(bits, "bits?"));
  }

  TEST_CASE("nothing is said of right values, nor of merely wrong ones") {
    CHECK(found([](auto&, int, double x) { return x; }).empty());
    CHECK(found([](auto&, int, double x) { return x * 1.001; }).empty());
    CHECK(found([](auto&, int t, double x) { return x * (1 + t); }).empty());
    CHECK(found([](auto&, int, double x) { return x + 0.05; }, "0.1").empty());
  }
}

}  // namespace calor::mistakes_test
