// Results appear whole or not at all.

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "place.hpp"
#include "process.hpp"

namespace calor::output_test {

using tools::test::check_refused;
using tools::test::Coin;
using tools::test::read;
using tools::test::run_program;
using tools::test::write;

namespace {

unsigned mode_of(const std::string& file) {
  struct stat status {};
  ::stat(file.c_str(), &status);
  return status.st_mode & 0777U;
}

}  // namespace

TEST_SUITE("tools/output") {
  TEST_CASE("a file holds what standard output would") {
    const Coin coin;
    for (const char* format : {"text", "json", "csv", "markdown", "latex"}) {
      const auto direct = run_program({"run", coin.toml, "--format", format});
      CHECK(direct.status == 0);
      CHECK(direct.err.empty());
      const auto filed = run_program({"run", coin.toml, "--format", format, "--output", coin.folder / "out"});
      CHECK(filed.status == 0);
      CHECK(filed.out.empty());
      CHECK(filed.err.empty());
      CHECK(read(coin.folder / "out") == direct.out);
    }
    CHECK(coin.folder.names() == std::vector<std::string>{"coin.toml", "out"});
  }

  TEST_CASE("only the quantities asked for, in the order of the catalogue") {
    const Coin coin;
    const auto o =
        run_program({"run", coin.toml, "--format", "json", "--quantities", "l_info,m_info,efficiency,l_info"});
    REQUIRE(o.status == 0);
    const auto row = nlohmann::ordered_json::parse(o.out)["rows"][1];
    std::vector<std::string> keys;
    for (const auto& [key, value] : row.items()) keys.push_back(key);
    CHECK(keys == std::vector<std::string>{"t", "m_info", "l_info", "efficiency"});
  }

  TEST_CASE("an old file is replaced with its permissions kept, links are followed") {
    const Coin coin;
    write(coin.folder / "old", "old");
    ::chmod((coin.folder / "old").c_str(), 0640);
    std::filesystem::create_symlink("old", coin.folder.path() / "link");
    CHECK(run_program({"run", coin.toml, "--output", coin.folder / "link", "--format", "csv"}).status == 0);
    CHECK(std::filesystem::is_symlink(coin.folder.path() / "link"));
    CHECK(read(coin.folder / "old").starts_with("t,quantity,"));
    CHECK(mode_of(coin.folder / "old") == 0640U);
  }

  TEST_CASE("a failed run leaves the old file and nothing else") {
    const Coin coin;
    write(coin.folder / "old", "old");
    write(coin.folder / "bad.toml", tools::test::small_coin() + "surplus = 1\n");
    check_refused(run_program({"run", coin.folder / "bad.toml", "--output", coin.folder / "old"}), "surplus");
    check_refused(run_program({"run", coin.toml, "--output", coin.folder / "old", "--digits", "1000"}), "1000");
    check_refused(run_program({"run", coin.toml, "--output", coin.folder / "new", "--digits", "1000"}), "1000");
    CHECK(read(coin.folder / "old") == "old");
    CHECK(coin.folder.names() == std::vector<std::string>{"bad.toml", "coin.toml", "old"});
  }

  TEST_CASE("places that cannot be written are refused") {
    const Coin coin;
    std::filesystem::create_directory(coin.folder.path() / "sub");
    const auto to = [&](const std::string& place) { return run_program({"run", coin.toml, "--output", place}); };
    check_refused(to(coin.folder / "sub"), "it is a directory");
    check_refused(to(coin.folder / "sub/"), "it is a directory");
    check_refused(to(coin.folder / "none/out"), "No such file or directory");
    check_refused(to(coin.folder / "none/"), "cannot be written");
    check_refused(to(coin.folder / "coin.toml/out"), "Not a directory");
    check_refused(to(coin.folder / std::string(300, 'x')), "File name too long");
    check_refused(to(coin.toml), "this run reads it");
    write(coin.folder / "data.csv", "side\n0\n1\n1\n");
    std::string with_data = tools::test::small_coin();
    const auto target = with_data.find("target = ");
    with_data.replace(target, with_data.find('\n', target) - target,
                      "target = { file = \"data.csv\", column = \"side\" }");
    write(coin.folder / "data.toml", with_data);
    for (const char* command : {"run", "sample"})
      check_refused(run_program({command, coin.folder / "data.toml", "--output", coin.folder / "data.csv"}),
                    "--output");
    CHECK(read(coin.folder / "data.csv").starts_with("side"));
    std::filesystem::remove(coin.folder / "data.csv");
    std::filesystem::remove(coin.folder / "data.toml");
    check_refused(to(""), "empty");
    check_refused(to("/proc/out"), "cannot be written");
    CHECK(read(coin.toml) == tools::test::small_coin());
    CHECK(coin.folder.names() == std::vector<std::string>{"coin.toml", "sub"});
  }

  TEST_CASE("a directory without permission is refused" * doctest::skip(::geteuid() == 0)) {
    const Coin coin;
    std::filesystem::create_directory(coin.folder.path() / "shut");
    ::chmod((coin.folder / "shut").c_str(), 0500);
    check_refused(run_program({"run", coin.toml, "--output", coin.folder / "shut/out"}), "Permission denied");
  }

  TEST_CASE("devices are written to, not replaced; a full one is told") {
    const Coin coin;
    CHECK(run_program({"run", coin.toml, "--output", "/dev/null"}).status == 0);
    CHECK(std::filesystem::is_character_file("/dev/null"));
    check_refused(run_program({"run", coin.toml, "--output", "/dev/full"}), "No space left on device");
    CHECK(std::filesystem::is_character_file("/dev/full"));
  }

  TEST_CASE("standard output that is full, closed or a pipe without reader") {
    const Coin coin;
    check_refused(run_program({"run", coin.toml}, ">/dev/full"),
                  "standard output cannot be written: No space left on device");
    check_refused(run_program({"run", coin.toml}, ">&-"), "standard output cannot be written: Bad file descriptor");
    const std::string status = coin.folder / "status", err = coin.folder / "err";
    const std::string late = std::string("( sleep 0.3; '") + calor::test::program() + "' explain 2>'" + err +
                             "'; echo $? >'" + status + "' ) | true";
    CHECK(std::system(late.c_str()) == 0);
    CHECK(read(status) == "2\n");
    CHECK(read(err).empty());
    CHECK(run_program({"run", coin.toml, "--output", coin.folder / "out"}, ">&- 2>&- <&-").status == 0);
    CHECK(read(coin.folder / "out").starts_with("coin\n"));
  }
}

}  // namespace calor::output_test
