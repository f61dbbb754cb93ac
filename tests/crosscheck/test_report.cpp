// The report's formats: well-formed, and the same verdict in each.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "num/errors.hpp"
#include "support.hpp"
#include "validation/crosscheck/report.hpp"

namespace calor::report_test {

using namespace crosscheck;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string mixed =
    "t,quantity,value,stderr,replicate\n1,m_info,0.1,,\n1,heat_theta,0.5,,\n2,m_info,0.31,0.01,a<\"&|#\n"
    "1,lautum_info,inf,,\n2,lautum_info,+.5,,\n2,heat_theta,0.7,,\n";

}  // namespace

TEST_SUITE("crosscheck/report") {
  TEST_CASE("JSON") {
    const auto j = nlohmann::json::parse(write_report_json(crosscheck::test::report(mixed)));
    CHECK(j["pass"] == false);
    CHECK(j["summary"]["rows"] == 6);
    CHECK(j["summary"]["passed"] == 3);
    CHECK(j["rows"][2]["replicate"] == "a<\"&|#");
    CHECK(j["rows"][2]["z"].get<double>() == doctest::Approx(1));
    CHECK(j["rows"][3]["value"] == "inf");
    CHECK(j["rows"][4]["value"] == 0.5);
    CHECK_FALSE(j["rows"][4].contains("lre"));
    CHECK(j["mistakes"].size() == 1);
    const auto sweep = parse_table(crosscheck::test::sweep_text(), "t.json");
    const auto k = nlohmann::json::parse(
        write_report_json(crosscheck::test::report("sampler.rate,t,quantity,value\n10,1,m_info,0.2\n", sweep)));
    CHECK(k["pass"] == true);
    CHECK(k["rows"][0]["coordinates"]["sampler.rate"] == 10);
  }

  TEST_CASE("JUnit") {
    const std::string x = write_report_junit(crosscheck::test::report(mixed));
    CHECK(contains(x, "tests=\"6\" failures=\"3\""));
    CHECK(contains(x, "replicate a&lt;&quot;&amp;|#"));
    CHECK(
        contains(x, "<testcase classname=\"table.json\" name=\"heat_theta at t = 1\"><failure message=\"LRE -0.3\">"));
    CHECK(contains(x, "opposite sign"));
  }

  TEST_CASE("TAP") {
    const std::string x = write_report_tap(crosscheck::test::report(mixed));
    CHECK(x.starts_with("TAP version 13\n1..6\nok 1 - m_info at t = 1: LRE 11.0\nnot ok 2 - heat_theta"));
    CHECK(contains(x, "ok 3 - m_info at t = 2 (replicate a<\"&|\\#): z 0.9"));
    CHECK(contains(x, "not ok 5 - lautum_info at t = 2: not inf"));
  }

  TEST_CASE("text and Markdown") {
    const Report r = crosscheck::test::report(mixed);
    for (const auto& text : {write_report_text(r), write_report_markdown(r)}) {
      CHECK(contains(text, "FAIL"));
      CHECK(contains(text, "3 of 6 rows pass under the rule LRE >= 6 without stderr"));
      CHECK(contains(text, "failed: heat_theta (2 of 2), lautum_info (1 of 2)"));
      CHECK(contains(text, "compared: 6 of the table's 15 values"));
      CHECK(contains(text, "opposite sign"));
    }
    CHECK(contains(write_report_text(crosscheck::test::report("t,quantity,value\n1,m_info,0.1\n")),
                   "e.csv against table.json: PASS"));
  }

  TEST_CASE("many rows: those that fail are shown") {
    std::string csv = "t,quantity,value,replicate\n1,m_info,0.2,x\n";
    for (int i = 0; i < 100; ++i) csv += "1,m_info,0.1," + std::to_string(i) + "\n";
    const std::string text = write_report_text(crosscheck::test::report(csv));
    CHECK(contains(text, "100 rows that pass are not shown"));
    CHECK(contains(text, "[x]"));
  }

  TEST_CASE("scores are never rounded up") {
    CHECK(score_text(5.99) == "5.9");
    CHECK(score_text(-0.05) == "0.0");
    CHECK(score_text({}) == "-");
    CHECK(score_text(HUGE_VAL) == "inf");
    CHECK(score_text(-1e300) == "-1.0e+300");
    CHECK_THROWS_AS(report_format("jsn"), calor::InputError);
  }
}

}  // namespace calor::report_test
