#pragma once
// One bit learns one bit: bernoulli, N = 1, p* = [½, ½], a jump learner on {-θ0, θ0}, uniform start, equilibrium
// sampler.

#include "analytic/quantities.hpp"

namespace calor::analytic {

enum class Acceptance { metropolis, heat_bath, arrhenius };

/// a(u) of theory.md §2: min(1, e^{-u}), 1/(1+e^u), e^{-u/2}; a(u)/a(-u) = e^{-u}.
template <num::Real R>
R accept(Acceptance kind, const R& u);

template <num::Real R>
struct OneBit {
  R theta0 = 2, temperature = 1, rate = 1;
  Acceptance acceptance = Acceptance::heat_bath;
};

/// Every quantity at t >= 0. L_b(θ0) - L_b(-θ0) = ∓θ0 for b = 1, 0, so given b the right state has probability (1+m)/2,
/// m = tanh(θ0/2T)(1 - e^{-Wt}), W the sum of the two rates (Γ for heat-bath); X is Θ's sign through a binary symmetric
/// channel of bias q = tanh(θ0/2). With Φ(m) = ln 2 - h((1+m)/2): m_info = Φ(m), l_info = Φ(mq), info_x_theta = Φ(q),
/// heat_theta = -mθ0/2, ep_theta = mθ0/2T - Φ(m), lautum_info = -½ ln(1-m²),
/// 𝓕 = qθ0 (W/2)[t - τ²(t - (1-e^{-Wt})/W)], τ = tanh(θ0/2T). Weight decay is the same in both states and drops out.
/// Throws InputError unless θ0, T, Γ > 0, t >= 0.
template <num::Real R>
Quantities<R> one_bit(const OneBit<R>& learner, const R& t);

/// Φ(m) = ½[(1+m) ln(1+m) + (1-m) ln(1-m)], |m| <= 1, with relative accuracy.
template <num::Real R>
R bias_information(const R& m);

}  // namespace calor::analytic
