#pragma once
// linear-regression, langevin, equilibrium sampler: everything is Gaussian, and the drift is linear.
//   L_B = ½ θᵀHθ - θ·g/s² + const,  H = M/s² + λ,  M = (1/N) Σ u_j u_jᵀ,  g = (1/N) Σ y_j u_j ~ N(M w*, s*² M/N).
// In the eigenbasis of M the drift is diagonal; the start's covariance is not, so covariances stay matrices.

#include "analytic/quantities.hpp"
#include "num/eigen.hpp"

namespace calor::analytic {

template <num::Real R>
struct Regression {
  num::Matrix<R> inputs;  ///< N x d: row j is u_j
  num::Matrix<R> moment;  ///< M
  int rank = 0;           ///< of M; eigenvalues beyond it count as 0
  R stddev = 1, mobility = 1, temperature = 1, weight_decay = 0;
  num::Vector<R> initial_mean, initial_variance;  ///< independent starts
  num::Vector<R> gradient;                        ///< E[g]
  R noise = 0;                                    ///< Cov(g) = noise M: s*²/N, or 0 for one data set
  R square = 0;                                   ///< E[(1/N) Σ y_j²]
  bool fixed = false;                             ///< one data set: loss_test and generalization_gap are absent
};

/// The law of Θ at t in the eigenbasis of M.
template <num::Real R>
struct RegressionLaw {
  num::Vector<R> curvature;     ///< h_k, eigenvalues of H
  num::Vector<R> rate;          ///< κ_k = μ h_k
  num::Vector<R> response;      ///< a_k: E[Θ|B] = e^{-κt} m_0 + a g
  num::Vector<R> mean;          ///< E[Θ]
  num::Matrix<R> start, v, dv;  ///< Cov(Θ_0), Cov(Θ|B), their difference (with relative accuracy, entry by entry)
  num::Vector<R> spread;        ///< variances of E[Θ|B] over B; the covariance is diagonal
  num::Vector<R> gradient, m;   ///< E[g], eigenvalues of M
  num::Vector<R> initial;       ///< m_0
  num::Matrix<R> inputs;        ///< N x d
};

template <num::Real R>
RegressionLaw<R> law(const Regression<R>& problem, const R& t);

/// All quantities at t >= 0. Informations and entropies of X = (row j, response) are averages over j. With F = M/s²
/// everywhere, 𝓕 = μTt tr(M)/s² = work_x = -heat_x = -flow_theta = ep_x_path (I13). Entropy production is
/// ΔS(Θ|B) - Q_Θ/T (I4). Throws InputError unless stddev, mobility, temperature, initial variances > 0, weight decay,
/// noise, t >= 0 and the shapes agree.
template <num::Real R>
Quantities<R> regression(const Regression<R>& problem, const R& t);

/// How many digits the formulas may lose at most: the spread of the eigenvalues that count and of the start's
/// variances, over the smallest entropy scale T.
template <num::Real R>
R condition(const Regression<R>& problem);

}  // namespace calor::analytic
