// calor sample: a directory that appears whole or not at all.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "process.hpp"
#include "reference/digest.hpp"

namespace calor::sample_test {

using tools::test::check_refused;
using tools::test::read;
using tools::test::run_program;
using tools::test::small_sweep;
using tools::test::write;

namespace fs = std::filesystem;

namespace {

struct Sampled : tools::test::Coin {
  std::string out = folder / "out";

  tools::test::Outcome sample(const std::vector<std::string>& more, const std::string& place) const {
    std::vector<std::string> words{"sample", toml, "--output", place, "--step", "0.1"};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words);
  }
};

}  // namespace

TEST_SUITE("tools/sample") {
  TEST_CASE("the files, the same bytes again, and a prefix of a longer run") {
    const Sampled coin;
    CHECK(coin.sample({"--replicates", "5", "--seed", "3"}, coin.out).status == 0);
    const std::string csv = read(coin.out + "/samples.csv"), json = read(coin.out + "/samples.json");
    CHECK(csv.starts_with("replicate,t,theta0,x0,b0,b1\n0,0,"));
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 11);
    CHECK(coin.sample({"--replicates", "5", "--seed", "3", "--threads", "1"}, coin.out).status == 0);
    CHECK(read(coin.out + "/samples.csv") == csv);
    CHECK(read(coin.out + "/samples.json") == json);
    CHECK(coin.sample({"--replicates", "300", "--seed", "3", "--no-truth"}, coin.out).status == 0);
    CHECK(read(coin.out + "/samples.csv").starts_with(csv));
    CHECK(coin.sample({"--replicates", "5", "--seed", "4", "--no-truth"}, coin.out).status == 0);
    CHECK(read(coin.out + "/samples.csv") != csv);
    CHECK(coin.folder.names() == std::vector<std::string>{"coin.toml", "out"});
  }

  TEST_CASE("a directory that is not ours is left alone") {
    const Sampled coin;
    fs::create_directory(coin.out);
    CHECK(coin.sample({"--replicates", "2"}, coin.out + "/").status == 0);  // empty: taken
    write(coin.out + "/notes", "mine");
    check_refused(coin.sample({"--replicates", "2"}, coin.out), "holds other things");
    CHECK(read(coin.out + "/notes") == "mine");
    fs::remove(coin.out + "/notes");
    write(coin.out + "/samples.json", "{}");
    check_refused(coin.sample({"--replicates", "2"}, coin.out), "holds other things");
    check_refused(coin.sample({}, coin.toml), "it is no directory");
    check_refused(coin.sample({}, coin.folder / "none/out"), "No such file");
    check_refused(coin.sample({}, ""), "empty");
    check_refused(coin.sample({}, "."), "no name of its own");
    check_refused(coin.sample({}, "/proc/out"), "cannot be written");
    fs::create_directory_symlink(coin.folder.path(), coin.folder.path() / "link");
    check_refused(coin.sample({}, coin.folder / "link"), "it is no directory");
    CHECK(coin.folder.names() == std::vector<std::string>{"coin.toml", "link", "out"});
  }

  TEST_CASE("a sweep: a folder for each member, and one table of the truth") {
    const Sampled coin;
    const std::vector<std::string> few{"--replicates", "5", "--seed", "3"};
    CHECK(coin.sample(few, coin.folder / "one").status == 0);
    write(coin.toml, small_sweep());
    CHECK(coin.sample(few, coin.out).status == 0);
    const std::string member = coin.out + "/data.size=2";
    CHECK(read(member + "/samples.csv") == read((coin.folder / "one") + "/samples.csv"));
    CHECK(read(member + "/samples.json") == read((coin.folder / "one") + "/samples.json"));
    const auto json = nlohmann::json::parse(read(coin.out + "/samples.json"));
    REQUIRE(json["sweep"].size() == 2);
    CHECK(json["sweep"][1]["folder"] == "data.size=2");
    CHECK(json["sweep"][1]["coordinates"]["data.size"] == 2);
    CHECK(json["sweep"][1]["sha256"] == reference::sha256(read(member + "/samples.json")));

    const std::string csv = coin.folder / "all.csv", own = coin.folder / "own.csv";
    REQUIRE(run_program({"run", coin.toml, "-q", "m_info", "-f", "csv", "-o", csv}).status == 0);
    CHECK(run_program({"check", coin.out, csv}).status == 0);
    write(own, "t,quantity,value\n1,m_info,0\n");
    CHECK(run_program({"check", member, own}).status == 1);
    check_refused({"check", coin.out, own}, "data.size");

    write(coin.toml, tools::test::small_coin());  // replaces the sweep, folders and all
    CHECK(coin.sample(few, coin.out).status == 0);
    CHECK_FALSE(fs::exists(member));
    write(coin.toml, small_sweep());
    CHECK(coin.sample({"--replicates", "5", "--no-truth"}, coin.out).status == 0);
    check_refused({"check", coin.out, csv}, "without their true values");
    write(member + "/notes", "mine");
    check_refused(coin.sample(few, coin.out), "holds other things");
    CHECK(read(member + "/notes") == "mine");
  }

  TEST_CASE("wrong use") {
    const Sampled coin;
    check_refused(coin.sample({"--replicates", "0"}, coin.out), "--replicates");
    check_refused(coin.sample({"--replicates", "100000000"}, coin.out), "fewer at a time");
    check_refused(coin.sample({"--first", "18446744073709551615"}, coin.out), "--first");
    check_refused(coin.sample({"--seed", "18446744073709551616"}, coin.out), "--seed");
    check_refused(coin.sample({"--seed", "-1"}, coin.out), "--seed");
    check_refused(coin.sample({"--seed", "x"}, coin.out), "--seed");
    check_refused({"sample", coin.toml}, "--output");
    check_refused({"sample", coin.folder / "none.toml", "--output", coin.out}, "No such file");
    CHECK_FALSE(fs::exists(coin.out));
  }
}

}  // namespace calor::sample_test
