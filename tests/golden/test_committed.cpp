// The committed tables (validation/tables) are what the program computes. A change of a table needs a line in
// CHANGELOG.md that says why; then `calor tables` makes it anew.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "num/exact.hpp"
#include "place.hpp"
#include "reference/reference.hpp"

namespace calor::committed_test {

namespace {

namespace fs = std::filesystem;
using num::Rational;

const fs::path validation = fs::path(test::source_root()) / "validation";

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::string> names_in(const char* folder, const char* extension) {
  std::vector<std::string> out;
  if (!fs::exists(validation / folder)) return out;
  for (const auto& at : fs::directory_iterator(validation / folder))
    if (at.path().extension() == extension) out.push_back(at.path().stem().string());
  std::sort(out.begin(), out.end());
  return out;
}

struct Line {
  std::string value, error, guarantee;
};

/// The lines of a CSV table by all that stands in front of the value.
std::map<std::string, Line> lines_of(const std::string& csv) {
  std::map<std::string, Line> out;
  std::istringstream in(csv);
  for (std::string line; std::getline(in, line);) {
    Line numbers;
    for (std::string* part : {&numbers.guarantee, &numbers.error, &numbers.value}) {
      const auto comma = line.rfind(',');
      *part = line.substr(comma + 1);
      line.resize(comma);
    }
    out[line] = numbers;
  }
  return out;
}

/// Values agree within both errors, guarantees are equal. (Bit for bit they need to agree on one machine only.)
void compare(const std::string& name, const std::string& committed, const std::string& computed) {
  CAPTURE(name);
  const auto theirs = lines_of(committed), ours = lines_of(computed);
  CHECK(theirs.size() == ours.size());
  for (const auto& [key, line] : theirs) {
    CAPTURE(key);
    const auto at = ours.find(key);
    REQUIRE(at != ours.end());
    CHECK(line.guarantee == at->second.guarantee);
    if (line.value == at->second.value) continue;
    const Rational gap = abs(Rational(num::parse_decimal(line.value) - num::parse_decimal(at->second.value)));
    CHECK(gap <= num::parse_decimal(line.error) + num::parse_decimal(at->second.error));
  }
}

void check_table(const std::string& name) {
  CAPTURE(name);
  const auto computed = reference::make(validation / "experiments" / (name + ".toml"), 1, {});
  const auto entry = reference::entry_of(read(validation / "tables" / (name + ".json")));
  CHECK(entry.sha256 == computed.sha256);
  CHECK(entry.data == computed.data);
  compare(name, read(validation / "tables" / (name + ".csv")), reference::csv_of(computed));
}

}  // namespace

TEST_CASE("every table is whole and belongs to its experiment") {
  const auto tables = names_in("tables", ".json");
  CHECK(names_in("tables", ".csv") == tables);
  CHECK(names_in("tables", ".tex") == tables);
  for (const auto& name : tables) {
    CAPTURE(name);
    const auto entry = reference::entry_of(read(validation / "tables" / (name + ".json")));
    CHECK(reference::up_to_date(entry, reference::identify(validation / "experiments" / (name + ".toml"))));
  }
}

TEST_CASE("committed tables: a quick few") {
  const auto tables = names_in("tables", ".json");
  for (const std::string name : {"gaussian", "gaussian_ou", "one_bit"})
    if (std::find(tables.begin(), tables.end(), name) != tables.end()) check_table(name);
}

TEST_CASE("tables are the same bits for every run and number of threads") {
  for (const std::string name : {"one_bit", "ladder"}) {
    const fs::path file = validation / "experiments" / (name + ".toml");
    if (!fs::exists(file)) continue;
    const auto one = reference::make(file, 1, {}), two = reference::make(file, 2, {}),
               again = reference::make(file, 2, {});
    CHECK(reference::json_of(one) == reference::json_of(two));
    CHECK(reference::json_of(two) == reference::json_of(again));
  }
}

TEST_SUITE("tables") {
  TEST_CASE("every experiment has a table") { CHECK(names_in("experiments", ".toml") == names_in("tables", ".json")); }

  TEST_CASE("committed tables: all") {
    for (const auto& name : names_in("tables", ".json")) check_table(name);
  }
}

}  // namespace calor::committed_test
