#pragma once
// sgld on a stream of regression examples: every step sees m fresh ones, rows j of the design drawn uniformly with
// responses y ~ N(w*·u_j, σ*²); B is all of them so far. The rows enter a step by M = (1/m) Σ u uᵀ alone,
//   θ' = (1 - ηA)θ + ηc + √(2ηT) ξ,   A = M/s² + λ,   c ~ N(M w*/s², K),   K = σ*² M/(m s⁴),
// so that given the sequence of M everything is Gaussian, and averages over the sequences are sums. Only S(Θ) and S(X)
// are entropies of mixtures of Gaussians: by the trapezoidal rule. One input 1 is gaussian-mean, one coordinate.

#include <vector>

#include "analytic/quantities.hpp"
#include "num/eigen.hpp"

namespace calor::analytic {

/// One value of M with its probability.
template <num::Real R>
struct StreamBatch {
  R weight;
  num::Matrix<R> moment;
};

template <num::Real R>
struct RegressionStream {
  num::Matrix<R> inputs;  ///< one row an example
  R s2 = 1, weight_decay = 0;
  num::Vector<R> truth;  ///< w*
  R variance = 1;        ///< σ*²
  int batch_size = 1;    ///< m
  std::vector<StreamBatch<R>> batches;
  num::Vector<R> start_mean, start_variance;
};

/// How finely S(Θ) and S(X) are integrated: what is left out and what spacings err by is near exp(-goal).
struct MixtureResolution {
  double goal = 40;
};

/// The equilibrium sampler's quantities, step by step.
template <num::Real R>
class RegressionStreamWalk {
 public:
  explicit RegressionStreamWalk(const RegressionStream<R>& problem);

  /// One step for every sequence so far and every M.
  void step(const R& learning_rate, const R& temperature);

  /// All that experiment.md defines, but fisher_dissipation, fluctuations and the parts of I9; loss_train and
  /// generalization_gap are absent before the first step. `_condition`: the largest condition number of any covariance
  /// of Θ so far, by which round-off grows. `start`: the quantities at t = 0, null for themselves. Throws AccuracyError
  /// where a mixture needs too much work, or has more than two dimensions.
  Quantities<R> quantities(const MixtureResolution& resolution, const Quantities<R>* start) const;

 private:
  /// What one sequence of M has come to.
  struct Branch {
    R weight = 1;
    num::Vector<R> mean;    // E[Θ]
    num::Matrix<R> v, c;    // Cov(Θ|B); Cov of E[Θ|B]
    num::Matrix<R> answer;  // Σ_k η P_nk M_k, P_nk = Π_{l>k} (1 - ηA_l): Cov(Θ, y) summed with the inputs
    num::Matrix<R> seen;    // Σ_k M_k
    R first_loss = 0, last_loss = 0;
    R heat_theta = 0, work_theta = 0, medium = 0, work_x = 0, ep_x = 0, flow_x = 0, flow_theta = 0;
  };

  Branch moved(const Branch& from, const StreamBatch<R>& batch, const R& learning_rate, const R& temperature) const;
  R information(const num::Matrix<R>& v) const;
  void note_condition(const num::Matrix<R>& covariance);
  num::Matrix<R> deviation(const Branch& b) const;

  RegressionStream<R> p_;
  std::vector<Branch> branches_;
  R condition_ = 1;
  long steps_ = 0;
};

}  // namespace calor::analytic
