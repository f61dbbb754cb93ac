#pragma once
// What the laws share: the steps of Theta as Walk::advance makes them, and what a step may see of the examples.

#include <vector>

#include "validation/simulator/setting.hpp"

namespace calor::simulator {

/// What a step depends on beside theta and B.
struct StepKind {
  double start = 0, length = 0;  // time; sgld: the number of the step and 1
};

/// The steps from each point of time to the next.
std::vector<std::vector<StepKind>> steps_of(const Setting& setting);

/// Whether two steps have the same kernel.
bool same_kernel(const Setting& setting, const StepKind& a, const StepKind& b);

/// The statistic that a step descends by: B's or, of a stream, that of the step's own examples (of Sample::given).
std::vector<double> seen_at(const Setting& setting, const std::vector<double>& given, const StepKind& step);

/// How many numbers Sample::given has.
std::size_t given_size(const Setting& setting);

/// Whether a step's kernel is a mixture over minibatches.
bool mixes(const Setting& setting);

/// Averages of m examples drawn with replacement.
struct Batches {
  std::vector<double> log_weight;
  std::vector<std::vector<double>> statistic;
};

/// For a discrete model whose outcomes have affinely independent statistics, equal ones counted once: then the data
/// set's statistic says how often each occurs. None otherwise.
Batches batches_of(const Model& model, const std::vector<double>& statistic, int m);

/// How many of them there can be; 0 where batches_of has none.
double batch_count(const Model& model, int m);

}  // namespace calor::simulator
