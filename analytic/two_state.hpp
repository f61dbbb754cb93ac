#pragma once
// The general two-state jump learner with the equilibrium sampler: any ensemble, rates, start, discrete x (theory.md
// §8).

#include <array>
#include <vector>

#include "analytic/one_bit.hpp"
#include "num/exact.hpp"

namespace calor::analytic {

/// States 0 and 1. Rates obey detailed balance: up/down = e^{-(loss[1]-loss[0])/T}.
template <num::Real R>
struct TwoState {
  struct DataSet {
    R weight;                        ///< p(B)
    std::array<R, 2> loss;           ///< L_B, weight decay included
    std::array<R, 2> training_loss;  ///< L_B without it
    R up, down;                      ///< w(0→1), w(1→0)
  };
  R temperature = 1;
  R start = 0.5;  ///< ρ_0 of state 1, in [0, 1]
  std::vector<DataSet> data;
  std::array<std::vector<R>, 2> outcomes;  ///< p(x|state), all > 0
  std::vector<R> target;                   ///< p*(x); empty for fixed data (no loss_test)
};

/// bernoulli, N draws with P(1) = p, states θ[0], θ[1]: the ensemble of counts.
template <num::Real R>
TwoState<R> two_state_coin(long size, const num::Rational& p, const std::array<R, 2>& theta, const R& temperature,
                           const R& rate, Acceptance acceptance, const R& weight_decay, const R& start);

/// Every quantity at t: ρ(1|B) = start + (π_B - start)(1 - e^{-(up+down)t}), π_B = up/(up+down). ep_theta by I5,
/// informations as averages of relative entropies, 𝓕 = Σ_B p(B) Σ_{θ→θ'} w ∫ρ dt D(p(·|θ)‖p(·|θ')).
/// Throws InputError for t < 0, T <= 0, start outside [0,1].
template <num::Real R>
Quantities<R> two_state(const TwoState<R>& learner, const R& t);

/// ep_theta by I4 (entropy change and heat) and by I7, quadrature of (up ρ(0) - down ρ(1)) ln(up ρ(0)/(down ρ(1))).
template <num::Real R>
R two_state_ep_by_heat(const TwoState<R>& learner, const R& t);
template <num::Real R>
R two_state_ep_by_current(const TwoState<R>& learner, const R& t);

}  // namespace calor::analytic
