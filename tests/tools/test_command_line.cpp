// Help, versions and the refusal of every wrong command line: one line on standard error, status 2.

#include <doctest/doctest.h>

#include <algorithm>

#include "experiment/kinds.hpp"
#include "ledger/catalogue.hpp"
#include "place.hpp"
#include "process.hpp"
#include "table/write.hpp"

namespace calor::command_line_test {

using tools::test::check_refused;
using tools::test::contains;
using tools::test::Folder;
using tools::test::Outcome;

namespace {

Outcome run(const std::vector<std::string>& arguments, const std::string& redirections = "") {
  return tools::test::run_program(arguments, redirections);
}

}  // namespace

TEST_SUITE("tools/command_line") {
  TEST_CASE("help and version everywhere") {
    CHECK(run({}).out == run({"--help"}).out);
    CHECK(run({}).status == 0);
    CHECK(contains(run({"--help"}).out, "EXAMPLES"));
    CHECK(run({"--version"}).out == "calor " + calor::test::version() + "\n");
    for (const std::string command : {"run", "models", "explain", "sample", "check", "score", "help"}) {
      const Outcome help = run({command, "--help"});
      CHECK(help.status == 0);
      CHECK(help.err.empty());
      CHECK(contains(help.out, "SYNOPSIS\n  calor " + command));
      CHECK(help.out == run({"help", command}).out);
      CHECK(run({command, "--version"}).out == run({"--version"}).out);
    }
    const Outcome estimate = run({"estimate", "--help"});
    CHECK(estimate.status == 0);
    CHECK(contains(estimate.out, "mi-ksg1"));
    CHECK(estimate.out == run({"help", "estimate"}).out);
    const std::string page = run({"help", "run"}).out;
    for (const char* option : {"--format", "--output", "--digits", "--quantities", "--method", "--precision",
                               "--best-effort", "--threads"}) {
      CHECK(contains(page, option));
    }
  }

  TEST_CASE("the example on the page of run is an experiment that runs") {
    const std::string page = run({"help", "run"}).out;
    const auto begin = page.find("      [model]"), end = page.find("\n\n  calor run coin.toml");
    REQUIRE(end != std::string::npos);
    const Folder folder;
    tools::test::write(folder / "coin.toml", page.substr(begin, end - begin) + "\n");
    const Outcome o = run({"run", folder / "coin.toml", "--quantities", "m_info", "--format", "csv"});
    CHECK(o.status == 0);
    CHECK(contains(o.out, "10,m_info,0.23893596325"));
  }

  TEST_CASE("the fluctuations of a shipped experiment") {
    const auto o = run({"run", calor::test::source_root() + "/validation/experiments/coin.toml", "--quantities",
                        "fluctuations", "--format", "csv"});
    CAPTURE(o.err);
    CHECK(o.status == 0);
    CHECK(contains(o.out, "\n10,ift_x,1"));
    CHECK(contains(o.out, "\n10,heat_x_skewness,"));
  }

  TEST_CASE("all quantities but some") {
    const std::string coin = calor::test::source_root() + "/validation/experiments/coin_given.toml";
    const auto all = run({"run", coin, "--digits", "4", "--format", "csv"}),
               most =
                   run({"run", coin, "--digits", "4", "--quantities", "all,-lautum_info,-m_info", "--format", "csv"});
    CHECK(all.status == 0);
    CHECK(most.status == 0);
    CHECK(all.out.find("lautum_info") != std::string::npos);
    CHECK(most.out.find("lautum_info") == std::string::npos);
    CHECK(most.out.find(",m_info,") == std::string::npos);
    CHECK(most.out.find("l_info") != std::string::npos);
    for (const char* list : {"-m_info,-lautum_info", "-lautum_info,all,-m_info"})
      CHECK(run({"run", coin, "--digits", "4", std::string("--quantities=") + list, "--format", "csv"}).out ==
            most.out);
  }

  TEST_CASE("quantities that an experiment lacks are named") {
    const std::string given = calor::test::source_root() + "/validation/experiments/coin_given.toml";
    const auto o = run({"run", given, "--quantities", "loss_train,loss_test", "--format", "csv"});
    CHECK(o.status == 0);
    CHECK(contains(o.out, ",loss_train,"));
    CHECK(o.err == "calor: --quantities: not defined or not available for this experiment: loss_test\n");
    // not those that nobody asked for by name
    CHECK(run({"run", given, "--format", "csv"}).err == "");
    CHECK(run({"run", given, "--quantities=all,-loss_train", "--format", "csv"}).err == "");
  }

  TEST_CASE("wrong command lines") {
    const Folder folder;
    const std::string coin = folder / "coin.toml";
    tools::test::write(coin, tools::test::small_coin());
    check_refused({"rum", coin}, "no command \"rum\"; allowed: ");
    check_refused({"rum"}, "did you mean run?");
    check_refused({"help", "rum"}, "did you mean run?");
    check_refused({"--hlep"}, "did you mean --help?");
    check_refused({"run"}, "EXPERIMENT");
    check_refused({"run", coin, coin}, "an argument too many");
    check_refused({"run", coin, "--formt", "json"}, "run: no option --formt; ");
    check_refused({"run", coin, "--formt=json"}, "did you mean --format?");
    check_refused({"run", coin, "--format", "jsn"}, "did you mean json?");
    check_refused({"run", coin, "--format"}, "--format");
    check_refused({"run", coin, "--method", "spectrl"}, "did you mean spectral?");
    check_refused({"run", coin, "--quantities", "m_info,l_inf"},
                  "--quantities: no quantity \"l_inf\"; did you mean l_info?");
    check_refused({"run", coin, "--quantities", "m_info,,l_info"}, "--quantities: no quantity \"\"");
    check_refused({"run", coin, "--quantities", "all,-m_inf"}, "did you mean -m_info?");
    check_refused({"run", coin, "--quantities", "m_info,-m_info"}, "--quantities: nothing is left; allowed: ");
    const std::string given = calor::test::source_root() + "/validation/experiments/coin_given.toml";
    check_refused({"run", given, "--quantities", "loss_test"}, "--quantities: loss_test: not defined or not available");
    check_refused({"run", coin, "--quantities", ""}, "--quantities");
    for (const char* option : {"--digits", "--precision", "--threads"}) {
      for (const char* value : {"-1", "ten", "1e3", "99999999999999999999", "2.5", ""})
        check_refused({"run", coin, option, value}, option);
    }
    check_refused({"run", coin, "--digits", "0"}, "--digits");
    check_refused({"explain", "m_inf"}, "did you mean m_info?");
    check_refused({"explain", "M"}, "allowed: the names that calor explain lists");
    check_refused({"models", "bernoulli"}, "an argument too many");
    check_refused({"run", folder / "missing.toml"}, "missing.toml");
    check_refused({"run", folder.path().string()}, "directory");
    check_refused({"run", ""}, "");
    check_refused({"run", coin, "--", "x"}, "an argument too many");
  }

  TEST_CASE("hostile words stay on one line of printable text") {
    const Folder folder;
    for (const std::string& word : {std::string("a\nb"), std::string("\x1b[31m"), std::string("\xff\xfe"),
                                    std::string(100000, 'x'), std::string("%s%n")}) {
      for (const auto& arguments : std::vector<std::vector<std::string>>{{word},
                                                                         {"run", word},
                                                                         {"explain", word},
                                                                         {"help", word},
                                                                         {"run", "x", "--" + word},
                                                                         {"run", "x", "--quantities", word},
                                                                         {"run", "x", "--format", word}}) {
        const Outcome o = run(arguments);
        CAPTURE(o.err.substr(0, 300));
        CHECK(o.status == 2);
        CHECK(std::count(o.err.begin(), o.err.end(), '\n') == 1);
        CHECK(
            std::none_of(o.err.begin(), o.err.end() - 1, [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
        CHECK(o.err.size() < 6000);
      }
    }
  }

  TEST_CASE("explain knows every quantity and prints all of its definition") {
    const std::string list = run({"explain"}).out;
    for (const auto& d : ledger::catalogue()) {
      CHECK(contains(list, "  " + std::string(d.name) + " "));
      const Outcome o = run({"explain", std::string(d.name)});
      CHECK(o.status == 0);
      for (const auto part : {d.name, d.title, d.symbol, d.equation, d.unit, d.sign, d.source}) {
        CHECK_FALSE(part.empty());
        CHECK(contains(o.out, std::string(part)));
      }
    }
    CHECK(contains(run({"explain", "heat_x", "work_x"}).out, "work_x - "));
  }

  TEST_CASE("models lists every kind of the format with its keys, and explains every key") {
    const std::string list = run({"models"}).out;
    const auto keys = list.substr(list.find("\nkeys\n"));
    for (const auto* kinds : {&experiment::model_kinds(), &experiment::learner_kinds(), &experiment::sampler_kinds()}) {
      for (const auto& kind : *kinds) {
        const auto at = list.find("\n  " + kind.name);
        REQUIRE(at != std::string::npos);
        const auto next = list.find("      keys: ", at);
        CHECK(list.find("      ", at) < next);  // a line of meaning before the keys
        for (const auto& key : kind.keys) {
          CHECK(list.find(key, next) < list.find('\n', next));
          CHECK(contains(keys, "\n  " + key + " "));
        }
      }
    }
  }
}

}  // namespace calor::command_line_test
