// calor sample: a directory that appears whole or not at all.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "process.hpp"

using namespace calor;
using tools::test::Folder;
using tools::test::read;
using tools::test::run_program;
using tools::test::write;

namespace fs = std::filesystem;

namespace {

struct Coin {
  Coin() { write(toml, tools::test::small_coin()); }
  Folder folder;
  std::string toml = folder / "coin.toml", out = folder / "out";

  tools::test::Outcome sample(const std::vector<std::string>& more, const std::string& place) const {
    std::vector<std::string> words{"sample", toml, "--output", place, "--step", "0.1"};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words);
  }
};

void check_refused(const tools::test::Outcome& o, const std::string& part) {
  CAPTURE(o.err);
  CHECK(o.status == 2);
  CHECK(std::count(o.err.begin(), o.err.end(), '\n') == 1);
  CHECK(o.err.find(part) != std::string::npos);
}

}  // namespace

TEST_SUITE("tools/sample") {
  TEST_CASE("the files, the same bytes again, and a prefix of a longer run") {
    const Coin coin;
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
    const Coin coin;
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

  TEST_CASE("wrong use") {
    const Coin coin;
    check_refused(coin.sample({"--replicates", "0"}, coin.out), "--replicates");
    check_refused(coin.sample({"--replicates", "100000000"}, coin.out), "fewer at a time");
    check_refused(coin.sample({"--seed", "-1"}, coin.out), "--seed");
    check_refused(coin.sample({"--seed", "x"}, coin.out), "--seed");
    check_refused(run_program({"sample", coin.toml}), "--output");
    check_refused(run_program({"sample", coin.folder / "none.toml", "--output", coin.out}), "No such file");
    std::string text = tools::test::small_coin();
    write(coin.toml, text.replace(text.find("size = 2"), 8, "size = [1, 2]"));
    check_refused(coin.sample({}, coin.out), "a sweep over data.size");
    CHECK_FALSE(fs::exists(coin.out));
  }
}
