#pragma once
// Moments of the work on X (theory.md section 6, I15): densities W_k = E[w^k; x, theta] weighted by powers of w. While
// Theta moves at fixed x, w grows by the change of phi_x(theta), so the generator of the densities weighted by e^{zeta
// w} is e^{zeta phi} L e^{-zeta phi}, in symmetrised form
//   -H + zeta (-2 D phi' d/dtheta - D phi'') + zeta² D phi'²,
// and order by order
//   dW_k/dt = (-H + moves of X) W_k + k (-2 D phi' d/dtheta - D phi'') W_{k-1} + k (k-1) D phi'² W_{k-2}.
// With W_k(1) = p_1 S_k + R_k, W_k(0) = p_0 S_k - R_k as in two_class.hpp. Heat: q = phi(end) - phi(start) - w, so its
// moments come from the same chain, started with powers of phi.

#include <array>

#include "evolve/exponential_panel.hpp"
#include "evolve/theta_basis.hpp"

namespace calor::thermo {

using Pair = std::array<num::Matrix<double>, 2>;  // [class]: n x columns

/// The coefficients of the equations above at the nodes.
struct WorkTerms {
  const evolve::ThetaBasis& basis;
  double diffusion;
  num::Matrix<double> p, dp, ddp;           // n x 2: probability of a class and its derivatives
  num::Matrix<double> energy, slope, bend;  // n x 2
};

/// Solvers of both equations over one panel.
struct PanelSolvers {
  const evolve::Modes& free;
  const evolve::Modes& killed;
  const evolve::PanelDecay& free_decay;
  const evolve::PanelDecay& killed_decay;
};

/// The moments 1 to 3 that follow one zeroth.
class WorkChain {
 public:
  /// power[k] of the quantity at the start, n x 2 (symmetrised, k = 1, 2, 3).
  WorkChain(const WorkTerms& terms, const evolve::Modes& free, const evolve::Modes& killed,
            const std::array<num::Matrix<double>, 3>& start);

  /// One panel; zeroth: W_0 at its nodes and its end.
  void advance(const PanelSolvers& solvers, const Pair& zeroth);

  /// n x 2 at the end of the last panel (or at the start): k = 1, 2; of k = 3 only the sum of both columns is right.
  const num::Matrix<double>& power(int k) const { return end_[static_cast<std::size_t>(k - 1)]; }

 private:
  const WorkTerms& terms_;
  std::array<num::Vector<double>, 3> sum_, lag_;  // coefficients of S_k, R_k
  std::array<num::Matrix<double>, 3> end_;
};

/// D (2 p_1' f' + p_1'' f): what the commutator [L, p_1] makes of a density. f: n x columns.
num::Matrix<double> commutator(const WorkTerms& terms, const num::Matrix<double>& f);

}  // namespace calor::thermo
