#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ledger/catalogue.hpp"
#include "num/errors.hpp"
#include "place.hpp"
#include "table/number_text.hpp"
#include "table/sheet.hpp"
#include "table/write.hpp"

namespace calor::write_test {

using nlohmann::json;
using table::Cell;
using table::Table;

namespace {

using num::Guarantee;

/// More digits than a double, an infinite value, an absent one, and a title that every format has to escape.
Table sample() {
  Table t;
  t.title = "50 % of \"a|b\" & c_d <x> \\ {~^#$}, p ≥ ½\nnext";
  t.experiment_json =
      "{\n  \"model\": {\n    \"kind\": \"bernoulli\"\n  },\n  \"data\": {\n    \"size\": 8,\n    \"target\": [0.3, "
      "0.7]\n  },\n"
      "  \"learner\": {\"kind\": \"langevin\", \"temperature\": 0.12500000000000000000001, \"initial\": {\"mean\": "
      "[0.0]}}\n}";
  t.method = "spectral";
  t.precision = "double";
  const char* const times[] = {"0", "0.5", "1", "2", "5", "10", "1e-3", "33.333333333333333"};
  for (const char* time : times) {
    table::Row row{time, {}};
    row.cells.push_back({"m_info", "0.2389359632537123456789012345678901", "2.0e-33", Guarantee::estimated});
    row.cells.push_back({"heat_theta", "-1.234e-9", "5.6e-11", Guarantee::proven});
    if (std::string(time) != "0") row.cells.push_back({"lautum_info", "inf", "0", Guarantee::estimated});
    t.rows.push_back(row);
  }
  t.checks.push_back({"I4", "ep_theta = dS(Theta|B) - Q/T", "1.2e-16", "3.4e-13"});
  t.checks.push_back({"I4", "by currents", "1.2e-16", "3.4e-13"});
  t.checks.push_back({"I6", "m_info <= ep_theta_naive", "0", "3.4e-13"});
  return t;
}

std::vector<Table> sweep() {
  Table a = sample(), b = sample();
  a.sweep = {{"sampler.rate", "1"}, {"data.size", "8"}};
  b.sweep = {{"sampler.rate", "10"}, {"data.size", "8"}};
  return {a, b};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

long count(const std::string& text, const std::string& part) {
  long n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

}  // namespace

TEST_SUITE("table/write") {
  TEST_CASE("JSON has the members of the format") {
    const std::string text = table::write_json({sample()});
    const json j = json::parse(text);
    CHECK(j["calor"] == calor::test::version());
    CHECK(j["title"] == sample().title);
    CHECK(j["units"] == "nats");
    CHECK(j["experiment"] == json::parse(sample().experiment_json));
    CHECK(j["method"] == "spectral");
    CHECK(j["precision"] == "double");
    REQUIRE(j["rows"].size() == 8);
    CHECK(j["rows"][1]["t"] == 0.5);
    CHECK(j["rows"][1]["m_info"]["value"].is_number());
    CHECK(j["rows"][1]["m_info"]["guarantee"] == "estimated");
    CHECK(j["rows"][1]["heat_theta"] ==
          json::parse(R"({"value": -1.234e-9, "error": 5.6e-11, "guarantee": "proven"})"));
    CHECK(j["rows"][1]["lautum_info"]["value"] == "inf");
    CHECK_FALSE(j["rows"][0].contains("lautum_info"));
    CHECK(j["checks"].size() == 3);
    CHECK(j["checks"][0]["residual"] == 1.2e-16);
    CHECK_FALSE(j.contains("sweep"));
    CHECK(text.find("0.2389359632537123456789012345678901") != std::string::npos);
    CHECK(text.find("0.12500000000000000000001") != std::string::npos);
  }

  TEST_CASE("JSON of a sweep: an outer list, each member a whole table with its coordinates") {
    const json j = json::parse(table::write_json(sweep()));
    CHECK(j["calor"] == calor::test::version());
    REQUIRE(j["sweep"].size() == 2);
    CHECK(j["sweep"][1]["coordinates"] == json::parse(R"({"sampler.rate": 10, "data.size": 8})"));
    json single = json::parse(table::write_json({sample()})), member = j["sweep"][0];
    member.erase("coordinates");
    CHECK(member == single);
  }

  TEST_CASE("JSON of nothing, and of bytes that are not UTF-8") {
    CHECK(json::parse(table::write_json({Table{}}))["rows"].empty());
    Table t;
    t.title = "\xff\x01";
    CHECK(json::parse(table::write_json({t}))["title"].is_string());
  }

  TEST_CASE("CSV has one quantity a line") {
    const auto lines = lines_of(table::write_csv({sample()}));
    REQUIRE(lines.size() == 1 + 8 * 3 - 1);
    CHECK(lines[0] == "t,quantity,value,error,guarantee");
    CHECK(lines[1] == "0,m_info,0.2389359632537123456789012345678901,2.0e-33,estimated");
    CHECK(lines[2] == "0,heat_theta,-1.234e-9,5.6e-11,proven");
    CHECK(lines[5] == "0.5,lautum_info,inf,0,estimated");
  }

  TEST_CASE("CSV of a sweep has a column in front for each swept key") {
    const auto lines = lines_of(table::write_csv(sweep()));
    REQUIRE(lines.size() == 1 + 2 * (8 * 3 - 1));
    CHECK(lines[0] == "sampler.rate,data.size,t,quantity,value,error,guarantee");
    CHECK(lines[2] == "1,8,0,heat_theta,-1.234e-9,5.6e-11,proven");
    CHECK(lines.back() == "10,8,33.333333333333333,lautum_info,inf,0,estimated");
    auto quoted = sweep();
    quoted[0].sweep[0].value = quoted[1].sweep[0].value = "a,\"b\"";
    CHECK(lines_of(table::write_csv(quoted))[1].starts_with("\"a,\"\"b\"\"\",8,0,m_info,"));
  }

  TEST_CASE("text fits its width, holds every number and says what was checked") {
    for (const int width : {80, 100, 120}) {
      const std::string text = table::write_text({sample()}, width);
      for (const auto& line : lines_of(text)) CHECK(table::columns(line) <= width);
      CHECK(count(text, "0.2389359632537123456789012345678901(20)") == 8);
      CHECK(count(text, "-1.234(56)e-9*") == 8);
      CHECK(count(text, "t = ") == 8);
      CHECK(count(text, "  inf") == 7);
      CHECK(text.find("bernoulli") != std::string::npos);
      CHECK(text.find("temperature 0.12500000000000000000001") != std::string::npos);
      CHECK(text.find("Checks passed: I4, I6.") != std::string::npos);
      CHECK(text.find('\t') == std::string::npos);
      CHECK(text.find("\\x0anext") != std::string::npos);
    }
    CHECK(count(table::write_text(sweep()), "sampler.rate = 10, data.size = 8") == 1);
    CHECK_FALSE(table::write_text({Table{}}).empty());
  }

  TEST_CASE("Markdown tables have as many cells in every row") {
    for (const auto& line : lines_of(table::write_markdown(sweep()))) {
      if (!line.starts_with("|")) continue;
      const long bars = count(line, "|");
      CHECK((bars == 8 || bars == 4));  // six times, then two
    }
    CHECK(table::write_markdown({sample()}).find("\\<x\\>") != std::string::npos);
    CHECK(count(table::write_markdown({sample()}), "-1.234(56)e-9 \\*") == 8);
  }

  TEST_CASE("LaTeX: balanced, as many cells as columns, special characters escaped") {
    const std::string text = table::write_latex(sweep());
    CHECK(count(text, "\\begin{tabular}") == 6);
    CHECK(count(text, "\\begin{tabular}") == count(text, "\\end{tabular}"));
    CHECK(count(text, "\\toprule") == count(text, "\\bottomrule"));
    std::size_t wanted = 0;
    for (const auto& line : lines_of(text)) {
      if (line.starts_with("%")) continue;
      if (line.starts_with("\\begin")) wanted = line.size() - std::string("\\begin{tabular}{l}").size();
      if (line.ends_with("\\\\")) CHECK(static_cast<std::size_t>(count(line, " & ")) == wanted);
      CHECK(count(line, "{") == count(line, "}"));
      CHECK(count(line, "$") % 2 == 0);
      CHECK(std::none_of(line.begin(), line.end(), [](char c) { return (c & 0x80) != 0; }));
    }
    CHECK(count(text, "$-1.234(56)\\times10^{-9}{}^{*}$") == 16);
    CHECK(count(text, "$\\infty$") == 14);
    CHECK(count(text, "$I(\\Theta;B)$") == 6);
  }

  TEST_CASE("formats by name") {
    for (const auto& name : table::format_names()) CHECK_NOTHROW(table::format_from_name(name));
    CHECK(table::format_from_name("latex") == table::Format::latex);
    CHECK_THROWS_WITH_AS(table::format_from_name("jsn"), doctest::Contains("did you mean json?"), InputError);
  }
}

}  // namespace calor::write_test
