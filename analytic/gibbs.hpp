#pragma once
// Stationary values of langevin with one parameter: π_B ∝ e^{-L_B/T}, by the trapezoidal rule on the line, no grid of
// lib/.

#include <functional>
#include <vector>

#include "analytic/quantities.hpp"
#include "num/exact.hpp"

namespace calor::analytic {

/// Each loss must have a single minimum and grow on both sides, be analytic near the real line, and be given in R's
/// full precision.
template <num::Real R>
struct GibbsEnsemble {
  R temperature = 1;
  std::vector<R> weights;                                    ///< p(B)
  std::function<R(const R& theta, std::size_t b)> loss;      ///< L_B(θ), weight decay included
  std::function<R(const R& theta, std::size_t b)> training;  ///< without it
  std::function<R(const R& theta)> test;                     ///< -Σ p*(x) ln p(x|θ); null for fixed data
  std::function<std::vector<R>(const R& theta)> outcomes;    ///< p(x|θ)
};

/// m_info, lautum_info (both as averages of relative entropies), l_info, r_info, info_x_theta, info_x_theta_given_b,
/// entropies, losses, generalization_gap in the stationary state. The step is halved until a halving changes no value
/// by more than ε^0.6 max(1,|value|); the rule converges geometrically in 1/step, so that the next change is below ε.
/// Throws InputError where e^{-L_B/T} is not normalisable (λ = 0 and an outcome missing from B), AccuracyError beyond
/// 2^20 points.
template <num::Real R>
Quantities<R> gibbs(const GibbsEnsemble<R>& ensemble);

/// bernoulli, N draws with P(1) = p: B is the count of ones.
template <num::Real R>
GibbsEnsemble<R> coin_ensemble(long size, const num::Rational& p, const R& weight_decay, const R& temperature);

/// Two Ising spins with one coupling, no fields; `aligned` is p*(s_1 = s_2): B is the count of aligned pairs,
/// -ln p = ln(4 cosh θ) - θ s_1 s_2. `target` within each class is irrelevant to the loss.
template <num::Real R>
GibbsEnsemble<R> ising_pair_ensemble(long size, const num::Rational& aligned, const R& weight_decay,
                                     const R& temperature);

}  // namespace calor::analytic
