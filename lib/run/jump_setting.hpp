#pragma once
// The pieces of a `jump` run that do not depend on time: states, outcomes, data sets, how finely to integrate.

#include <memory>
#include <vector>

#include "data/ensemble.hpp"
#include "evolve/march.hpp"
#include "info/information.hpp"
#include "learner/jump.hpp"
#include "run/level.hpp"
#include "run/real_kernels.hpp"

namespace calor::run {

/// What all data sets share.
template <Real R>
struct JumpSetting {
  const experiment::Experiment* experiment = nullptr;
  learner::Jump<R> learner;
  info::Spaces<R> spaces;
  num::Matrix<R> energy;                     // n x K: -ln p(x_k|theta_i)
  std::vector<std::vector<int>> neighbours;  // of the sampler's sites
  std::vector<num::Matrix<R>> alternation;   // [state] of the sampler `alternating`
  std::vector<R> points;
  evolve::Quadrature<R> quadrature;
  bool fluctuations = false;             // moments of heat_x and work_x, ift_x
  std::vector<Eigen::Index> x_rows;      // numbers of x in each row of a design
  std::shared_ptr<RealKernels> kernels;  // of ou; longest substep and columns of the extrapolation in continuous time
  double lag_substep = 0.1;
  double lag_growth = 3;  // of its panels away from t = 0
  int lag_columns = 6;
};

/// The setting and what is its own for each data set: [set].
template <Real R>
struct JumpProblem {
  JumpSetting<R> setting;
  data::Ensemble<R> ensemble;
  num::Matrix<R> terms;                      // l_a at the states
  std::vector<num::Vector<R>> losses, fits;  // L_B with and without weight decay
  num::Vector<R> probability;
  int outcomes = 0;  // 0 for real x
};

/// Throws InputError for what has no exact treatment (jump_rows.hpp).
template <Real R>
JumpProblem<R> jump_problem(const experiment::Experiment& experiment, const std::vector<R>& points,
                            Resolution resolution);

}  // namespace calor::run
