// Values computed by others (shared/reference, experiment.md, the issues) against ours.

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "place.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

const std::string root = calor::test::source_root();

/// Prototype values agree with each other to 1e-11 (shared/reference/README.md); ours must agree with them to 2e-11.
void compare_with_prototype(const std::string& name) {
  const auto all = experiment::read(root + "/tests/reference/" + name + ".toml");
  REQUIRE(all.size() == 1);
  const Numbers ours = numbers(compute(all.front().experiment));
  std::ifstream file(root + "/tests/reference/" + name + ".json");
  const auto theirs = nlohmann::json::parse(file);
  REQUIRE(theirs.size() == ours.size());
  for (std::size_t j = 0; j < ours.size(); ++j)
    for (const auto& [quantity, value] : theirs[j].items()) {
      if (quantity == "t") continue;
      CAPTURE(name);
      CAPTURE(quantity);
      REQUIRE(ours[j].count(quantity) == 1);
      const double difference = static_cast<double>(Number(ours[j].at(quantity).value - Number(value.get<double>())));
      CHECK(std::fabs(difference) <= 2e-11 * std::max(1.0, std::fabs(value.get<double>())));
    }
}

}  // namespace

TEST_CASE("prototypes: langevin coin") { compare_with_prototype("coin"); }
TEST_CASE("prototypes: langevin, three outcomes") { compare_with_prototype("categorical"); }
TEST_CASE("prototypes: lagging coin") { compare_with_prototype("coin_lagging"); }
TEST_CASE("prototypes: Glauber spins") { compare_with_prototype("spins_glauber"); }
TEST_CASE("prototypes: Gaussian with ou") { compare_with_prototype("gaussian_ou"); }
TEST_CASE("prototypes: jump ladder") { compare_with_prototype("jump_ladder"); }
TEST_CASE("prototypes: sgld coin") { compare_with_prototype("sgld_coin"); }
TEST_CASE("prototypes: sgld minibatch") { compare_with_prototype("sgld_minibatch"); }

TEST_CASE("the coin of experiment.md at t = 10") {
  const auto all = experiment::read(root + "/validation/experiments/coin.toml");
  const auto n = numbers(compute(all.front().experiment)).back();
  const auto near = [&](const char* quantity, const char* value) {
    const Number rounding("5e-14");  // of the value as given
    CHECK(n.at(quantity).error < Number("1e-12"));
    CHECK(abs(Number(n.at(quantity).value - Number(value))) <= n.at(quantity).error + rounding);
  };
  near("m_info", "0.2389359632537");
  near("l_info", "0.0229721792228");
  near("ep_theta", "0.8661789144166");
  near("heat_theta", "-0.0774460370866");
}

TEST_CASE("Michelson's data keep the values that NIST certifies") {
  const auto e = experiment::read(root + "/validation/experiments/michelson.toml").front().experiment;
  CHECK(e.data.size == 100);
  CHECK(e.data.mean.front() == num::parse_decimal("852.4"));
  const double sample = std::sqrt(num::from_rational<double>(num::Rational(e.data.variance.front() * 100 / 99)));
  CHECK(sample == doctest::Approx(79.0105478190518).epsilon(1e-15));
}

TEST_CASE("sgld: minibatches far apart, by an independent program") {
  // NumPy: the kernel on 2401 nodes, logarithms by log-sum-exp; mixtures vanish 0.16 from the real axis
  const auto got = numbers(compute(
      parse_one("[model]\nkind = \"gaussian-mean\"\nstddev = 1\n[data]\nvalues = [-1, 1]\n[learner]\n"
                "kind = \"sgld\"\nlearning_rate = 0.8\ntemperature = 0.05\nbatch = \"minibatch\"\nbatch_size = 1\n"
                "weight_decay = 0.1\ninitial = { mean = [0], stddev = [0.5] }\n[time]\npoints = [1, 5]\n")));
  const auto check = [&](std::size_t j, const char* name, const char* value) {
    const Number miss = abs(Number(got[j].at(name).value - Number(value)));
    CHECK_MESSAGE(miss <= got[j].at(name).error + Number("2e-12"), name, " misses by ", miss.str(3));
  };
  check(0, "ep_theta", "1.146749850924");
  check(1, "ep_theta", "1.566954018905");
}

}  // namespace calor::run::test
