#pragma once
// One history under sgld in two parameters, step by step, on a tensor grid (sgld_tensor.hpp): what a step of one data
// set or batch does, and what it changes (theory.md sections 5, 6: I8, I9, I11, I13, I15). Units: nats, k_B = 1.

#include <array>
#include <map>
#include <string>
#include <vector>

#include "info/information.hpp"
#include "learner/sgld.hpp"
#include "run/tensor_plan.hpp"
#include "thermo/fluctuations.hpp"
#include "thermo/joint.hpp"
#include "thermo/lagged.hpp"
#include "thermo/stream_heat.hpp"

namespace calor::run {

/// What all histories share; fields have one entry a node, axis 0 fastest.
struct TensorRoom {
  const model::Model<double>* model = nullptr;
  grid::Tensor grid;
  TensorTerms terms;
  info::Spaces<double> spaces;  // of outcomes; of classes of outcomes with `turn`
  Matrix<double> energy;        // nodes x outcomes: phi
  thermo::XMove turn;           // of X; empty: drawn anew, no moments
  bool moments = false;         // of heat and work, ift_x and ift_theta; needs `turn`
  std::array<Vector<double>, 2> theta;
  double weight_decay = 0;
  bool stationary = false;  // housekeeping and excess
};

/// One step of Theta for one data set, or for one batch of a stream.
class TensorMove {
 public:
  TensorMove(const TensorRoom& room, const learner::Batches<double>& batches, const learner::StepSize& size);

  /// int f(theta) K(theta'|theta) d theta at the nodes.
  Vector<double> push(const Vector<double>& f) const;
  /// int K(theta'|theta) f(theta') d theta' at the nodes.
  Vector<double> pull(const Vector<double>& f) const;
  /// int rho int K ln[K(theta'|theta)/K(theta|theta')] d theta' d theta (I8), `next` = push(rho). One batch: in closed
  /// form, ln K/K' = [-2 (theta' - theta).(g + g') + eta (|g'|² - |g|²)]/4T, g = grad L_B, and
  /// E[theta' - theta|theta] = -eta g. Several: by the double integral.
  double medium(const Vector<double>& rho, const Vector<double>& next) const;
  /// The inner integral of it at the nodes, by quadrature over theta'.
  Vector<double> medium_by_quadrature() const;
  /// ln rho_ss (I9), in positive arithmetic: rho <- K rho, extrapolated (reduced rank extrapolation: A. Sidi, Vector
  /// Extrapolation Methods, SIAM 2017), until a step changes no logarithm. Throws AccuracyError if that takes too long.
  Vector<double> log_stationary() const;

  const Vector<double>& loss() const { return loss_; }  // L^ with weight decay; of a single batch
  /// The share of a node's mass that a step throws out of the box (steep losses: gaussian where widths are small),
  /// times what it takes along, generously: logarithms of densities, losses, the medium's entropy. Empty if there is
  /// none.
  const Vector<double>& astray() const { return astray_; }

 private:
  double log_density(Eigen::Index from, Eigen::Index to) const;
  void find_astray(const learner::Batches<double>& batches);

  const TensorRoom& room_;
  double eta_, temperature_;
  std::vector<double> weight_;                         // of the batches
  std::vector<std::array<Vector<double>, 2>> slope_;   // [batch][axis]: gradient of L^ at the nodes
  std::vector<std::array<Matrix<double>, 2>> kernel_;  // [batch][axis]: n_axis x nodes
  std::vector<Matrix<double>> second_transposed_;      // [batch]: of kernel_[batch][1]
  Vector<double> medium_, loss_, astray_;
};

/// Where one history stands, and what it has accumulated.
struct TensorWalk {
  Vector<double> rho;
  std::map<std::string, double> totals;
  thermo::StreamHeat<double> stream;
  Matrix<double> joint;  // P(x, theta), with room.turn
  thermo::JointState<double> state;
  thermo::Ledger<double> ledger;
  thermo::Fluctuations<double> fluctuations;
  Vector<double> back;  // 1, propagated backwards
};

TensorWalk start_walk(const TensorRoom& room, const Vector<double>& initial, bool stream);

/// One learning step: Theta by `move`, then X by its turn. `log_stationary`: of the move, if room.stationary. In a
/// stream heat and work of Theta are those of the batches' losses.
void advance(const TensorRoom& room, const TensorMove& move, const Vector<double>& log_stationary, bool stream,
             TensorWalk& walk);

}  // namespace calor::run
