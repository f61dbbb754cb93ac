#pragma once
// sgld with any discrete-time sampler, one parameter: all quantities at all points (theory.md sections 4 to 7; I8, I9,
// I13 per step). Units: nats, k_B = 1.

#include <functional>
#include <vector>

#include "info/row.hpp"
#include "ledger/ledger.hpp"
#include "run/level.hpp"

namespace calor::run {

/// What costs extra and is computed on request only.
struct SgldExtras {
  bool moments = false;     // heat_x_variance, heat_x_skewness, work_x_variance, work_x_skewness, ift_x
  bool stationary = false;  // ep_theta_housekeeping, ep_theta_excess: full and minibatch, weight decay > 0 or else
                            // normalisable for every B
};

/// One row a point (step numbers, increasing, the first 0), accumulated from t = 0. batch "full" and "minibatch": B is
/// the data set; "stream": B is the ordered stream so far, enumerated exactly up to 65536 sequences of batch
/// statistics; losses of the training data are then absent at t = 0. A step from n to n + 1 takes scheduled learning
/// rates and temperatures at time n. `progress` (may be empty) gets the share done. Throws InputError for more than one
/// parameter, minibatches and streams that cannot be enumerated (learner/sgld.hpp), and AccuracyError
/// if the resolution needs more memory than is reasonable.
template <Real R>
std::vector<info::Row<R>> sgld_rows(const experiment::Experiment& experiment, const std::vector<R>& points,
                                    const Resolution& resolution, int threads,
                                    const std::function<void(double)>& progress, const SgldExtras& extras = {});

/// The identities of sgld: I1-I3, I6, I8-I15. Those whose quantities a combination lacks are skipped by ledger::verify.
/// `temperature`: of a constant schedule (the quadratic-loss identity of I8; its quantities are absent otherwise).
/// `lags`: X moves at finite speed (ou on gaussian-mean, where ep_x_path = -heat_x instead of work_x).
template <Real R>
std::vector<ledger::Identity<R>> sgld_identities(const R& temperature, bool lags = false);

}  // namespace calor::run
