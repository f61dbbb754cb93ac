#pragma once
// Learners with a linear drift and a noise that does not depend on theta, one channel x_j ~ N(u_j·θ, s²) or several:
// B, Θ and every x_j are jointly Gaussian, whatever the schedules. gaussian-mean (one coordinate, u = 1) and
// linear-regression (a channel for each row of the design). Everything is kept in the eigenbasis of M = (1/N) Σ u_j
// u_jᵀ, in which the drift is diagonal:
//   L_B(θ) = ½ Σ h_i θ_i² - g·θ + const,   g ~ N(gradient, diag(gradient_variance)) over the ensemble.

#include <vector>

#include "analytic/quantities.hpp"
#include "num/decompose.hpp"

namespace calor::analytic {

template <num::Real R>
struct LinearGaussian {
  num::Vector<R> curvature;                    ///< h_i = m_i/s² + λ
  num::Vector<R> gradient, gradient_variance;  ///< of g over B; 0 where m_i = 0
  num::Vector<R> start_mean;                   ///< E[Θ_0]
  num::Matrix<R> start;                        ///< Cov(Θ_0)
  num::Matrix<R> inputs;                       ///< one row a channel
  R s2 = 1;                                    ///< Var(x_j|θ)
  R weight = 1;                                ///< of every channel in averages over x
  R weight_decay = 0;
  R square = 0;        ///< E[(1/N) Σ y²] of the examples
  bool fixed = false;  ///< one data set: loss_test and generalization_gap are absent

  Eigen::Index parameters() const { return curvature.size(); }
  Eigen::Index channels() const { return inputs.rows(); }

  /// Mean and mean square over B of the gradient at E[Θ_0], h m_0 - g.
  R pull(Eigen::Index i) const { return curvature[i] * start_mean[i] - gradient[i]; }
  R pull_square(Eigen::Index i) const { return pull(i) * pull(i) + gradient_variance[i]; }
};

/// The law of (B, Θ, x_j) at one time, second moments about the means. E[Θ_i|B] = decay_i m_0i + answer_i g_i. The lag
/// y_j = x_j - u_j·Θ is kept beside x_j: each is free of cancellation where the other is not.
template <num::Real R>
struct LinearMoments {
  num::Vector<R> decay, answer;
  num::Matrix<R> v;        ///< Cov(Θ|B)
  num::Matrix<R> c, cy;    ///< Cov(Θ_i, x_j|B), Cov(Θ_i, y_j|B): row i, column j
  num::Vector<R> vx, z;    ///< Var(x_j|B), Var(y_j|B) - s²
  num::Matrix<R> ax, lag;  ///< E[x_j|B] = ... + Σ_i ax_ij g_i; E[y_j|B] = Σ_i lag_ij (h m_0 - g)_i

  /// At t = 0: X_0 ~ p(·|Θ_0).
  explicit LinearMoments(const LinearGaussian<R>& problem);
};

/// What has been exchanged since t = 0; averages over channels.
template <num::Real R>
struct LinearExchange {
  R heat_x = 0, work_x = 0, flow_x = 0, flow_theta = 0, ep_x = 0;
  R medium = 0;      ///< medium part of ep_theta
  R dissipated = 0;  ///< ∫⟨|current velocity|²⟩/(μT): ep_theta by its definition (continuous time)
};

/// Var(x_j|Θ,B) - s²; `root` of Cov(Θ|B).
template <num::Real R>
R excess_given_theta(const LinearMoments<R>& m, const num::Cholesky<R>& root, Eigen::Index j);

/// ⟨E[y_j|Θ,B]²⟩.
template <num::Real R>
R lag_square_given_theta(const LinearGaussian<R>& p, const LinearMoments<R>& m, const num::Cholesky<R>& root,
                         Eigen::Index j);

/// E over B of E[y_j|B]².
template <num::Real R>
R mean_lag_square(const LinearGaussian<R>& p, const LinearMoments<R>& m, Eigen::Index j);

/// Mean over channels of I(x_j;Θ|B).
template <num::Real R>
R info_x_theta_given_b(const LinearGaussian<R>& p, const LinearMoments<R>& m);

/// ⟨L_B⟩ up to a constant of the ensemble.
template <num::Real R>
R energy(const LinearGaussian<R>& p, const LinearMoments<R>& m);

/// ⟨|∇L_B|²⟩.
template <num::Real R>
R gradient_square(const LinearGaussian<R>& p, const LinearMoments<R>& m);

/// All that experiment.md defines from the law and the exchange, both at one time: informations and entropies, losses,
/// heats, works, flows, entropy productions of X (I12) and Θ (medium part + ΔS(Θ|B)), reservoir_gap. With several
/// channels X is (j uniform, x_j), and informations are averages over j. Not the efficiency, which does not add over
/// coordinates. With one parameter and one channel also the variances that a mixture needs: _variance_theta = Var(Θ|B),
/// _total_theta, _total_x, _total_theta_x = (co)variances over B too.
template <num::Real R>
Quantities<R> linear_quantities(const LinearGaussian<R>& p, const LinearMoments<R>& m, const LinearExchange<R>& done);

}  // namespace calor::analytic
