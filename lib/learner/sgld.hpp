#pragma once
// sgld: theta' = theta - eta grad L^(theta) + sqrt(2 eta T) xi, xi ~ N(0, 1), one parameter (theory.md section 2). One
// step is a mixture of Gaussians of variance 2 eta T, one a minibatch statistic:
//   K(theta'|theta) = sum_c w_c N(theta'; theta - eta (g_c(theta) + lambda theta), 2 eta T),  g_c = sum_a <T_a>_c l_a'.

#include <vector>

#include "data/ensemble.hpp"
#include "learner/sgld_nodes.hpp"

namespace calor::learner {

/// Learning rate and temperature of one step, exact.
struct StepSize {
  num::Rational rate, temperature;
  bool operator==(const StepSize& o) const { return rate == o.rate && temperature == o.temperature; }
};

/// Step sizes of steps 1 .. count. The step from n to n + 1 takes its schedules at time n.
std::vector<StepSize> step_sizes(const experiment::Learner& spec, long count);

/// What one step may see of the examples: averages of the statistic (rows: components) with their probabilities.
template <Real R>
struct Batches {
  std::vector<R> weight;     // sums to 1; > 0
  num::Matrix<R> statistic;  // components x batches
};

/// The whole data set at every step.
template <Real R>
Batches<R> full_batch(const data::DataSet<R>& set);

/// All minibatches of learner.batch_size examples drawn from one data set with replacement. For discrete x any data set
/// of the ensemble; for real x the one given data set, data of a single example, or a data set whose examples are known
/// (data::DataSet::examples). The statistics of real x may lack what does not depend on theta. Throws InputError where
/// the law of the minibatch depends on more than is known, and above 4096 distinct minibatches.
template <Real R>
Batches<R> minibatches(const model::Model<R>& model, const experiment::Experiment& experiment,
                       const data::DataSet<R>& set);

/// learner.batch_size fresh examples from the target, discrete x. Throws InputError for real x and above 4096 distinct
/// statistics.
template <Real R>
Batches<R> fresh_batches(const model::Model<R>& model, const experiment::Experiment& experiment);

/// One step between nodes.
template <Real R>
struct SgldKernel {
  num::Matrix<R> density;      // (j, i): K(theta_j | theta_i)
  num::Matrix<R> log_density;  // its logarithm, finite also where the density underflows
  R round_off = 0;             // relative, of an entry that carries weight
};

/// The kernel of one step; `weight_decay` counts in full in every batch. Logarithms of mixtures by log-sum-exp.
template <Real R>
SgldKernel<R> sgld_kernel(const Batches<R>& batches, const Terms<R>& terms, const Nodes<R>& nodes,
                          const R& weight_decay, const StepSize& size);

/// Stationary density of a kernel, logarithms normalised by the nodes' weights. By state reduction (Grassmann, Taksar,
/// Heyman, Oper. Res. 33 (1985) 1107): no subtraction, so every entry has relative accuracy, tails too.
template <Real R>
num::Vector<R> log_stationary(const SgldKernel<R>& kernel, const Nodes<R>& nodes);

}  // namespace calor::learner
