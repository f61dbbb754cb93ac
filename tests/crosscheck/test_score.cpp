// Answers of a program, and its score against numbers worked out by hand.

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "num/errors.hpp"
#include "support.hpp"
#include "validation/crosscheck/score.hpp"

namespace calor::score_test {

using namespace crosscheck;

namespace {

std::string refusal(const std::string& output) {
  try {
    read_answers(output, crosscheck::test::table());
    return "";
  } catch (const InputError& e) {
    return e.what();
  }
}

Trial trial(const std::string& output) { return {"", 1, read_answers(output, crosscheck::test::table())}; }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_SUITE("crosscheck/score") {
  TEST_CASE("answers without a header are about the last time") {
    const auto a =
        read_answers("# hello\n\n m_info , 0.5,0.1\r\nl_info,nan\nheat_theta,-inf,", crosscheck::test::table());
    REQUIRE(a.size() == 3);
    CHECK(a[0].moment == 2);
    CHECK(a[0].value == 0.5);
    CHECK(*a[0].standard_error == 0.1);
    CHECK(std::isnan(a[1].value));
    CHECK(std::isnan(a[2].value));
    CHECK_FALSE(a[2].standard_error);
  }

  TEST_CASE("a header may name times and any order") {
    const auto a = read_answers("value,t,stderr,quantity\n1,0,,m_info\n2,1.0000000000000002,3,m_info\n",
                                crosscheck::test::table());
    REQUIRE(a.size() == 2);
    CHECK(a[0].moment == 0);
    CHECK(a[1].moment == 1);
    CHECK(*a[1].standard_error == 3);
  }

  TEST_CASE("output that is not understood") {
    CHECK(contains(refusal("m_inf,1\n"), "line 1 of its output: no quantity \"m_inf\"; did you mean m_info?"));
    CHECK(contains(refusal("m_info\n"), "1 cells"));
    CHECK(contains(refusal("m_info,1,2,3\n"), "4 cells"));
    CHECK(contains(refusal("m_info,x\n"), "no number"));
    CHECK(contains(refusal("m_info,1,-1\n"), "negative"));
    CHECK(contains(refusal("t,quantity,value\n7,m_info,1\n"), "no time \"7\""));
    CHECK(contains(refusal("t,quantity\n"), "a header without value"));
    CHECK(contains(refusal("entropy_x,1\n"), "the table has no entropy_x"));
    CHECK(contains(refusal("m_info,1\nl_info,1\nm_info,2\n"), "line 3 of its output: a second answer about m_info"));
    CHECK(refusal("").empty());
  }

  TEST_CASE("bias, deviation, error and coverage") {
    const Scores s = score(crosscheck::test::table(), {trial("m_info,0.4,0.05\n"),
                                                       trial("m_info,0.2,0.09\nl_info,0.02\n"),
                                                       {"time limit", 5, {}},
                                                       trial("m_info,nan\n"),
                                                       trial("m_info,0.3,\n")});
    CHECK(s.trials == 5);
    CHECK(s.failed == 2);  // out of time, and nan
    CHECK(s.first_failure == "time limit");
    CHECK(s.seconds == doctest::Approx(1.8));
    REQUIRE(s.rows.size() == 2);
    const Score& m = s.rows[0];
    CHECK(m.quantity == "m_info");
    CHECK(m.t == "2");
    CHECK(m.answered == 3);
    CHECK(m.failures == 2);
    CHECK(m.bias == doctest::Approx(0).epsilon(1e-12));
    CHECK(m.stddev == doctest::Approx(0.1));
    CHECK(m.bias_error == doctest::Approx(0.1 / std::sqrt(3)));
    CHECK(m.rmse == doctest::Approx(std::sqrt(0.02 / 3)));
    CHECK(m.with_error == 2);
    CHECK(*m.coverage_68 == 0);
    CHECK(*m.coverage_95 == 0.5);
    CHECK(s.rows[1].failures == 4);
    CHECK_FALSE(s.rows[1].coverage_68);
    CHECK(score(crosscheck::test::table(), {trial("lautum_info,1\n")}).rows.empty());  // true value inf
  }

  TEST_CASE("a leaderboard replaces the rows of the same entry, keeps the others, and puts the best first") {
    const Scores good = score(crosscheck::test::table(), {trial("m_info,0.31\n"), trial("m_info,0.3\n")});
    const Scores bad = score(crosscheck::test::table(), {trial("m_info,0.5\n"), trial("m_info,0.6\n")});
    std::string board = leaderboard("", "b.csv", {{{"a, \"b\"", "coin", 10, 2, 1}, bad}});
    const Entry c{"c", "coin", 10, 2, 1};
    board = leaderboard(board, "b.csv", {{c, good}});
    CHECK(contains(board, "failures\nc,coin,,10,2,1,2,m_info,0.3,1e-12,0.005,"));
    CHECK(contains(board, "\n\"a, \"\"b\"\"\",coin,,10,2,1,"));
    CHECK(leaderboard(board, "b.csv", {{c, good}}) == board);
    // without a number: what there is of it stays, else its failures are counted
    Scores none;
    none.trials = none.failed = 2;
    CHECK(leaderboard(board, "b.csv", {{c, none}}) == board);
    CHECK(leaderboard(board, "b.csv", {{c, score(crosscheck::test::table(), {trial("m_info,nan\n")})}}) == board);
    const std::string failing = leaderboard(board, "b.csv", {{{"d", "coin", 10, 2, 1}, none}});
    CHECK(contains(failing, "\nd,coin,,10,2,1,,,,,,,,,,,,2\n"));
    CHECK(leaderboard(failing, "b.csv", {{{"d", "coin", 10, 2, 1}, good}}).find(",2\n") == std::string::npos);
    CHECK_THROWS_AS(leaderboard("a,b\n1,2\n", "b.csv", {{c, good}}), InputError);
  }

  TEST_CASE("reports") {
    const Scores s = score(crosscheck::test::table(), {trial("m_info,0.31\n"), {"exit status 1", 1, {}}});
    const Entry entry{"a", "coin", 10, 2, 1};
    const auto j = nlohmann::json::parse(write_scores_json({{entry, s}}));
    CHECK(j["failed"] == 1);
    CHECK(j["rows"][0]["stddev"].is_null());
    CHECK(j["rows"][0]["bias"].get<double>() == doctest::Approx(0.01));
    const std::string text = write_scores_text({{entry, s}});
    CHECK(contains(text, "a on coin: 2 runs on 10 samples each, 1 failed"));
    CHECK(contains(text, "first failure: exit status 1"));
  }

  TEST_CASE("the members of a sweep are told apart") {
    const Scores s = score(crosscheck::test::table(), {trial("m_info,0.31\n")});
    const Scored one{{"a", "coin", 10, 1, 1, {{"data.size", "1"}, {"sampler.rate", "0.5"}}}, s};
    const Scored two{{"a", "coin", 10, 1, 1, {{"data.size", "2"}, {"sampler.rate", "0.5"}}}, s};
    CHECK(contains(write_scores_text({one, two}), "\na on coin (data.size=2,sampler.rate=0.5): 1 runs"));
    const auto j = nlohmann::json::parse(write_scores_json({one, two}));
    CHECK(j["sweep"][1]["coordinates"] == nlohmann::json{{"data.size", 2}, {"sampler.rate", 0.5}});
    const std::string board = leaderboard("", "b.csv", {one, two});
    CHECK(contains(board, "\na,coin,\"data.size=2,sampler.rate=0.5\",10,1,1,2,m_info,"));
    CHECK(leaderboard(board, "b.csv", {two}) == board);
  }
}

}  // namespace calor::score_test
