#include <doctest/doctest.h>

#include "num/errors.hpp"
#include "support.hpp"

namespace calor::target_file_test {

using namespace experiment;
using namespace experiment::test;

namespace {

std::string target(const std::string& rest) { return "target = { file = \"d.csv\", " + rest + " }"; }

}  // namespace

TEST_SUITE("experiment/target_file") {
  TEST_CASE("Michelson's speed of light: NIST's certified mean and standard deviation") {
    const Experiment e =
        one(edited(gaussian(), {{6, ""}, {7, "target = { file = \"michelson.csv\", column = \"speed\" }"}}),
            source_root() / "validation/experiments");
    CHECK(e.data.size == 100);
    CHECK(e.data.mean == std::vector<Rational>{Rational(8524, 10)});
    const Rational variance = e.data.variance.front() * 100 / 99;
    const Rational certified = num::parse_decimal("79.0105478190518"), half = num::parse_decimal("0.00000000000005");
    CHECK(variance > (certified - half) * (certified - half));
    CHECK(variance < (certified + half) * (certified + half));
    CHECK(e.data.file == "michelson.csv");
    CHECK(e.data.columns == std::vector<std::string>{"speed"});
  }

  TEST_CASE("frequencies of outcomes, exactly") {
    const Folder folder;
    folder.write("d.csv", "side,other\n0,x\n1,y\n1,z\n");
    const Experiment e = one(edited(coin(), {{4, ""}, {5, target("column = \"side\"")}}), folder.path());
    CHECK(e.data.probabilities == std::vector<Rational>{Rational(1, 3), Rational(2, 3)});
    CHECK(e.data.size == 3);
    CHECK(e.data.source == Data::Source::target);
    CHECK(one(edited(coin(), {{5, target("column = \"side\"")}}), folder.path()).data.size == 8);
    const auto swept =
        parse(edited(coin(), {{4, "size = [1, 5]"}, {5, target("column = \"side\"")}}), "case.toml", folder.path());
    CHECK(swept[1].experiment.data.size == 5);
    CHECK(swept[1].experiment.data.probabilities[0] == Rational(1, 3));
    const Experiment stream =
        one(edited(discrete(), {{4, ""}, {5, target("column = \"side\"")}, {10, "batch = \"stream\""}}), folder.path());
    CHECK(stream.data.source == Data::Source::stream);
    CHECK(stream.data.size == 0);
    CHECK(stream.data.probabilities[1] == Rational(2, 3));
  }

  TEST_CASE("moments of several columns against sums of squared deviations") {
    const Folder folder;
    folder.write("d.csv", "a,b\n0.1,-1\n0.2,3\n0.4,1e3\n");
    const Lines edits{{4, "dimension = 2"},
                      {6, ""},
                      {7, target("column = [\"b\", \"a\"]")},
                      {12, "initial = { mean = [0,0], stddev = [1,1] }"}};
    const Experiment e = one(edited(gaussian(), edits), folder.path());
    for (std::size_t c = 0; c < 2; ++c) {
      const std::vector<Rational> x = c == 0 ? std::vector<Rational>{-1, 3, 1000}
                                             : std::vector<Rational>{Rational(1, 10), Rational(1, 5), Rational(2, 5)};
      const Rational mean = (x[0] + x[1] + x[2]) / 3;
      Rational scatter = 0;
      for (const auto& v : x) scatter += (v - mean) * (v - mean);
      CHECK(e.data.mean[c] == mean);
      CHECK(e.data.variance[c] == scatter / 3);
    }
    Lines columns = edits;
    columns[7] = target("columns = [\"b\", \"a\"]");
    CHECK(one(edited(gaussian(), columns), folder.path()).data.mean == e.data.mean);
  }

  TEST_CASE("paths are relative to the experiment's file") {
    const Folder folder;
    std::filesystem::create_directory(folder.path() / "sub");
    folder.write("sub/d.csv", "x\n1\n0\n");
    folder.write("sub/e.toml", edited(coin(), {{4, ""}, {5, target("column = \"x\"")}}));
    CHECK(read(folder.path() / "sub" / "e.toml").front().experiment.data.size == 2);
  }

  TEST_CASE("refusals name the key and its line, and the data file with its line") {
    const Folder folder;
    folder.write("d.csv", "x,y,z\n0,1.5,2\n1,abc,2\n2,3,2\n");
    folder.write("none.csv", "x\n");
    const auto message = [&](const Lines& base, int line, const std::string& text) {
      const std::string m = refusal(edited(base, {{line, text}}), folder.path());
      CHECK(m.find('\n') == std::string::npos);
      CHECK(m.find("; allowed") != std::string::npos);
      return m;
    };
    const auto coin_says = [&](const std::string& text, const std::string& start, const std::string& part) {
      const std::string m = message(coin(), 5, text);
      CHECK_MESSAGE(m.rfind("case.toml:5: data.target" + start, 0) == 0, m);
      CHECK_MESSAGE(m.find(part) != std::string::npos, m);
    };
    coin_says(target("column = \"side\""), ".column: ", "d.csv: there is no column \"side\"; allowed: x, y, z");
    coin_says(target("column = \"x\""), ".column: ", "d.csv:4: x: not a whole number in range (2); allowed: 0 to 1");
    coin_says(target("column = \"y\""), ".column: ", "d.csv:2: y: not a whole number in range (1.5)");
    coin_says(target("column = 3"), ".column: not a list (3)", "a list of 1");
    coin_says(target("column = [\"x\", \"y\"]"), ".column: of the wrong length (a list of 2)", "");
    coin_says(target("column = \"x\", columns = [\"x\"]"), ".columns: beside column", "");
    coin_says(target("colum = \"x\""), ".colum: unknown key", "did you mean column?");
    coin_says("target = { file = \"d.csv\" }", ".column: the key is missing", "");
    coin_says("target = { column = \"x\" }", ".file: the key is missing", "");
    coin_says("target = { file = \"absent.csv\", column = \"x\" }",
              ".file: ", "absent.csv: cannot be read: No such file or directory");
    coin_says("target = { file = \".\", column = \"x\" }", ".file: ", "it is a directory");
    coin_says("target = { file = \"\", column = \"x\" }", ".file: not a file name", "");
    coin_says("target = { file = \"none.csv\", column = \"x\" }", ".file: the file has no rows", "");
    coin_says("target = { file = 3, column = \"x\" }", ".file: not a string (3)", "");
    CHECK(message(gaussian(), 7, target("column = \"y\"")).find("d.csv:3: y: not a decimal number (\"abc\")") !=
          std::string::npos);
    CHECK(message(gaussian(), 7, target("column = \"z\"")).find("all values of column z are equal") !=
          std::string::npos);
  }
}

}  // namespace calor::target_file_test
