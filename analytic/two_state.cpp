#include "analytic/two_state.hpp"

#include "analytic/bernoulli.hpp"
#include "analytic/exponentials.hpp"
#include "analytic/quadrature.hpp"
#include "num/errors.hpp"

namespace calor::analytic {
namespace {

template <num::Real R>
R binary_entropy(const R& p) {
  using std::log, std::log1p;
  return p <= 0 || p >= 1 ? R(0) : R(-p * log(p) - (1 - p) * log1p(-p));
}

// D(q + shift ‖ q) = Σ q f(shift/q), f(z) = (1+z) ln(1+z) - z: relative accuracy for small shifts.
template <num::Real R>
R divergence(const R& q, const R& shift) {
  if (shift == 0) return 0;
  return q * entropy_excess<R>(shift / q) + (1 - q) * entropy_excess<R>(-shift / (1 - q));
}

template <num::Real R>
R relative_entropy(const std::vector<R>& p, const std::vector<R>& q) {
  R sum = 0;
  for (std::size_t x = 0; x < p.size(); ++x) sum += q[x] * entropy_excess<R>(p[x] / q[x] - 1);
  return sum;
}

// The law of Θ given one data set; shift = ρ(1|B) - start.
template <num::Real R>
struct State {
  R shift, pi, total, occupied;  // occupied = ∫ρ(1) dt
};

template <num::Real R>
State<R> state(const TwoState<R>& l, const typename TwoState<R>::DataSet& b, const R& t) {
  using std::expm1;
  State<R> s;
  s.total = b.up + b.down;
  s.pi = b.up / s.total;
  const R relaxed = -expm1(-s.total * t);
  s.shift = (s.pi - l.start) * relaxed;
  s.occupied = s.pi * t + (l.start - s.pi) * relaxed / s.total;
  return s;
}

template <num::Real R>
void check(const TwoState<R>& l, const R& t) {
  if (!(t >= 0)) throw InputError("two-state learner: t = " + num::to_text(t, 6) + ", allowed is >= 0");
  if (!(l.temperature > 0))
    throw InputError("two-state learner: temperature = " + num::to_text(l.temperature, 6) + ", allowed is > 0");
  if (!(l.start >= 0 && l.start <= 1))
    throw InputError("two-state learner: start = " + num::to_text(l.start, 6) + ", allowed is [0, 1]");
}

// p(x) when state 1 has probability start + shift.
template <num::Real R>
std::vector<R> mixture(const TwoState<R>& l, const R& upper) {
  std::vector<R> p;
  for (std::size_t x = 0; x < l.outcomes[0].size(); ++x)
    p.push_back((1 - upper) * l.outcomes[0][x] + upper * l.outcomes[1][x]);
  return p;
}

template <num::Real R>
struct Sums {
  R mean_shift = 0, m_info = 0, lautum = 0, l_info = 0, entropy_given_b = 0, entropy_x_given_b = 0,
    entropy_x_given_b_start = 0;
  R heat = 0, ep = 0, fisher = 0, train = 0;
};

template <num::Real R>
R information_in_x(const TwoState<R>& l, const R& mean_upper, const R& shift) {
  R sum = 0;
  const auto q = mixture(l, mean_upper);
  for (std::size_t x = 0; x < q.size(); ++x)
    sum += q[x] * entropy_excess<R>(shift * (l.outcomes[1][x] - l.outcomes[0][x]) / q[x]);
  return sum;
}

template <num::Real R>
Sums<R> average(const TwoState<R>& l, const R& t) {
  Sums<R> s;
  for (const auto& b : l.data) s.mean_shift += b.weight * state(l, b, t).shift;
  const R mean = l.start + s.mean_shift, d01 = relative_entropy(l.outcomes[0], l.outcomes[1]),
          d10 = relative_entropy(l.outcomes[1], l.outcomes[0]);
  for (const auto& b : l.data) {
    const auto one = state(l, b, t);
    const R upper = l.start + one.shift, off = one.shift - s.mean_shift;
    s.m_info += b.weight * divergence(mean, off);
    s.lautum += b.weight * divergence<R>(upper, -off);
    s.l_info += b.weight * information_in_x<R>(l, mean, off);
    s.entropy_given_b += b.weight * binary_entropy(upper);
    s.entropy_x_given_b += b.weight * entropy(mixture(l, upper));
    s.heat += b.weight * one.shift * (b.loss[1] - b.loss[0]);
    s.ep += b.weight * (divergence<R>(one.pi, l.start - one.pi) - divergence<R>(one.pi, upper - one.pi));
    s.fisher += b.weight * (b.up * (t - one.occupied) * d01 + b.down * one.occupied * d10);
    s.train += b.weight * ((1 - upper) * b.training_loss[0] + upper * b.training_loss[1]);
  }
  return s;
}

template <num::Real R>
void append_test(Quantities<R>& q, const TwoState<R>& l, const R& upper, const R& train) {
  using std::log;
  if (l.target.empty()) return;
  R test = 0;
  for (std::size_t x = 0; x < l.target.size(); ++x)
    test -= l.target[x] * ((1 - upper) * log(l.outcomes[0][x]) + upper * log(l.outcomes[1][x]));
  q.emplace_back("loss_test", test);
  q.emplace_back("generalization_gap", test - train);
}

}  // namespace

template <num::Real R>
Quantities<R> two_state(const TwoState<R>& l, const R& t) {
  check(l, t);
  const auto s = average(l, t);
  const R mean = l.start + s.mean_shift, s0 = entropy(l.outcomes[0]), s1 = entropy(l.outcomes[1]);
  const R given_theta = (1 - mean) * s0 + mean * s1, entropy_x = entropy(mixture(l, mean));
  const R info = entropy_x - given_theta, info_b = s.entropy_x_given_b - given_theta;
  const R info_start = entropy(mixture(l, l.start)) - (1 - l.start) * s0 - l.start * s1;
  const R heat_x = s.mean_shift * (s1 - s0) - s.fisher;
  Quantities<R> q{{"m_info", s.m_info},
                  {"l_info", s.l_info},
                  {"r_info", s.m_info - s.l_info},
                  {"info_x_theta", info},
                  {"info_x_theta_given_b", info_b},
                  {"lautum_info", s.lautum},
                  {"entropy_theta", binary_entropy(mean)},
                  {"entropy_theta_given_b", s.entropy_given_b},
                  {"entropy_x", entropy_x},
                  {"entropy_x_given_b", s.entropy_x_given_b},
                  {"entropy_x_given_theta", given_theta},
                  {"heat_theta", s.heat},
                  {"work_theta", R(0)},
                  {"ep_theta", s.ep},
                  {"ep_theta_naive", s.ep + s.m_info},
                  {"heat_x", heat_x},
                  {"work_x", s.fisher},
                  {"flow_x", info_b - info_start + s.fisher},
                  {"flow_theta", -s.fisher},
                  {"ep_x", R(0)},
                  {"ep_x_given_b", info_b - info_start + s.fisher},
                  {"ep_x_naive", info - info_start + s.fisher},
                  {"ep_x_path", s.fisher},
                  {"fisher_dissipation", s.fisher},
                  {"reservoir_gap", -heat_x - s.m_info},
                  {"loss_train", s.train}};
  append_test(q, l, mean, s.train);
  if (s.ep + s.m_info > 0) q.emplace_back("efficiency", s.m_info / (s.ep + s.m_info));
  return q;
}

template <num::Real R>
R two_state_ep_by_heat(const TwoState<R>& l, const R& t) {
  const auto s = average(l, t);
  return s.entropy_given_b - binary_entropy(l.start) - s.heat / l.temperature;
}

template <num::Real R>
R two_state_ep_by_current(const TwoState<R>& l, const R& t) {
  R sum = 0;
  for (const auto& b : l.data) {
    auto rate = [&](const R& time) -> std::array<R, 1> {
      using std::log;
      const R upper = l.start + state(l, b, time).shift, forward = b.up * (1 - upper), backward = b.down * upper;
      return {forward > 0 && backward > 0 ? R((forward - backward) * log(forward / backward)) : R(0)};
    };
    sum += b.weight * integrate_from_zero<R, 1>(rate, t, R(1 / (b.up + b.down)))[0];
  }
  return sum;
}

template <num::Real R>
TwoState<R> two_state_coin(long size, const num::Rational& p, const std::array<R, 2>& theta, const R& temperature,
                           const R& rate, Acceptance acceptance, const R& weight_decay, const R& start) {
  using std::exp, std::log1p;
  TwoState<R> l;
  l.temperature = temperature;
  l.start = start;
  const auto weights = binomial_weights(size, p);
  for (long k = 0; k <= size; ++k) {
    typename TwoState<R>::DataSet b;
    b.weight = num::from_rational<R>(weights[static_cast<std::size_t>(k)]);
    for (std::size_t i = 0; i < 2; ++i) {
      b.training_loss[i] = log1p(exp(theta[i])) - theta[i] * R(k) / R(size);
      b.loss[i] = b.training_loss[i] + weight_decay * theta[i] * theta[i] / 2;
    }
    const R u = (b.loss[1] - b.loss[0]) / temperature;
    b.up = rate * accept<R>(acceptance, u);
    b.down = rate * accept<R>(acceptance, -u);
    l.data.push_back(b);
  }
  for (std::size_t i = 0; i < 2; ++i) l.outcomes[i] = {1 / (1 + exp(theta[i])), 1 / (1 + exp(-theta[i]))};
  l.target = {num::from_rational<R>(1 - p), num::from_rational<R>(p)};
  return l;
}

#define CALOR_INSTANTIATE(R)                                                                                      \
  template Quantities<R> two_state<R>(const TwoState<R>&, const R&);                                              \
  template R two_state_ep_by_heat<R>(const TwoState<R>&, const R&);                                               \
  template R two_state_ep_by_current<R>(const TwoState<R>&, const R&);                                            \
  template TwoState<R> two_state_coin<R>(long, const num::Rational&, const std::array<R, 2>&, const R&, const R&, \
                                         Acceptance, const R&, const R&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
