// calor score: programs that answer, fail, hang or talk too much.

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "process.hpp"

namespace calor::tools_score_test {

using tools::test::check_refused;
using tools::test::Coin;
using tools::test::contains;
using tools::test::run_program;
using tools::test::write;

namespace {

/// calor score of a command on two replicates of three samples.
tools::test::Outcome score(const std::string& toml, const std::string& command,
                           const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{"score", command, "--experiment", toml, "--replicates", "2", "--samples", "3"};
  words.insert(words.end(), more.begin(), more.end());
  return run_program(words);
}

}  // namespace

TEST_SUITE("tools/score") {
  TEST_CASE("a program gets the files and is scored by what it prints") {
    const Coin coin;
    const std::string program =
        "f() { test -s \"$1/theta.npy\" && test -x \"$CALOR\" && ! grep -q truth \"$1/samples.json\" && echo m_info,1; "
        "}; f";
    const auto o =
        score(coin.toml, program, {"--format", "json", "--name", "me", "--leaderboard", coin.folder / "b.csv"});
    CHECK(o.status == 0);
    CHECK(o.err.empty());
    const auto j = nlohmann::json::parse(o.out);
    CHECK(j["name"] == "me");
    CHECK(j["failed"] == 0);
    CHECK(j["rows"][0]["answered"] == 2);
    CHECK(contains(tools::test::read(coin.folder / "b.csv"), "\nme,coin,,3,2,1,1,m_info,"));
  }

  TEST_CASE("each run has samples of its own, the same again for the same seed") {
    const Coin coin;
    const std::string program =
        "f() { tail -n 1 \"$1/samples.csv\" >>'" + coin.folder.path().string() + "/seen'; echo m_info,1; }; f";
    CHECK(score(coin.toml, program).status == 0);
    CHECK(score(coin.toml, program).status == 0);
    const std::string seen = tools::test::read(coin.folder / "seen");
    CHECK(seen.starts_with("2,1,"));
    CHECK(contains(seen, "\n5,1,"));
    CHECK(seen.substr(0, seen.size() / 2) == seen.substr(seen.size() / 2));
  }

  TEST_CASE("each member of a sweep is scored") {
    const Coin coin;
    write(coin.toml, tools::test::small_sweep());
    const std::string board = coin.folder / "b.csv";
    const auto o = score(coin.toml, "echo m_info,0 #", {"--format", "json", "--name", "me", "--leaderboard", board});
    CHECK(o.status == 0);
    const auto j = nlohmann::json::parse(o.out);
    REQUIRE(j["sweep"].size() == 2);
    CHECK(j["sweep"][1]["coordinates"]["data.size"] == 2);
    CHECK(j["sweep"][0]["rows"][0]["true_value"] > j["sweep"][1]["rows"][0]["true_value"]);
    CHECK(contains(tools::test::read(board), "\nme,coin,data.size=2,3,2,1,1,m_info,"));
    CHECK(contains(score(coin.toml, "echo m_info,0 #").out, "on coin (data.size=1): 2 runs"));
    CHECK(score(coin.toml, "false").status == 1);
  }

  TEST_CASE("failures are told, not crashed on") {
    const Coin coin;
    const auto check = [&](const std::string& command, const std::string& part,
                           const std::vector<std::string>& more = {}) {
      const auto o = score(coin.toml, command, more);
      CAPTURE(o.out);
      CHECK(o.status == 1);
      CHECK(contains(o.out, part));
    };
    check("no-such-program", "exit status 127");
    check("echo trouble >&2; exit 5 #", "exit status 5: trouble");
    check("kill -SEGV $$ #", "killed by signal 11");
    check("true", "it printed no answer");
    check("printf 'm_info,1\\0\\n' #", "no number");
    check("echo m_info,nan #", "-            2");
    check("printf 'm_info,1\\nm_info,2\\n' #", "a second answer");
    check("yes", "more than 16 MB of output");
    const auto begin = std::chrono::steady_clock::now();
    check("sleep 60; echo", "time limit", {"--timeout", "0.2"});
    check("sleep 60 & sleep 60; echo", "time limit", {"--timeout", "0.2"});
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
    CHECK(score(coin.toml, "sleep 60 >/dev/null 2>&1 & echo m_info,1 #").status ==
          0);  // what it leaves behind is ended
  }

  TEST_CASE("two at a time keep the rows of both") {
    const Coin coin;
    const std::string board = coin.folder / "board.csv";
    std::vector<std::thread> runs;
    for (const char* name : {"a", "b", "c", "d"})
      runs.emplace_back([&, name] { score(coin.toml, "echo m_info,1 #", {"--leaderboard", board, "--name", name}); });
    for (auto& run : runs) run.join();
    const std::string rows = tools::test::read(board);
    for (const char* name : {"\na,", "\nb,", "\nc,", "\nd,"}) CHECK(contains(rows, name));
  }

  TEST_CASE("interrupted, it ends the program and leaves nothing") {
    for (const char* signal : {"INT", "TERM"}) {
      const Coin coin;
      const std::string place = coin.folder.path().string();
      std::filesystem::create_directory(coin.folder / "tmp");
      // The program tells its process and waits; the shell beside calor interrupts calor, its parent.
      const std::string program = "f() { echo $$ >'" + place + "/pid'; kill -" + signal + " $PPID; sleep 60; }; f";
      const auto begin = std::chrono::steady_clock::now();
      ::setenv("TMPDIR", (coin.folder / "tmp").c_str(), 1);
      const auto o = score(coin.toml, program);
      ::unsetenv("TMPDIR");
      CHECK(o.status == 128 + (std::string(signal) == "INT" ? SIGINT : SIGTERM));
      CHECK(o.out.empty());
      CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
      CHECK(std::filesystem::is_empty(coin.folder / "tmp"));
      CHECK(::kill(std::stoi(tools::test::read(coin.folder / "pid")), 0) != 0);
    }
  }

  TEST_CASE("wrong use") {
    const Coin coin;
    write(coin.folder / "notes", "mine\n");
    check_refused(score(coin.toml, "true", {"--leaderboard", coin.folder / "notes"}), "no leaderboard");
    CHECK(tools::test::read(coin.folder / "notes") == "mine\n");
    check_refused(score(coin.toml, "true", {"--leaderboard", coin.folder / "none/b.csv"}), "--leaderboard: ");
    const std::string board = coin.folder / "board.csv";
    CHECK(score(coin.toml, "echo m_info,1 #", {"--leaderboard", board}).status == 0);
    const std::string before = tools::test::read(board);
    check_refused(score(coin.toml, "true", {"--leaderboard", board, "--output", board}), "two files");
    check_refused(score(coin.toml, "true", {"--leaderboard", board, "--name", "\xff"}), "--name");
    CHECK(tools::test::read(board) == before);
    check_refused(score(coin.toml, " "), "COMMAND is empty");
    check_refused(score(coin.toml, "true", {"--timeout", "0"}), "--timeout");
    check_refused(score(coin.toml, "true", {"--replicates", "0"}), "--replicates");
    check_refused(score(coin.toml, "true", {"--format", "xml"}), "--format");
    check_refused(run_program({"score", "true"}), "--experiment");
    check_refused(run_program({"score", "true", "--experiment", coin.folder / "none"}), "No such file");
  }
}

}  // namespace calor::tools_score_test
