// sgld in two parameters: two spins without coupling learn as each alone, everything adds; the others' identities.

#include <doctest/doctest.h>

#include "support.hpp"

namespace calor::run::test {

namespace {

std::string fields(int spins, const std::string& target, const std::string& mean, const std::string& stddev) {
  return "[model]\nkind = \"ising\"\nspins = " + std::to_string(spins) +
         "\nedges = []\nfields = true\n[data]\nsize = 1\ntarget = " + target +
         "\n[learner]\nkind = \"sgld\"\nbatch = \"full\"\ntemperature = 0.3\nweight_decay = 0.2\n"
         "learning_rate = { times = [0, 2], values = [0.5, 0.3] }\ninitial = { mean = " +
         mean + ", stddev = " + stddev + " }\n[time]\npoints = [0, 1, 3]\n";
}

}  // namespace

TEST_CASE("sgld in two parameters: uncoupled spins add up") {
  Options o = with(Method::automatic, 8);
  o.quantities = {"m_info", "l_info", "lautum_info", "heat_theta", "ep_theta",   "ep_theta_medium", "heat_x",
                  "work_x", "ep_x",   "flow_x",      "flow_theta", "ep_x_naive", "loss_test",       "entropy_theta"};
  // outcomes 00, 10, 01, 11 (bit i: spin i) of independent spins with p(up) = 0.75 and 0.4
  const auto both = numbers(compute(parse_one(fields(2, "[0.15, 0.45, 0.1, 0.3]", "[0.2, 0]", "[0.5, 0.7]")), o));
  const auto a = numbers(compute(parse_one(fields(1, "[0.25, 0.75]", "[0.2]", "[0.5]")), o));
  const auto b = numbers(compute(parse_one(fields(1, "[0.6, 0.4]", "[0]", "[0.7]")), o));
  for (std::size_t j = 0; j < both.size(); ++j) {
    CHECK(both[j].size() == o.quantities.size());
    for (const auto& [name, entry] : both[j]) {
      const Number sum = a[j].at(name).value + b[j].at(name).value, miss = abs(Number(entry.value - sum));
      const bool close = miss <= entry.error + a[j].at(name).error + b[j].at(name).error;
      CHECK_MESSAGE(close, name, " at time ", j, ": ", entry.value.str(15), " instead of ", sum.str(15));
    }
  }
}

}  // namespace calor::run::test
