#pragma once
// One data set's lagged dynamics under sgld, step by step: Theta moves by the Chapman-Kolmogorov integral over the
// nodes, then X moves by one discrete turn of its sampler; what the moves change is accumulated (theory.md sections 5,
// 6: I8, I11, I13, I15). Units: nats, k_B = 1.

#include <map>
#include <string>
#include <vector>

#include "learner/sgld.hpp"
#include "sampler/sampler.hpp"
#include "thermo/fluctuations.hpp"
#include "thermo/joint.hpp"
#include "thermo/stream_heat.hpp"

namespace calor::run {

using num::Real;

/// Kernels of X over a turn, one a node of theta, on the columns of x from `first` on.
template <Real R>
struct SgldTurn {
  Eigen::Index first = 0;
  std::vector<num::Matrix<R>> kernel;
};

/// What all data sets share.
template <Real R>
struct SgldRoom {
  learner::Nodes<R> nodes;
  info::Spaces<R> spaces;
  num::Matrix<R> energy;  // n x K: phi
  num::Matrix<R> cross;   // n x n: sum_x p(x|theta_i) phi_j(x); equilibrium sampler only, else empty
  experiment::Sampler sampler;
  std::vector<std::vector<int>> neighbours;  // of site samplers
  std::vector<SgldTurn<R>> turn;             // of the samplers `alternating` and `ou`: together on all columns
  bool moments = false;                      // heat_x, work_x: second and third moments; ift_x
  bool stationary = false;                   // housekeeping and excess
};

/// One step of Theta for one data set (or one batch of a stream), ready to apply.
template <Real R>
struct SgldMove {
  num::Matrix<R> move;            // K(theta_j|theta_i) weight_i at (j, i)
  num::Matrix<R> log_ratio;       // ln K(theta_j|theta_i) - ln K(theta_i|theta_j)
  num::Vector<R> medium;          // int K ln[K(theta'|theta)/K(theta|theta')] dtheta' (I8)
  num::Vector<R> medium_noise;    // round-off of it
  num::Vector<R> path;            // int K D(p(.|theta)||p(.|theta')) dtheta'; equilibrium sampler only
  num::Vector<R> loss;            // L^ of the batch; streams only
  num::Vector<R> log_stationary;  // ln rho_ss if asked for
  R round_off = 0;                // relative, added to a density by the step
  std::vector<Eigen::Index> first,
      count;  // rows of each column outside which K is 0 in R; empty if that is hardly anywhere

  /// int K f dtheta, column by column.
  num::Matrix<R> propagate(const num::Matrix<R>& f) const;
};

template <Real R>
SgldMove<R> make_move(const SgldRoom<R>& room, const learner::SgldKernel<R>& kernel);

/// Where one history stands and what it has accumulated.
template <Real R>
struct SgldWalk {
  num::Vector<R> rho;  // rho_n(theta|B)
  num::Vector<R> log_rho;
  num::Vector<R> back;   // backward propagation of 1, for <e^{-sigma_Theta}>
  num::Matrix<R> joint;  // P_n(x, theta|B)
  thermo::JointState<R> state;
  thermo::Ledger<R> ledger;
  R round_off = 0;  // relative, of rho and joint
  R medium = 0, medium_noise = 0, ep_relative = 0, path = 0, ep_x_relative = 0;
  R housekeeping = 0, excess = 0;
  thermo::StreamHeat<R> stream;
  thermo::Fluctuations<R> fluctuations;  // if room.moments

  /// The accumulated quantities by name, as thermo::JointHistory wants them.
  std::map<std::string, R> totals(const SgldRoom<R>& room) const;
};

/// X_0 ~ p(.|Theta_0).
template <Real R>
SgldWalk<R> start_walk(const SgldRoom<R>& room, const num::Vector<R>& initial);

/// One learning step: Theta, then X.
template <Real R>
void advance(const SgldRoom<R>& room, const SgldMove<R>& move, SgldWalk<R>& walk);

/// One discrete turn of X on a (signed) joint density, n x K: full redraw (equilibrium), redraw with a probability
/// (heat-bath), sweeps over the sites in ascending order, alternations, or `ou`. For all but the last two the same
/// kernel as sampler::discrete_kernel, applied without forming it.
template <Real R>
void move_x(const SgldRoom<R>& room, num::Matrix<R>& joint);

}  // namespace calor::run
