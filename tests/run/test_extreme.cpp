// Finite but extreme numbers: an answer or one line, never a crash.

#include <doctest/doctest.h>

#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

std::string extreme_coin(const std::string& mobility, const std::string& temperature, const std::string& decay,
                         const std::string& stddev, const std::string& end) {
  return "[model]\nkind = \"bernoulli\"\n[data]\nsize = 8\ntarget = [0.3, 0.7]\n[learner]\nkind = "
         "\"langevin\"\nmobility = " +
         mobility + "\ntemperature = " + temperature + "\nweight_decay = " + decay +
         "\ninitial = { mean = [0], stddev = [" + stddev + "] }\n[time]\npoints = [0, " + end + "]\n";
}

/// To ten digits, or by an error of one line.
void answered_or_refused(const std::string& text) {
  CAPTURE(text);
  try {
    Options o;
    o.quantities = {"m_info"};
    check_accuracy(numbers(compute(parse_one(text), o)), 10, text);
  } catch (const InputError& refusal) {
    CHECK(std::string(refusal.what()).find('\n') == std::string::npos);
  }
}

}  // namespace

TEST_CASE("extreme numbers of an experiment are refused in one line") {
  answered_or_refused(extreme_coin("1", "0.125", "0.1", "0.5", "1e30"));
  answered_or_refused(extreme_coin("1e9", "0.125", "0.1", "0.5", "1"));
  answered_or_refused(extreme_coin("1", "0.125", "0.1", "1e-9", "1"));
  answered_or_refused(extreme_coin("1", "1e30", "0.1", "0.5", "1"));
}

TEST_SUITE("long") {
  TEST_CASE("a weight decay of 1e9 is refused, after minutes") {
    answered_or_refused(extreme_coin("1", "0.125", "1e9", "0.5", "1"));
  }
}

TEST_CASE("long times in two parameters end in the stationary state") {
  Options o;
  o.quantities = {"m_info", "heat_theta"};
  const auto after = [&](const std::string& end) {
    return numbers(
        compute(parse_one(two_couplings("counts = [1, 0, 0, 1, 1, 0, 0, 0]", "[time]\npoints = [" + end + "]")), o));
  };
  CHECK(check_honest(after("1e5"), after("200"), "two couplings") == 2);
}

TEST_CASE("a precision that is given is not gone beyond, whatever it misses") {
  Options o;
  o.precision = 15;
  o.digits = 12;  // ep_theta_naive has eleven in double
  o.best_effort = true;
  const auto table =
      compute(parse_one("[model]\nkind = \"bernoulli\"\n[data]\nsize = 2\ntarget = [0.3, 0.7]\n"
                        "[learner]\nkind = \"langevin\"\nmobility = 1\ntemperature = 0.2\n"
                        "weight_decay = 0.4\ninitial = { mean = [0.1], stddev = [10] }\n[time]\npoints = [0.5, 2]\n"),
              o);
  CHECK(table.precision == "double");
  CHECK(numbers(table).front().at("ep_theta_naive").error > 4e-11);
}

TEST_CASE("sizes beyond 1e30 are no numbers of an experiment") {
  CHECK_THROWS_WITH_AS(parse_one(extreme_coin("1", "1e31", "0.1", "0.5", "1")), doctest::Contains("1e30"), InputError);
}

}  // namespace calor::run::test
