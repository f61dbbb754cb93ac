#include "analytic/gaussian_chain.hpp"

#include "analytic/exponentials.hpp"
#include "num/errors.hpp"

namespace calor::analytic {

template <Number R>
GaussianChain<R>::GaussianChain(const GaussianTurn<R>& turn, const R& initial_mean, const R& initial_variance)
    : turn_(turn),
      v_(initial_variance),
      c_(initial_variance),
      vx_(initial_variance + turn.s2),
      cy_(0),
      z_(0),
      mean_theta_(initial_mean),
      mean_y_(0) {
  spread_[0][0] = turn.beta_variance;
}

template <Number R>
void GaussianChain<R>::transform(const Spread& a) {
  Spread half{}, full{};
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j)
      for (std::size_t k = 0; k < 4; ++k) half[i][j] += a[i][k] * spread_[k][j];
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j)
      for (std::size_t k = 0; k < 4; ++k) full[i][j] += half[i][k] * a[j][k];
  spread_ = full;
}

// With δ = θ - θ' = gθ - pull β - √noise ξ: Y* = Y + δ.
template <Number R>
void GaussianChain<R>::move_theta() {
  const R g = turn_.decay, e = 1 - g, n = turn_.noise, k = turn_.pull, o = 0, i = 1;
  z_ += 2 * g * cy_ + g * g * v_ + n;
  cy_ = e * (cy_ + g * v_) - n;
  c_ *= e;
  v_ = e * e * v_ + n;
  const R pull = g * mean_theta_ - k * turn_.beta_mean;
  mean_y_ += pull;
  mean_theta_ -= pull;
  transform({{{i, o, o, o}, {k, e, o, o}, {-k, g, i, o}, {o, o, o, i}}});
}

template <Number R>
void GaussianChain<R>::move_x() {
  const R f = turn_.keep, o = 0, i = 1, rest = 1 - f;
  vx_ = f * f * vx_ + rest * rest * v_ + 2 * f * rest * c_ + turn_.s2 * turn_.forget;
  c_ = f * c_ + rest * v_;
  cy_ *= f;
  z_ *= f * f;
  mean_y_ *= f;
  transform({{{i, o, o, o}, {o, i, o, o}, {o, o, f, o}, {o, rest, o, f}}});
}

template <Number R>
R GaussianChain<R>::lag_square() const {
  return z_ + spread_[2][2] + mean_y_ * mean_y_;
}

// ⟨(θ - αβ)²⟩/2 with α = pull/decay, the minimum of the loss for β.
template <Number R>
R GaussianChain<R>::theta_energy() const {
  const R alpha = turn_.pull / turn_.decay, off = mean_theta_ - alpha * turn_.beta_mean;
  return (v_ + spread_[1][1] - 2 * alpha * spread_[0][1] + alpha * alpha * spread_[0][0] + off * off) / 2;
}

// Medium part: K = N((1-g)θ + kβ, n). (θ - (1-g)θ' - kβ)² - (θ' - (1-g)θ - kβ)² = (2-g)(θ - θ')((θ + θ')g - 2kβ)
//   = g(2-g)[(θ-αβ)² - (θ'-αβ)²], so ⟨ln K/K_reverse⟩ = -(g(2-g)/n) Δ⟨(θ-αβ)²⟩/2.
// X's move: D(N(σ², offset o²)‖p) = ½[w - ln(1+w) + o²/s²], w = (σ²-s²)/s² and o shrink by f² and f.
template <Number R>
void GaussianChain<R>::step() {
  if (turn_.fresh && steps_ > 0) {
    const R before = theta_energy();
    for (std::size_t i = 1; i < 4; ++i) spread_[0][i] = spread_[i][0] = 0;
    work_theta += theta_energy() - before;
  }
  ++steps_;
  const R s2 = turn_.s2, energy0 = theta_energy(), lag0 = lag_square(), info0 = info_x_theta_given_b(moments());
  move_theta();
  const R heat = theta_energy() - energy0, lag1 = lag_square(), info1 = info_x_theta_given_b(moments());
  const R w = excess_given_theta(moments()) / s2, offset = cy_ * cy_ / v_ + spread_[2][2] + mean_y_ * mean_y_;
  move_x();
  const R g = turn_.decay, f2 = turn_.keep * turn_.keep, info2 = info_x_theta_given_b(moments());
  heat_theta += heat;
  ep_theta_medium -= g * (2 - g) / turn_.noise * heat;
  work_x += (lag1 - lag0) / (2 * s2);
  heat_x += (lag_square() - lag1) / (2 * s2);
  flow_theta += info1 - info0;
  flow_x += info2 - info1;
  ep_x += (log_deficit(w) - log_deficit<R>(f2 * w) + turn_.forget * offset / s2) / 2;
}

template <Number R>
JointGaussian<R> GaussianChain<R>::moments() const {
  return {turn_.s2, v_, c_, vx_, cy_, z_, spread_[1][1], spread_[3][3], spread_[1][2], spread_[2][2], spread_[1][3]};
}

template <Number R>
Quantities<R> chain_quantities(const GaussianChain<R>& chain, const R& v0) {
  using std::log;
  const auto j = chain.moments();
  auto q = informations(j);
  const R v0x = j.s2 + v0, m_info = log(1 + j.mtt / j.v) / 2;
  q.emplace_back("heat_x", chain.heat_x);
  q.emplace_back("work_x", chain.work_x);
  q.emplace_back("flow_x", chain.flow_x);
  q.emplace_back("flow_theta", chain.flow_theta);
  q.emplace_back("ep_x", chain.ep_x);
  q.emplace_back("ep_x_given_b", log(j.vx / v0x) / 2 - chain.heat_x);
  q.emplace_back("ep_x_naive", log((j.vx + j.mxx) / v0x) / 2 - chain.heat_x);
  q.emplace_back("ep_x_path", -chain.heat_x);
  q.emplace_back("reservoir_gap", -chain.heat_x - m_info);
  return q;
}

namespace {

template <Number R>
GaussianTurn<R> langevin_turn(const GaussianLearner<R>& l, const GaussianCoordinate<R>& c, const R& rate,
                              const R& tau) {
  using std::exp, std::expm1;
  const auto w = theta_law(l, c, tau);
  return {l.stddev * l.stddev, w.g, w.a, w.v_eq * w.g2, c.data.mean, c.data.variance, false, -expm1(-2 * rate * tau),
          exp(-rate * tau)};
}

}  // namespace

template <Number R>
Quantities<R> gaussian_lagged(const GaussianLearner<R>& l, const R& rate, const R& tau, long steps) {
  if (!(rate > 0)) throw InputError("ou sampler: rate = " + num::to_text(rate, 6) + ", allowed is > 0");
  if (!(tau > 0)) throw InputError("time.step = " + num::to_text(tau, 6) + ", allowed is > 0");
  if (steps < 0) throw InputError("number of steps = " + std::to_string(steps) + ", allowed is >= 0");
  auto q = theta_quantities(l, R(tau * R(steps)));
  for (const auto& c : l.coordinates) {
    GaussianChain<R> chain(langevin_turn(l, c, rate, tau), c.initial_mean, c.initial_variance);
    for (long n = 0; n < steps; ++n) chain.step();
    accumulate(q, chain_quantities(chain, c.initial_variance));
  }
  q.emplace_back("ift_x", R(1));
  return q;
}

#define CALOR_INSTANTIATE(R)                                                     \
  template class GaussianChain<R>;                                               \
  template Quantities<R> chain_quantities<R>(const GaussianChain<R>&, const R&); \
  template Quantities<R> gaussian_lagged<R>(const GaussianLearner<R>&, const R&, const R&, long);
CALOR_FOR_EACH_NUMBER(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
