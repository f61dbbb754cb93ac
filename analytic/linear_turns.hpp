#pragma once
// The linear-Gaussian learner in turns: Θ moves while x is at rest, then x moves (theory.md section 6): langevin with
// `step`, and sgld with full batches.

#include "analytic/linear_flow.hpp"

namespace calor::analytic {

/// One turn. θ' = decay θ + answer g + noise; then y_j keeps the share `keep` of its lag, 0 if x is redrawn.
template <num::Real R>
struct LinearTurn {
  LinearMove<R> move;
  R keep = 0;
  bool discrete = false;  ///< sgld: medium part -Δ⟨L - (η/4)|∇L|²⟩/T (I8), else the move's own integrals
  R learning_rate = 0, temperature = 0;  ///< of sgld

  /// A step of sgld.
  static LinearTurn sgld(const LinearGaussian<R>& problem, const R& learning_rate, const R& temperature, const R& keep);
};

template <num::Real R>
class LinearTurns {
 public:
  explicit LinearTurns(const LinearGaussian<R>& problem) : p_(problem), now_(problem) {}

  void take(const LinearTurn<R>& turn);

  Quantities<R> quantities() const { return linear_quantities(p_, now_, done_); }

 private:
  void move_theta(const LinearTurn<R>& turn);
  void move_x(const R& keep);
  R lag_square() const;  ///< Σ over channels of ⟨y²⟩ - s²

  const LinearGaussian<R>& p_;
  LinearMoments<R> now_;
  LinearExchange<R> done_;
};

}  // namespace calor::analytic
