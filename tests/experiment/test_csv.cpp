#include <doctest/doctest.h>

#include <random>
#include <sstream>

#include "experiment/csv.hpp"
#include "num/errors.hpp"
#include "support.hpp"

namespace calor::csv_test {

using namespace experiment;
using experiment::test::Folder;

namespace {

Csv csv(const std::string& text) {
  std::istringstream in(text);
  return parse_csv(in, "d.csv");
}

std::string refused(const std::string& text) {
  try {
    csv(text);
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

using Row = std::vector<std::string>;

}  // namespace

TEST_SUITE("experiment/csv") {
  TEST_CASE("plain, CRLF, BOM, comments, empty lines, no end of line at the end") {
    const Csv t = csv("\xEF\xBB\xBF# a comment, with a comma\r\nx,y\r\n\r\n1,2\r\n# note\r\n3,");
    CHECK(t.header == Row{"x", "y"});
    CHECK(t.rows == std::vector<Row>{{"1", "2"}, {"3", ""}});
    CHECK(t.lines == std::vector<int>{4, 6});
    CHECK(csv("\xEF\xBB\xBFx\n1\n").header == Row{"x"});
    CHECK(csv("x\n").rows.empty());
  }

  TEST_CASE("quotes as in RFC 4180") {
    const Csv t = csv("\"a,b\",\"c\"\"d\"\n\"line\r\nbreak\",\"# no comment\n\n\"\n\"\",x\n");
    CHECK(t.header == Row{"a,b", "c\"d"});
    REQUIRE(t.rows.size() == 2);
    CHECK(t.rows[0] == Row{"line\nbreak", "# no comment\n\n"});
    CHECK(t.rows[1] == Row{"", "x"});
    CHECK(t.lines == std::vector<int>{2, 6});
    CHECK(csv("a\nx\"y\n").rows[0] == Row{"x\"y"});
  }

  TEST_CASE("numbers are exact; blanks around them do not matter") {
    const Csv t = csv("x, y\n 0.1 ,-2.5e-3\n7,abc\n3.0,\n");
    CHECK(t.column("x") == 0);
    CHECK(t.column(" y") == 1);
    CHECK(t.number(0, 0) == num::Rational(1, 10));
    CHECK(t.number(0, 1) == num::Rational(-1, 400));
    CHECK(t.integer(2, 0, 0, 5) == 3);
    CHECK_THROWS_WITH_AS(t.number(1, 1), "d.csv:3:  y: not a decimal number (\"abc\"); allowed: a decimal number",
                         InputError);
    CHECK_THROWS_WITH_AS(t.number(2, 1), doctest::Contains("d.csv:4:  y: not a decimal number (\"\")"), InputError);
    CHECK_THROWS_WITH_AS(t.integer(0, 0, 0, 5),
                         doctest::Contains("d.csv:2: x: not a whole number in range ( 0.1 ); allowed: 0 to 5"),
                         InputError);
    CHECK_THROWS_WITH_AS(t.integer(1, 0, 0, 5), doctest::Contains("d.csv:3: x: not a whole number in range (7)"),
                         InputError);
    for (const std::string bad : {"nan", "inf", "1e5000", "1 2", "0x1"})
      CHECK_THROWS_AS(csv("x\n" + bad + "\n").number(0, 0), InputError);
  }

  TEST_CASE("columns that are not there are answered with those that are") {
    CHECK_THROWS_WITH_AS(csv("speed,run\n1,2\n").column("sped"),
                         "d.csv: there is no column \"sped\"; allowed: speed, run; did you mean speed?", InputError);
    CHECK_THROWS_WITH_AS(csv("a,b,a\n1,2,3\n").column("a"), doctest::Contains("more than one column is called \"a\""),
                         InputError);
  }

  TEST_CASE("refusals") {
    CHECK(refused("").rfind("d.csv: there is no header line", 0) == 0);
    CHECK(refused("# only a comment\n\n").rfind("d.csv: there is no header line", 0) == 0);
    CHECK(refused("a,b\n1,2\n\n1,2,3\n").rfind("d.csv:4: the row has 3 cells; allowed: 2", 0) == 0);
    CHECK(refused("a,b\n1\n").rfind("d.csv:2: the row has 1 cells; allowed: 2", 0) == 0);
    CHECK(refused("a\n\"open\n1\n2\n").rfind("d.csv:2: a quote is never closed", 0) == 0);
    CHECK(refused("a\n\"x\"y\n").rfind("d.csv:2: text follows a closing quote", 0) == 0);
    CHECK(refused(std::string("a\n1\0\n", 5)).rfind("d.csv:2: there is a NUL byte", 0) == 0);
    CHECK(refused(std::string("\xFF\xFE"
                              "a\0\n\0",
                              6))
              .find("NUL") != std::string::npos);
    CHECK(refused("a\n1\n\xE9t\xE9\n").rfind("d.csv:3: the line is not UTF-8", 0) == 0);
    CHECK(refused("a\n" + std::string(999'999, 'x') + "\n").empty());
    CHECK(refused("a\n" + std::string(1'000'001, 'x') + "\n").rfind("d.csv:2: the row is too long", 0) == 0);
    std::string lines = "a\n\"";
    for (int i = 0; i < 200'000; ++i) lines += "12345\n";
    CHECK(refused(lines + "\"\n").find("the row is too long") != std::string::npos);
  }

  TEST_CASE("files that cannot be read") {
    const Folder folder;
    CHECK_THROWS_WITH_AS(read_csv(folder.path() / "none.csv"),
                         doctest::Contains("none.csv: cannot be read: No such file or directory; allowed:"),
                         InputError);
    CHECK_THROWS_WITH_AS(read_csv(folder.path()), doctest::Contains("it is a directory"), InputError);
    CHECK_THROWS_WITH_AS(read_csv(folder.write("empty.csv", "")), doctest::Contains("there is no header line"),
                         InputError);
    CHECK_THROWS_WITH_AS(read_csv("/dev/zero"), doctest::Contains("/dev/zero:1: there is a NUL byte"), InputError);
    CHECK(read_csv(folder.write("good.csv", "a\n1\n")).rows.size() == 1);
  }

  // A writer that follows RFC 4180 by itself, and the reader, on random cells.
  TEST_CASE("random tables come back") {
    std::mt19937 random(1);
    const std::vector<std::string> pieces{"a", "\"", ",", "\n", "#", " ", "é", "7", ""};
    for (int round = 0; round < 300; ++round) {
      const std::size_t columns = 2 + random() % 3;
      std::vector<Row> rows(1 + random() % 5, Row(columns));
      std::string text;
      for (auto& row : rows) {
        for (std::size_t c = 0; c < columns; ++c) {
          for (unsigned i = random() % 5; i > 0; --i) row[c] += pieces[random() % pieces.size()];
          std::string quoted;
          for (const char ch : row[c]) quoted += ch == '"' ? std::string("\"\"") : std::string(1, ch);
          text += (c > 0 ? ",\"" : "\"") + quoted + "\"";
        }
        text += random() % 2 ? "\n" : "\r\n";
      }
      CAPTURE(text);
      const Csv t = csv(text);
      CHECK(t.header == rows[0]);
      CHECK(t.rows == std::vector<Row>(rows.begin() + 1, rows.end()));
    }
  }

  TEST_CASE("random bytes never do worse than a one-line refusal") {
    std::mt19937 random(2);
    for (int round = 0; round < 3000; ++round) {
      std::string text;
      for (unsigned i = random() % 60; i > 0; --i) text += "a1,\"\n\r#\xC3\xA9\xFF"[random() % 10];
      CHECK(refused(text).find('\n') == std::string::npos);
    }
  }
}

}  // namespace calor::csv_test
