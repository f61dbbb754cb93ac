#pragma once
// Lagged dynamics in turns, gaussian-mean, one coordinate: Θ moves by a linear Gaussian step, then X relaxes (theory.md
// §6).

#include <array>

#include "analytic/gaussian_learner.hpp"
#include "analytic/joint_gaussian.hpp"

namespace calor::analytic {

/// One turn: θ' = (1-decay) θ + pull β + √noise ξ, then x' = θ' + f (x - θ') + s √(1-f²) ξ'. β is b̄, the same at every
/// step, or, if `fresh`, a new independent draw of the same law (a stream). f = e^{-γτ} for an `ou` sampler that moves
/// for τ; f = 0 redraws X, which is the equilibrium sampler in turns.
template <Number R>
struct GaussianTurn {
  R s2, decay, pull, noise;
  R beta_mean, beta_variance;
  bool fresh;
  R forget;  ///< 1 - f², given by itself (1 for f = 0)
  R keep;    ///< f
};

/// State and sums of the lagged process after any number of turns from Θ_0 ~ N(m_0, v_0), X_0 ~ p(·|Θ_0).
template <Number R>
class GaussianChain {
 public:
  GaussianChain(const GaussianTurn<R>& turn, const R& initial_mean, const R& initial_variance);

  void step();

  JointGaussian<R> moments() const;
  R mean_theta() const { return mean_theta_; }

  R heat_x = 0, work_x = 0;      ///< Δ⟨φ⟩ while X, while Θ moves
  R flow_x = 0, flow_theta = 0;  ///< Δ I(X;Θ|B) while X, while Θ moves
  R ep_x = 0;                    ///< Σ [D(before‖p) - D(after‖p)] of X's moves (I11)
  R ep_theta_medium = 0;         ///< ⟨ln K(θ'|θ)/K(θ|θ')⟩ with the same β (I8)
  R heat_theta = 0,
    work_theta = 0;  ///< in units of curvature: Δ⟨(θ-αβ_n)²⟩/2 at fixed n; the switches β_n → β_{n+1} between steps

 private:
  using Spread = std::array<std::array<R, 4>, 4>;  // covariance over B of (β, E[Θ|B], E[Y|B], E[X|B])

  void move_theta();
  void move_x();
  void transform(const Spread& matrix);
  R theta_energy() const;
  R lag_square() const;  // ⟨Y²⟩ - s²

  GaussianTurn<R> turn_;
  R v_, c_, vx_, cy_, z_;
  R mean_theta_, mean_y_;
  Spread spread_{};
  long steps_ = 0;
};

/// The X side after `steps` turns: informations, heat, work, flows, entropy productions, ep_x_path = -heat_x (given the
/// path of Θ, x keeps variance s²), reservoir_gap.
template <Number R>
Quantities<R> chain_quantities(const GaussianChain<R>& chain, const R& initial_variance);

/// langevin with `step` τ: every quantity after `steps` turns; Θ moves exactly for τ, then X relaxes by e^{-rate τ}
/// (rate infinite: X is redrawn). The learner's side is that of continuous time. fisher_dissipation is absent.
/// Throws InputError as `check`, for τ <= 0, rate <= 0 or steps < 0.
template <Number R>
Quantities<R> gaussian_lagged(const GaussianLearner<R>& learner, const R& rate, const R& tau, long steps);

}  // namespace calor::analytic
