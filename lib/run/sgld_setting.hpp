#pragma once
// What an sgld run fixes before its first step (nodes, data sets, step sizes, spaces), and what it keeps of every
// history at a point.

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "run/level.hpp"
#include "run/sgld_rows.hpp"
#include "run/sgld_walk.hpp"

namespace calor::run {

/// One history at one point.
template <Real R>
struct SgldRecord {
  num::Vector<R> rho;
  num::Matrix<R> joint;
  std::map<std::string, R> totals;
  R round_off = 0, weight = 0;
  std::vector<R> statistic;  // <T_a>_B; empty before a stream has begun
};

/// Everything that does not change in a run.
template <Real R>
struct SgldSetting {
  const experiment::Experiment* experiment = nullptr;
  std::unique_ptr<model::Model<R>> model;
  std::vector<long> points;
  std::vector<learner::StepSize> steps;
  data::Ensemble<R> ensemble;                 // not of a stream
  std::vector<learner::Batches<R>> families;  // one a data set, or the one of the stream
  std::vector<R> target_statistic;            // empty for fixed data
  learner::Terms<R> terms;
  SgldRoom<R> room;
  R weight_decay = 0;
  num::Vector<R> initial, decay_loss;  // rho_0; (lambda/2) theta²
  bool stream = false;

  bool quadratic() const {  // full batch on a quadratic loss at constant step size
    return (experiment->model.kind == "gaussian-mean" || experiment->model.kind == "linear-regression") &&
           families.front().weight.size() == 1 && !stream &&
           std::all_of(steps.begin(), steps.end(), [&](const auto& s) { return s == steps.front(); });
  }
};

/// Plans nodes and ensemble for a resolution. Throws as sgld_rows.
template <Real R>
SgldSetting<R> make_setting(const experiment::Experiment& experiment, const std::vector<R>& points,
                            const Resolution& resolution, const SgldExtras& extras);

}  // namespace calor::run
