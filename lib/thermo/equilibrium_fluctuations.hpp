#pragma once
// Fluctuations of heat and work with the equilibrium sampler in continuous time: the limit of infinitely fast samplers.
// Along a path of Theta, X takes infinitely many independent values, so the work w is Gaussian with mean A and variance
// 2A, A = int D F(theta_t) dt, and <e^{-w}> = 1; X_0 ~ p(.|theta_0) and X_t ~ p(.|theta_t) are independent of it:
//   <e^{zeta w}> = <e^{(zeta + zeta²) A}>,   q = phi_t(x_t) - phi_0(x_0) - w.
// Densities S_k weighted by powers of w: dS_k/dt = -H S_k + k D F S_{k-1} + k (k-1) D F S_{k-2} (theory.md I13, I15).
// X never leaves equilibrium: sigma_X = 0. Double precision.

#include <map>
#include <string>
#include <vector>

#include "evolve/theta_basis.hpp"

namespace calor::thermo {

/// What all data sets share.
struct EquilibriumRoom {
  evolve::ThetaBasis basis;
  num::Vector<double> fisher;         // F at the nodes
  num::Matrix<double> energy_powers;  // n x 3: <phi^k> over p(.|theta), k = 1, 2, 3
  std::vector<double> points;         // from 0
  double first_panel = 1;
  int order = 16;
};

/// [point]: "_heat_x_1" .. "_3", "_work_x_1" .. "_3", ift_theta, ift_x = 1, and "_noise", their round-off; at t = 0 no
/// time has passed and heat and work are 0.
std::vector<std::map<std::string, double>> equilibrium_fluctuations(const EquilibriumRoom& room,
                                                                    const evolve::ThetaDynamics& dynamics,
                                                                    const num::Vector<double>& log_initial);

}  // namespace calor::thermo
