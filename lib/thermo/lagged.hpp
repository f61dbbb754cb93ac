#pragma once
// The joint density P_t(x, theta | B) of one data set where Theta and X move in turn (theory.md sections 3 and 6).
//
// Theta moves by the exact kernel of langevin over a time tau, exp(-tau H) in the symmetrised basis
// (evolve/theta_basis.hpp), X by the exact kernel of its sampler at fixed theta. In the lagged dynamics (`step`) these
// moves alternate, and are all there is. In continuous time they are composed symmetrically, X(tau/2) Theta(tau)
// X(tau/2): where everything is smooth in theta the error of every state and every accumulated quantity is even in tau
// and is extrapolated to tau = 0 over substeps 1/1, 1/2, 1/3, ... Double precision.

#include <functional>
#include <span>

#include "evolve/theta_basis.hpp"
#include "thermo/joint.hpp"

namespace calor::thermo {

/// X's kernels at every node, K x K, on densities with respect to Spaces::x_weight.
using XKernels = std::vector<num::Matrix<double>>;

/// What all data sets share.
struct LaggedRoom {
  const evolve::ThetaBasis& basis;
  const info::Spaces<double>& spaces;
  const num::Matrix<double>& energy;  // n x K: phi
  std::span<const double> points;     // increasing, points[0] = 0
  bool fluctuations = false;          // moments of heat and work, ift_x, ift_theta
};

/// Turns: Theta moves for `step`, then X by `turn`.
struct Turns {
  double step;
  XKernels turn;
};

/// Continuous time: longest tau of the coarsest column, and columns of the extrapolation.
struct Splitting {
  std::function<XKernels(double)> over;  // the kernels over a time
  double substep = 0.1;
  int columns = 6;
};

/// X_0 ~ p(.|Theta_0). totals: heat_x, work_x, flow_x, flow_theta, ep_x; with fluctuations those of fluctuations.hpp
/// and ift_theta. log_initial: ln rho_0 at the nodes.
JointHistory<double> follow_turns(const LaggedRoom& room, const evolve::ThetaDynamics& dynamics,
                                  const num::Vector<double>& log_initial, const Turns& turns);
JointHistory<double> follow_split(const LaggedRoom& room, const evolve::ThetaDynamics& dynamics,
                                  const num::Vector<double>& log_initial, const Splitting& splitting);

}  // namespace calor::thermo
