#pragma once
// Experiments with a jump learner, and their books: two levels compared, every identity of theory.md verified.

#include <doctest/doctest.h>

#include <string>

#include "run/jump_rows.hpp"
#include "run/refine.hpp"

namespace calor::jump_cases {

struct Case {
  std::string model, data, states, rate = "1", temperature, acceptance, decay = "0", initial, sampler, time;

  experiment::Experiment experiment() const {
    const std::string text = "[model]\n" + model + "\n[data]\n" + data +
                             "\n[learner]\nkind = \"jump\"\nstates = " + states + "\nrate = " + rate +
                             "\ntemperature = " + temperature + "\nacceptance = \"" + acceptance +
                             "\"\nweight_decay = " + decay + "\ninitial = " + initial + "\n" +
                             (sampler.empty() ? "" : "[sampler]\n" + sampler + "\n") + "[time]\n" + time + "\n";
    return experiment::parse(text, "case.toml", ".").front().experiment;
  }
};

inline run::Resolution resolution(int digits, int level) {
  const double e = (1.55 * digits + 2) * std::pow(1.2, level);
  return {e, e, 8 + digits / 3 + 3 * level, 1.0 / (1 + 0.25 * level), 1e300};
}

template <num::Real R>
std::vector<R> points_of(const experiment::Experiment& e) {
  std::vector<R> points;
  if (e.time.points.front() != 0) points.push_back(R(0));
  for (const auto& t : e.time.points) points.push_back(num::from_rational<R>(t));
  return points;
}

template <num::Real R>
std::vector<info::Row<R>> rows(const experiment::Experiment& e, int digits, int level) {
  return run::jump_rows<R>(e, points_of<R>(e), resolution(digits, level), 1, {});
}

/// Throws InternalError where an identity is violated. `checks`: how many were evaluated.
template <num::Real R>
ledger::Book<R> book(const experiment::Experiment& e, int digits, std::size_t at_least_checks = 20) {
  auto out = run::compare<R>(rows<R>(e, digits, 0), rows<R>(e, digits, 1));
  const R temperature = num::from_rational<R>(e.learner.temperature.values.front());
  const auto checks = ledger::verify<R>(out, run::jump_identities<R>(temperature));
  CHECK(checks.size() >= at_least_checks);
  return out;
}

/// Two coupled spins, all probability in one state at the start: six states, three examples.
inline Case spins(const std::string& sampler, const std::string& time) {
  return {"kind = \"ising\"\nspins = 2\nedges = [[0,1]]\nfields = false",
          "size = 3\ntarget = [0.3, 0.2, 0.2, 0.3]",
          "{ from = -1, to = 1, count = 6 }",
          "1.5",
          "0.3",
          "metropolis",
          "0.2",
          "[0, 0, 1, 0, 0, 0]",
          sampler,
          time};
}

inline Case one_bit(const std::string& time) {
  return {"kind = \"bernoulli\"",
          "size = 1\ntarget = [0.5, 0.5]",
          "[[-2], [2]]",
          "1",
          "1",
          "heat-bath",
          "0",
          "[0.5, 0.5]",
          "",
          time};
}

}  // namespace calor::jump_cases
