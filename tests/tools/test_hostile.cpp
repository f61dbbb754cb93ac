// Files that nobody should be given: one line, status 2, never a crash, never forever.

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "process.hpp"

namespace calor::hostile_test {

using tools::test::run_program;
using tools::test::write;

namespace {

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

/// A file of a gigabyte that takes no room on the disk.
void write_gigabyte(const std::string& file, const std::string& beginning) {
  write(file, beginning);
  std::filesystem::resize_file(file, std::uintmax_t{1} << 30U);
}

/// Each command that reads files, with `file` in every place where a file is read.
std::vector<std::vector<std::string>> uses(const std::string& file, const std::string& table, const std::string& csv) {
  return {{"run", file},
          {"check", file, csv},
          {"check", table, file},
          {"estimate", "mi-plugin", file, "--x", "a", "--y", "b"},
          {"sample", file, "--output", file + ".out"},
          {"score", "true", "--experiment", file}};
}

void check_refused(const std::vector<std::string>& words, const std::string& redirections = "") {
  const auto o = run_program(words, redirections);
  CAPTURE(words.front() + " " + words[1]);
  CAPTURE(o.err.substr(0, 300));
  CHECK(o.status == 2);
  CHECK(std::count(o.err.begin(), o.err.end(), '\n') == 1);
  CHECK(o.err.size() < 6000);
  CHECK(std::none_of(o.err.begin(), o.err.end() - 1, [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
}

struct Place : tools::test::Coin {
  Place() {
    REQUIRE(run_program({"run", toml, "-f", "json", "-o", table}).status == 0);
    REQUIRE(run_program({"run", toml, "-f", "csv", "-o", csv}).status == 0);
  }
  void all_refuse(const std::string& file) const {
    for (const auto& words : uses(file, table, csv)) check_refused(words);
  }
  std::string table = folder / "coin.json", csv = folder / "coin.csv";
};

}  // namespace

TEST_SUITE("tools/hostile") {
  TEST_CASE("bytes that are no text, no CSV, no TOML, no JSON") {
    const Place place;
    const std::vector<std::pair<std::string, std::string>> files{
        {"empty", ""},
        {"blank", "\n \n"},
        {"nul", std::string("a\0b\n", 4)},
        {"utf16", std::string("\xff\xfet\0,\0q\0", 8)},
        {"latin1", "title = \"\xe9\"\n" + tools::test::small_coin()},
        {"archive", std::string("PK\x03\x04\x14\x00\x00\x00\xff\xd8", 10)},
        {"line", std::string(3'000'000, 'a')},
        {"commas", std::string(3'000'000, ',')},
        {"lists", std::string(200'000, '[')},
        {"objects", repeated("{\"a\":", 100'000)},
        {"keys", repeated("a.", 50'000) + "a = 1\n"},
        {"quote", "t,quantity,value\n\"1"},
        {"mac", "t,quantity,value\r1,m_info,0.1\r"},
        {"cut.json", tools::test::read(place.table).substr(0, 1000)},
        {"empty.json", ""},
        {"digits.json", "{\"a\":" + std::string(1'000'000, '1') + "}"}};
    for (const auto& [name, bytes] : files) {
      write(place.folder / name, bytes);
      place.all_refuse(place.folder / name);
    }
  }

  TEST_CASE("numbers that are none") {
    const Place place;
    for (const char* word : {"nan", "inf", "-inf", "1e999", "1e-999", "0x10", "1e99999999999"}) {
      std::string text = tools::test::small_coin();
      write(place.folder / "n.toml",
            text.replace(text.find("temperature = 0.5"), 17, std::string("temperature = ") + word));
      check_refused({"run", place.folder / "n.toml"});
    }
    for (const char* word : {"nan", "NaN", "", "1e99999", "0x10", "1,5", "--1"}) {
      write(place.folder / "n.csv", std::string("t,quantity,value\n1,m_info,") + word + "\n");
      check_refused({"check", place.table, place.folder / "n.csv"});
    }
  }

  TEST_CASE("places that are no files") {
    const Place place;
    std::filesystem::create_symlink("loop", place.folder.path() / "loop");
    std::filesystem::create_symlink("nowhere", place.folder.path() / "broken");
    for (const std::string& file :
         {place.folder.path().string(), place.folder / "loop", place.folder / "broken", place.folder / "coin.toml/x",
          place.folder / std::string(300, 'x'), std::string("/dev/null"), std::string("/proc/self/mem")}) {
      place.all_refuse(file);
    }
  }

  TEST_CASE("a gigabyte, and what never ends") {
    const Place place;
    write_gigabyte(place.folder / "zeros", "");
    write_gigabyte(place.folder / "g.json", "{");
    place.all_refuse(place.folder / "zeros");
    check_refused({"check", place.folder / "g.json", place.csv});
    check_refused({"check", "/dev/zero", place.csv});
    check_refused({"run", "/dev/zero"});
  }

  TEST_CASE("no permission" * doctest::skip(::geteuid() == 0)) {
    const Place place;
    write(place.folder / "shut", "t,quantity,value\n");
    ::chmod((place.folder / "shut").c_str(), 0);
    place.all_refuse(place.folder / "shut");
  }

  TEST_CASE("a full standard output") {
    const Place place;
    check_refused({"check", place.table, place.csv}, ">/dev/full");
    check_refused({"score", "true", "--experiment", place.toml, "--replicates", "1", "--samples", "1"}, ">/dev/full");
    check_refused({"estimate", "mi-plugin", place.csv, "--x", "quantity", "--y", "t"}, ">/dev/full");
  }
}

}  // namespace calor::hostile_test
