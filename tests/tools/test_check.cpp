// calor check as a user runs it: the three exit statuses.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "place.hpp"
#include "process.hpp"

namespace calor::check_test {

using tools::test::check_refused;
using tools::test::Coin;
using tools::test::run_program;
using tools::test::write;

namespace {

struct Computed : tools::test::Coin {
  Computed() {
    REQUIRE(run_program({"run", toml, "--format", "json", "--output", json}).status == 0);
    REQUIRE(run_program({"run", toml, "--format", "csv", "--output", csv}).status == 0);
  }
  std::string json = folder / "coin.json", csv = folder / "coin.csv";
};

}  // namespace

TEST_SUITE("tools/check") {
  TEST_CASE("our own table passes against itself and against the experiment, with every digit it has") {
    const Computed coin;
    for (const auto& truth : {coin.json, coin.toml}) {
      const auto o = run_program({"check", truth, coin.csv, "--lre", "100", "--format", "json"});
      CHECK(o.status == 0);
      CHECK(o.err.empty());
      CHECK(nlohmann::json::parse(o.out)["pass"] == true);
    }
    CHECK(run_program({"check", coin.json, coin.csv, "--output", coin.folder / "report"}).out.empty());
    CHECK(tools::test::read(coin.folder / "report").find(": PASS\n") != std::string::npos);
  }

  TEST_CASE("every shipped table passes against itself, and nothing that is read is written") {
    std::size_t tables = 0;
    for (const auto& entry : std::filesystem::directory_iterator(calor::test::source_root() + "/validation/tables")) {
      if (entry.path().extension() != ".json") continue;
      const auto csv = std::filesystem::path(entry.path()).replace_extension(".csv");
      const auto o = run_program({"check", entry.path().string(), csv.string(), "--lre", "1000"});
      CAPTURE(o.err);
      CHECK(o.status == 0);
      ++tables;
    }
    CHECK(tables > 60);
    const Computed coin;
    for (const auto& file : {coin.json, coin.toml, coin.csv}) {
      const std::string before = tools::test::read(file);
      check_refused({"check", file == coin.toml ? coin.toml : coin.json, coin.csv, "--output", file},
                    "this run reads it");
      CHECK(tools::test::read(file) == before);
    }
  }

  TEST_CASE("times that are near one another are told apart") {
    const Coin coin;
    std::string toml = tools::test::small_coin();
    const auto points = toml.find("points = ");
    toml.replace(points, toml.find('\n', points) - points, "points = [0, 1e-12, 2e-12, 1]");
    write(coin.toml, toml);
    const auto csv = run_program({"run", coin.toml, "--format", "csv", "--quantities", "loss_train"});
    REQUIRE(csv.status == 0);
    write(coin.folder / "e.csv", csv.out);
    const auto o = run_program({"check", coin.toml, coin.folder / "e.csv", "--format", "json"});
    CHECK(o.status == 0);
    CHECK(nlohmann::json::parse(o.out)["rows"][2]["t"] == 2e-12);
    write(coin.folder / "e.csv", "t,quantity,value\n1.4e-12,loss_train,0\n");
    check_refused({"check", coin.toml, coin.folder / "e.csv"}, "no time 1.4e-12");
  }

  TEST_CASE("a wrong value fails") {
    const Computed coin;
    write(coin.folder / "e.csv", "t,quantity,value\n1,m_info,5\n");
    for (const char* format : {"text", "json", "junit", "tap", "markdown"}) {
      const auto o = run_program({"check", coin.json, coin.folder / "e.csv", "--format", format});
      CHECK(o.status == 1);
      CHECK(o.err.empty());
      CHECK(o.out.find("m_info") != std::string::npos);
    }
  }

  TEST_CASE("a sweep is checked by its columns") {
    const Computed coin;
    write(coin.folder / "sweep.toml", tools::test::small_sweep());
    const std::string csv = coin.folder / "sweep.csv";
    REQUIRE(run_program({"run", coin.folder / "sweep.toml", "-q", "m_info", "-f", "csv", "-o", csv}).status == 0);
    CHECK(run_program({"check", coin.folder / "sweep.toml", csv}).status == 0);
    check_refused({"check", coin.folder / "sweep.toml", coin.csv}, "data.size");
  }

  TEST_CASE("what cannot be used is one line and status 2") {
    const Computed coin;
    const auto file = [&](const std::string& name, const std::string& text) {
      write(coin.folder / name, text);
      return coin.folder / name;
    };
    check_refused({"check", coin.json, file("empty", "")}, "no header line");
    check_refused({"check", coin.json, file("head", "t,quantity,value\n")}, "no rows");
    check_refused({"check", coin.json, file("utf16", std::string("t\0,\0q\0", 6))}, "NUL");
    check_refused({"check", coin.json, coin.folder.path().string()}, "directory");
    check_refused({"check", coin.json, coin.folder / "none"}, "No such file");
    check_refused({"check", coin.folder / "none.json", coin.csv}, "No such file");
    check_refused({"check", coin.folder.path().string(), coin.csv}, "directory");
    check_refused({"check", file("e.json", ""), coin.csv}, "not JSON");
    check_refused({"check", file("e.toml", ""), coin.csv}, "e.toml");
    check_refused({"check", file("cut.json", tools::test::read(coin.json).substr(0, 999)), coin.csv}, "not JSON");
    check_refused({"check", coin.json, file("bad.csv", "t,quantity,value\n1,m_info,nan\n")}, "bad.csv:2: value");
    check_refused({"check", coin.json, file("time.csv", "time,quantity,value\n1,m_info,0\n")},
                  "no column \"t\", only time, quantity, value; allowed: columns t, quantity, value[, stderr]");
    check_refused({"check", coin.json, file("two.csv", "t,quantity,value,t\n1,m_info,0,1\n")},
                  "more than one column is called \"t\"; allowed: one of each name");
    check_refused({"check", coin.json, coin.csv, "--digits", "5"}, "--digits");
    check_refused({"check", coin.json, coin.csv, "--format", "xml"}, "--format");
    check_refused({"check", coin.json, coin.csv, "--lre", "x"}, "--lre");
    check_refused({"check", coin.json, coin.csv, "--lre", "nan"}, "--lre");
    check_refused({"check", coin.json, coin.csv, "--z", "-1"}, "--z");
    check_refused({"check", coin.json}, "ESTIMATES");
    check_refused({"check", coin.json, coin.csv, "--output", "/dev/full"}, "No space left");
    check_refused({"check", coin.json, coin.csv, "--output", coin.csv}, "--output");
  }
}

}  // namespace calor::check_test
