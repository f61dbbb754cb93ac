#pragma once
// Sums of what a minibatch draws.

#include <map>
#include <string>
#include <vector>

#include "experiment/experiment.hpp"
#include "num/errors.hpp"

namespace calor::learner {

inline constexpr std::size_t most_batches = 4096;

/// Law of the sum, entry by entry, of learner.batch_size independent draws from `one`: by convolution, all terms
/// positive. Throws InputError above most_batches distinct sums.
template <class Number, class Probability>
std::map<std::vector<Number>, Probability> sums_of_draws(const std::map<std::vector<Number>, Probability>& one,
                                                         const experiment::Experiment& e) {
  std::map<std::vector<Number>, Probability> sum{
      {std::vector<Number>(one.begin()->first.size(), Number(0)), Probability(1)}};
  for (int k = 0; k < e.learner.batch_size; ++k) {
    std::map<std::vector<Number>, Probability> next;
    for (const auto& [s, p] : sum)
      for (const auto& [t, q] : one) {
        auto both = s;
        for (std::size_t i = 0; i < both.size(); ++i) both[i] += t[i];
        next[both] += p * q;
      }
    if (next.size() > most_batches)
      throw InputError(e.at("learner.batch_size") + "batch_size = " + std::to_string(e.learner.batch_size) +
                       " gives more than " + std::to_string(most_batches) +
                       " distinct minibatches; allowed: fewer examples in a batch");
    sum = std::move(next);
  }
  return sum;
}

}  // namespace calor::learner
