#pragma once
// gaussian-mean with langevin (theory.md §8): the parameters' side, shared by every sampler.

#include <vector>

#include "analytic/quantities.hpp"

namespace calor::analytic {

/// What the learner and its losses know of the data in one coordinate: E[b̄], Var(b̄) over the ensemble and
/// E[(1/N) Σ (b_i - b̄)²].
template <Number R>
struct DataMoments {
  R mean = 0, variance = 0, scatter = 0;
  bool fixed = false;

  /// N independent draws from N(target_mean, target_variance): Var(b̄) = s*²/N, scatter s*²(N-1)/N.
  static DataMoments sampled(long size, const R& target_mean, const R& target_variance) {
    return {target_mean, target_variance / R(size), target_variance * R(size - 1) / R(size), false};
  }
  /// One data set with this mean and this mean squared deviation (divided by N).
  static DataMoments given(const R& data_mean, const R& data_scatter) { return {data_mean, R(0), data_scatter, true}; }
};

/// One of d independent coordinates: data and ρ_0 = N(initial_mean, initial_variance).
template <Number R>
struct GaussianCoordinate {
  DataMoments<R> data;
  R initial_mean = 0, initial_variance = 1;
};

/// p(x|θ) = N(θ, stddev² 1), dθ = -μ∇L_B dt + √(2μT) dW. Everything adds over coordinates.
template <Number R>
struct GaussianLearner {
  R stddev = 1, mobility = 1, temperature = 1, weight_decay = 0;
  std::vector<GaussianCoordinate<R>> coordinates;
};

/// Throws InputError unless stddev, mobility, temperature, initial variances > 0, weight decay, data variances and
/// scatters >= 0, there is a coordinate, and all data are fixed or none are.
template <Number R>
void check(const GaussianLearner<R>& learner);

/// One coordinate's law at time t. With y = θ - αb̄, L_B = (κ/2μ) y² + const: y decays as e^{-κt}.
template <Number R>
struct ThetaLaw {
  R kappa, alpha, v_eq;  ///< κ = μ(1/s²+λ), α = μ/(κs²), v_eq = μT/κ (stationary variance)
  R g, g2;               ///< 1 - e^{-κt}, 1 - e^{-2κt}
  R distance;            ///< D_0 = E(m_0 - αb̄)²
  R a, v, dv;            ///< E[Θ|B] = (1-g) m_0 + a b̄, Var(Θ|B), v - v_0 (with relative accuracy)
  R spread;              ///< a² Var(b̄): variance of E[Θ|B] over the ensemble
};

/// Throws InputError for t < 0.
template <Number R>
ThetaLaw<R> theta_law(const GaussianLearner<R>& learner, const GaussianCoordinate<R>& coordinate, const R& t);

/// Q_Θ = Δ⟨L_B⟩ = (T/2)(1 - e^{-2κt})(1 - (v_0 + D_0)/v_eq), all coordinates.
template <Number R>
R heat_theta(const GaussianLearner<R>& learner, const R& t);

/// ∫∫J²/(μTρ), in closed form without cancellation: Σ = D_0 g_2/(2v_eq) + ½[ln(v/v_0) - (v-v_0)/v_eq].
template <Number R>
R ep_theta(const GaussianLearner<R>& learner, const R& t);

/// The three routes of theory.md, each by itself: I4, I5, and ∫∫J²/(μTρ) by quadrature in time.
template <Number R>
R ep_theta_by_heat(const GaussianLearner<R>& learner, const R& t);
template <Number R>
R ep_theta_by_relative_entropy(const GaussianLearner<R>& learner, const R& t);
template <Number R>
R ep_theta_by_current(const GaussianLearner<R>& learner, const R& t);

/// Everything of experiment.md that concerns Θ alone: m_info, lautum_info, entropies of Θ, heat, work, entropy
/// productions (housekeeping, excess and medium parts too), losses, efficiency (absent where 0/0), ift_theta. With
/// fixed data loss_test and generalization_gap are absent.
template <Number R>
Quantities<R> theta_quantities(const GaussianLearner<R>& learner, const R& t);

/// ½ ln(2πe variance).
template <Number R>
R gaussian_entropy(const R& variance);

/// D(p(θ)p(B) ‖ p(θ,B)) = r - ½ ln(1+r) for Θ|B Gaussian with variance v and mean of variance rv over B:
/// -S(Θ) + E[½ ln 2πv + (θ - E[Θ|B])²/2v] with θ, B independent, E(θ - E[Θ|B])² = v + 2rv.
template <Number R>
R gaussian_lautum(const R& r);

}  // namespace calor::analytic
