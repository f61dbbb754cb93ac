#pragma once
// sgld on gaussian-mean, full batch and stream: geometric sums for Θ, the lagged chain for X.

#include "analytic/gaussian_chain.hpp"

namespace calor::analytic {

/// θ' = θ - η∇L̂(θ) + √(2ηT) ξ. full: L̂ = L_B, each coordinate's data are those of B. stream: each step sees m fresh
/// examples, each coordinate's data are DataMoments::sampled(m, …) and B is the stream so far.
template <Number R>
struct SgldGaussian {
  R stddev = 1, learning_rate = 1, temperature = 1, weight_decay = 0;
  bool stream = false;
  R sampler_keep = 0;  ///< f of the `ou` sampler over one step; 0 is the equilibrium sampler
  std::vector<GaussianCoordinate<R>> coordinates;
};

/// Law of Θ_n, one coordinate, by geometric sums with e = 1 - ηk, k = 1/s² + λ:
/// v_n = e^{2n} v_0 + 2ηT Σ e^{2i}; E[Θ_n|B] = e^n m_0 + (η/s²) Σ_i e^i b̄_{n-i}.
template <Number R>
struct SgldLaw {
  R v;       ///< Var(Θ_n|B)
  R spread;  ///< Var over B of E[Θ_n|B]
  R mean;    ///< E[Θ_n]
  R cov;     ///< Cov(Θ_n, b̄), b̄ the mean of all examples seen
  R energy;  ///< full: ⟨(Θ_n - αb̄)²⟩
};
template <Number R>
SgldLaw<R> sgld_law(const SgldGaussian<R>& sgld, const GaussianCoordinate<R>& coordinate, long steps);

/// Every quantity after `steps` steps (fisher_dissipation is absent). Full batch: heat_theta = Δ⟨L_B⟩ and
/// ep_theta = ΔS(Θ|B) - Δ⟨L - (η/4)|∇L|²⟩/T by the geometric sums. Stream: heat and the medium part are summed over the
/// steps at fixed L̂_n; work_theta is that of the steps - 1 switches between L̂_1, …, L̂_steps. In a stream losses are
/// absent at steps = 0. Throws InputError for η <= 0, T <= 0, stddev <= 0, f outside [0, 1), steps < 0, fixed data in a
/// stream.
template <Number R>
Quantities<R> sgld_gaussian(const SgldGaussian<R>& sgld, long steps);

}  // namespace calor::analytic
