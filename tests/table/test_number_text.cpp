#include <doctest/doctest.h>

#include "table/number_text.hpp"

namespace calor::number_text_test {

using table::concise;

namespace {

table::Cell cell(const char* value, const char* error) { return {"m_info", value, error, num::Guarantee::estimated}; }

}  // namespace

TEST_SUITE("table/number_text") {
  TEST_CASE("the JSON grammar of numbers") {
    for (const char* good : {"0", "-0", "1", "-12.50", "1e5", "1.5E-9", "0.001", "1e+3"})
      CHECK(table::is_json_number(good));
    for (const char* bad :
         {"", "-", "inf", "nan", "01", "-01", ".5", "1.", "1e", "1e+", "1/3", "+1", " 1", "1 ", "0x1", "1_000"}) {
      CHECK_FALSE(table::is_json_number(bad));
    }
  }

  TEST_CASE("the digits of an error behind those of its value") {
    CHECK(concise(cell("0.238936", "4.1e-5")) == "0.238936(41)");
    CHECK(concise(cell("0.238936", "0.000041")) == "0.238936(41)");
    CHECK(concise(cell("-1.234e-9", "5.6e-11")) == "-1.234(56)e-9");
  }

  TEST_CASE("where brackets would mislead, value and error stand apart") {
    CHECK(concise(cell("0", "1.1e-15")) == "0 ± 1.1e-15");
    CHECK(concise(cell("12.3", "1.1")) == "12.3 ± 1.1");
    CHECK(concise(cell("0.25", "1.1e-3")) == "0.25 ± 1.1e-3");
    CHECK(concise(cell("0.12", "inf")) == "0.12 ± inf");
  }

  TEST_CASE("exact and infinite values stand alone") {
    CHECK(concise(cell("0", "0")) == "0");
    CHECK(concise(cell("-0.375", "0")) == "-0.375");
    CHECK(concise(cell("inf", "0")) == "inf");
  }

  TEST_CASE("columns count characters, not bytes") {
    CHECK(table::columns("0 ± 1") == 5);
    CHECK(table::pad_left("±", 3) == "  ±");
    CHECK(table::pad_right("longer than that", 3) == "longer than that");
  }
}

}  // namespace calor::number_text_test
