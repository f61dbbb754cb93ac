// Tables as true values, and the refusal of what is no table.

#include <doctest/doctest.h>

#include "num/errors.hpp"
#include "support.hpp"
#include "validation/crosscheck/json_tree.hpp"

namespace calor::truth_test {

using namespace crosscheck;

namespace {

std::string refusal_of(const std::string& json) {
  try {
    parse_table(json, "t.json");
    return "";
  } catch (const InputError& e) {
    return e.what();
  }
}

std::string edited(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_SUITE("crosscheck/truth") {
  TEST_CASE("a table keeps all its digits") {
    const std::string digits = "0.10000000000000000000000000000000000000007";
    const TruthTable t = parse_table(edited(crosscheck::test::table_text(), "0.1,", digits + ","), "t.json");
    REQUIRE(t.members.size() == 1);
    const Moment& moment = t.members[0].moments[1];
    CHECK(moment.t.value == 1);
    CHECK(moment.quantities.at("m_info").value.text == digits);
    CHECK(moment.quantities.at("m_info").value.value == num::parse_decimal(digits));
    CHECK(moment.quantities.at("lautum_info").value.infinite == 1);
    CHECK(*t.members[0].size == 8);
    CHECK(*t.members[0].temperature == num::parse_decimal("0.125"));
    CHECK(t.values() == 15);
    CHECK(t.title == "small");
  }

  TEST_CASE("a sweep has one member a table") {
    const TruthTable t = parse_table(crosscheck::test::sweep_text(), "t.json");
    REQUIRE(t.members.size() == 2);
    CHECK(t.members[1].coordinates == std::vector<std::pair<std::string, std::string>>{{"sampler.rate", "10"}});
  }

  TEST_CASE("what is no table is refused in one line") {
    const std::string good = crosscheck::test::table_text();
    CHECK(refusal_of("").find("not JSON") != std::string::npos);
    CHECK(refusal_of("[]").find("no JSON object") != std::string::npos);
    CHECK(refusal_of("{}").find("units") != std::string::npos);
    CHECK(refusal_of(edited(good, "\"nats\"", "\"bits\"")).find("\"units\" is \"bits\", not \"nats\"") !=
          std::string::npos);
    CHECK(refusal_of(edited(good, "\"t\": 1", "\"t\": 0.0")).find("two rows have t = 0.0") != std::string::npos);
    CHECK(refusal_of("{ \"calor\": \"99.0.0\" }").find("version 99.0.0 of calor wrote it") != std::string::npos);
    CHECK(refusal_of("{ \"calor\": \"inf\" }").find("version inf") != std::string::npos);
    CHECK(refusal_of("{ \"calor\": \"new\" }").find("is no version") != std::string::npos);
    CHECK(refusal_of("{ \"calor\": 1 }").find("is no version") != std::string::npos);
    CHECK(refusal_of("{ \"samples\": 2 }").find("format 2 of samples; this program reads format 1") !=
          std::string::npos);
    CHECK(refusal_of(edited(good, "\"t\": 1", "\"t\": \"x\"")).find("t of a row is no number") != std::string::npos);
    CHECK(refusal_of(edited(good, "\"value\": 0.1,", "")).find("value of m_info at t = 1 is missing") !=
          std::string::npos);
    CHECK(refusal_of(edited(good, "1e-12", "-1e-12")).find("negative") != std::string::npos);
    CHECK(refusal_of(edited(good, "0.1,", "\"nan\",")).find("no number") != std::string::npos);
    CHECK(refusal_of(edited(good, "\"l_info\"", "\"m_info\"")).find("twice") != std::string::npos);
    CHECK(refusal_of("{ \"sweep\": [] }").find("sweep") != std::string::npos);
    CHECK(refusal_of("{ \"sweep\": 3 }").find("sweep") != std::string::npos);
    for (std::size_t n = 0; n < good.size(); n += 7) CHECK(refusal_of(good.substr(0, n)).starts_with("t.json:"));
    CHECK(refusal_of("{\n\n\"a\": \xff }").starts_with("t.json:3: not JSON"));
    CHECK(refusal_of(std::string(100000, '[')).find("nested too deeply") != std::string::npos);
    CHECK(refusal_of("[0." + std::string(9000, '1') + "]").find("8000 characters") != std::string::npos);
    CHECK(refusal_of("[1e999999]").find('\n') == std::string::npos);
  }
}

}  // namespace calor::truth_test
