#pragma once
// sigma_theta of trajectories by their path probabilities and the law of what the simulator draws.

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "validation/simulator/law.hpp"

namespace calor::test {

/// Of each trajectory up to the last time, by the entropy given to the medium or by forward and backward probabilities;
/// empty where the law is not at hand, and `why` says so.
inline std::vector<double> path_sigmas(const experiment::Experiment& e, simulator::Options o, bool by_medium,
                                       std::string& why) {
  o.batches = true;
  const auto law = simulator::make_law(e, o, why);
  if (!law) return {};
  const simulator::Sample s = simulator::simulate(e, o);
  std::set<std::vector<double>> drawn;
  for (std::size_t r = 0; r < s.replicates; ++r) drawn.insert(s.given(r));
  law->prepare({drawn.begin(), drawn.end()}, o.threads);
  std::vector<double> out;
  for (std::size_t r = 0; r < s.replicates; ++r) {
    const std::size_t first = r * s.times, last = first + s.times - 1;
    const auto given = s.given(r);
    out.push_back(law->log_density(0, &s.theta[first * s.parameters], given.data()) -
                  law->log_density(s.times - 1, &s.theta[last * s.parameters], given.data()) +
                  (by_medium ? s.medium[last] : s.forward[last] - s.backward[last]));
  }
  return out;
}

/// The same where the law must be at hand.
inline std::vector<double> sigmas(const experiment::Experiment& e, const simulator::Options& o, bool by_medium) {
  std::string why;
  const auto out = path_sigmas(e, o, by_medium, why);
  REQUIRE_MESSAGE(!out.empty(), why);
  return out;
}

}  // namespace calor::test
