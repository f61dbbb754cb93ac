#pragma once
// The joint density P_t(x, theta | B) of one data set where Theta and X move in turn (theory.md sections 3 and 6).
//
// Theta moves by the exact kernel of langevin over a time tau, exp(-tau H) in symmetrised form, X by the exact kernel
// of its sampler at fixed theta. In the lagged dynamics (`step`) these moves alternate, and are all there is. In
// continuous time they are composed symmetrically, X(tau/2) Theta(tau) X(tau/2): where everything is smooth in theta
// the error of every state and every accumulated quantity is even in tau and is extrapolated to tau = 0 over substeps
// 1/1, 1/2, 1/3, ... Double precision.

#include <functional>
#include <span>

#include "evolve/theta_basis.hpp"
#include "thermo/joint.hpp"

namespace calor::thermo {

/// X's kernels at every node, K x K, on densities with respect to Spaces::x_weight.
using XKernels = std::vector<num::Matrix<double>>;

/// A move of X at fixed theta, on n x K densities.
using XMove = std::function<num::Matrix<double>(const num::Matrix<double>&)>;

XMove by_kernels(XKernels kernels);
/// In each row of a design by its own kernels; on several threads.
XMove by_kernels(std::vector<XKernels> rows, int threads = 1);

/// How Theta of one data set moves while x is held, in symmetrised form P = root psi.
struct ThetaMotion {
  using Move = std::function<num::Matrix<double>(const num::Matrix<double>&)>;

  num::Vector<double> root, start, noise;  // sqrt(w); psi of rho_0; absolute round-off of psi
  // from a time on for tau: exp(-tau H) on functions at the nodes, one a column
  std::function<Move(double start, double tau)> over;
  bool changes = false;               // over depends on the time, not only on tau
  std::function<double(double)> ift;  // <e^{-sigma_Theta}> until t
};

/// By all eigenvectors of H; log_initial: ln rho_0 at the nodes.
ThetaMotion motion_by_modes(const evolve::ThetaBasis& basis, const evolve::ThetaDynamics& dynamics,
                            const num::Vector<double>& log_initial);

/// What all data sets share.
struct LaggedRoom {
  const info::Spaces<double>& spaces;
  const num::Matrix<double>& energy;  // n x K: phi
  std::span<const double> points;     // increasing, points[0] = 0
  bool fluctuations = false;          // moments of heat and work, ift_x, ift_theta
  double kernel_round_off = 0;        // of X's kernels in turns, where it is absolute (TailNoise)
};

/// Turns: Theta moves for `step`, then X by `turn`.
struct Turns {
  double step;
  XMove turn;
};

/// Continuous time: longest tau of the coarsest column, and columns of the extrapolation.
struct Splitting {
  std::function<XMove(double)> over;  // of X, for a time
  double substep = 0.1;
  int columns = 6;
  double caution = 8;  // factor of the round-off of many moves: 2 for redraws
};

/// Moves of Theta that follow_split makes.
double split_moves(std::span<const double> points, double substep, int columns);

/// X_0 ~ p(.|Theta_0). totals: heat_x, work_x, flow_x, flow_theta, ep_x; with fluctuations those of fluctuations.hpp
/// and ift_theta.
JointHistory<double> follow_turns(const LaggedRoom& room, const ThetaMotion& motion, const Turns& turns);
JointHistory<double> follow_split(const LaggedRoom& room, const ThetaMotion& motion, const Splitting& splitting);

}  // namespace calor::thermo
