#pragma once
// The joint density P_t(x, theta | B) under langevin while X, an outcome of one of two classes (sampler/classes.hpp),
// moves at finite speed in continuous time (theory.md sections 3 and 6). With k01, k10 the rates between the classes,
// kappa = k01 + k10, and p the probabilities of the classes at theta,
//   P(1,theta) = p_1 rho + R,  P(0,theta) = p_0 rho - R,  d rho/dt = L rho,
//   dR/dt = (L - kappa) R + L(p_1 rho) - p_1 L rho.
// R is what X lags behind by: it is computed by itself, so a fast sampler (R ~ 1/rate) costs no digits. In symmetrised
// form (evolve/theta_basis.hpp) L - kappa is symmetric too, and the source is D (2 p_1' psi' + p_1'' psi): both
// equations are solved by eigenvectors and exponential collocation over panels of time. Densities of classes, except
// where stated. Double precision.

#include <span>

#include "evolve/exponential_panel.hpp"
#include "evolve/theta_basis.hpp"
#include "thermo/joint.hpp"

namespace calor::thermo {

/// What all data sets share.
struct TwoClassRoom {
  evolve::ThetaBasis basis;
  info::Spaces<double> spaces;              // x_weight: sizes of the two classes; conditional: of one outcome
  num::Matrix<double> energy, slope, bend;  // n x 2: phi, phi', phi''
  num::Vector<double> up, down;             // n: rates k01, k10
  std::vector<double> points;               // from 0
  double first_panel = 1;                   // length of the first panel of time
  int order = 16;                           // nodes a panel
  bool fluctuations = false;                // moments of heat and work, ift_x, ift_theta

  num::Matrix<double> probability() const { return spaces.conditional * spaces.x_weight.asDiagonal(); }
};

/// totals: heat_x, work_x and ep_x (by currents), each the integral of its own rate; flow_x = change of S(X|B) - int
/// dS(X,Theta|B)|_X, flow_theta = change of I(X;Theta|B) - flow_x; checks "_flow_theta_direct" = change of S(Theta|B) -
/// int dS(X,Theta|B)|_Theta, "_ep_x_balance" = int dS(X,Theta|B)|_X - heat_x (I11). With fluctuations: "_heat_x_1" ..
/// "_3", "_work_x_1" .. "_3" (moments), ift_x, ift_theta. log_initial: ln rho_0 at the nodes.
JointHistory<double> follow_two_classes(const TwoClassRoom& room, const evolve::ThetaDynamics& dynamics,
                                        const num::Vector<double>& log_initial);

}  // namespace calor::thermo
