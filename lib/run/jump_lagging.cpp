#include "learner/course.hpp"
#include "run/jump_pairs.hpp"
#include "run/timed_jumps.hpp"
#include "sampler/sampler.hpp"

namespace calor::run {

namespace {

/// heat_x, |heat_x|, work_x, |work_x| per unit time from each pair.
template <Real R>
Matrix<R> gains(const learner::Ladder<R>& w, const PairChain<R>& chain) {
  const Matrix<R>& phi = chain.energy;
  const Eigen::Index labels = phi.cols();
  Matrix<R> out = Matrix<R>::Zero(4, phi.size());
  for (Eigen::Index k = 0; k < labels; ++k) {
    const Vector<R> work = per_jump(w, [&](auto i, auto j) { return R(phi(j, k) - phi(i, k)); });
    const Vector<R> size = per_jump(w, [&](auto i, auto j) { return difference_size(phi(i, k), phi(j, k)); });
    for (Eigen::Index i = 0; i < phi.rows(); ++i) {
      out(2, i * labels + k) = work[i];
      out(3, i * labels + k) = size[i];
    }
  }
  for (const auto& move : chain.x_moves) {
    const R &a = phi(move.a / labels, move.a % labels), &b = phi(move.b / labels, move.b % labels),
            size = difference_size(a, b);
    out(0, move.a) += move.forth * (b - a);
    out(1, move.a) += move.forth * size;
    out(0, move.b) += move.back * (a - b);
    out(1, move.b) += move.back * size;
  }
  return out;
}

/// Where every label is a value of x: PairChain::rates.
template <Real R>
Rates<R> rates_of_values(const std::vector<Edge<R>>& x_moves, int outcomes, const learner::Ladder<R>& w,
                         const Vector<R>& state) {
  using std::fabs, std::log;
  auto out = nothing<R>(3);
  Vector<R> logs(state.size());
  for (Eigen::Index a = 0; a < state.size(); ++a) logs[a] = state[a] > 0 ? R(log(state[a])) : R(0);
  // -sum dP/dt ln P over pairs of states with net current j from a to b: j (ln P_a - ln P_b)
  const auto add = [&](int which, Eigen::Index a, Eigen::Index b, const R& forth, const R& back) {
    if (!(state[a] > 0) || !(state[b] > 0)) return;
    const R drop = logs[a] - logs[b];
    out.value[which] += (forth - back) * drop;
    out.size[which] += (forth + back) * (fabs(drop) + 1);
  };
  for (const auto& move : x_moves) {
    const R forth = move.forth * state[move.a], back = move.back * state[move.b];
    add(0, move.a, move.b, forth, back);
    add_current<R>(forth, back, out.value[2], out.size[2]);
  }
  for (Eigen::Index i = 0; i < w.up.size(); ++i)
    for (Eigen::Index a = i * outcomes; a < (i + 1) * outcomes; ++a)
      add(1, a, a + outcomes, w.up[i] * state[a], w.down[i] * state[a + outcomes]);
  return out;
}

/// One point of a history: the pairs, heat and work so far, and the integrals of PairChain::rates.
template <Real R>
struct LaggingPoint {
  Vector<R> pairs;
  Raw<R> heat, work, x_part, theta_part, currents;
  R round_off = 0;
};

template <Real R>
PairHistory<R> put_together(const JumpSetting<R>& s, const PairChain<R>& chain,
                            const std::vector<LaggingPoint<R>>& points) {
  PairHistory<R> out;
  auto& totals = out.history.totals;
  const auto put = [&](const std::string& name, const Raw<R>& raw) {
    totals[name].push_back(raw.value);
    out.noise[name].push_back(raw.noise);
  };
  thermo::JointState<R> first;
  for (const auto& at : points) {
    Matrix<R> joint = chain.joint(at.pairs);
    const auto state = thermo::joint_state(s.spaces, s.energy, joint);
    if (out.history.joint.empty()) first = state;
    put("heat_x", at.heat);
    put("work_x", at.work);
    put("ep_x", at.x_part - at.heat);
    put("flow_x", Raw<R>{state.entropy_x - first.entropy_x, R(0)} - at.x_part);
    put("flow_theta", Raw<R>{state.entropy_theta - first.entropy_theta, R(0)} - at.theta_part);
    put("_ep_x_currents", at.currents);
    out.history.joint.push_back(std::move(joint));
    out.round_off.push_back(at.round_off);
  }
  return out;
}

/// With a schedule of the temperature.
template <Real R>
std::vector<LaggingPoint<R>> along_schedule(const JumpSetting<R>& s, const Vector<R>& loss, const PairChain<R>& chain) {
  auto jumps = timed_moves<R>(loss.size(), chain.labels);
  for (const auto& move : chain.x_moves) {
    if (move.forth > 0) jumps.push_back({move.a, move.b, move.forth, {}});
    if (move.back > 0) jumps.push_back({move.b, move.a, move.back, {}});
  }
  auto learner = s.learner;
  const TimedRates<R> rates = [&](const Vector<R>& pairs, const R& temperature) {
    learner.temperature = temperature;
    const auto w = learner::rates(learner, loss);
    const auto entropies = chain.rates(w, pairs);
    const Vector<R> gained = gains(w, chain) * pairs;
    auto out = nothing<R>(5);
    out.value << gained[0], gained[2], entropies.value;
    out.size << gained[1], gained[3], entropies.size;
    return out;
  };
  std::vector<LaggingPoint<R>> out;
  for (const auto& at :
       march_scheduled<R>(s, loss, jumps, chain.start.size(), chain.start, std::span<const R>(s.points), 5, rates))
    out.push_back(
        {at.state, at.total(0), at.total(1), at.total(2), at.total(3), at.total(4), at.round_off + at.left_out});
  return out;
}

}  // namespace

template <Real R>
PairHistory<R> follow_pairs(const JumpSetting<R>& s, const Vector<R>& loss, const PairChain<R>& chain) {
  if (learner::scheduled(s.experiment->learner)) return put_together(s, chain, along_schedule(s, loss, chain));
  const auto w = learner::rates(s.learner, loss);
  auto moves = theta_moves(w, chain.labels);
  moves.insert(moves.end(), chain.x_moves.begin(), chain.x_moves.end());
  evolve::ChainPropagator<R> propagator({static_cast<int>(chain.start.size()), std::move(moves)}, gains(w, chain));
  const evolve::RateFunction<R> rates = [&](const Vector<R>& pairs) { return chain.rates(w, pairs); };
  std::vector<LaggingPoint<R>> points;
  for (auto& at : evolve::march(propagator, chain.start, std::span<const R>(s.points), rates, s.quadrature)) {
    at.round_off += input_error(s, loss);
    points.push_back({at.state, linear(at, 0, 1), linear(at, 2, 3), integral(at, 0), integral(at, 1), integral(at, 2),
                      R(at.round_off + at.left_out)});
  }
  return put_together(s, chain, points);
}

template <Real R>
PairHistory<R> follow_lagging(const JumpSetting<R>& s, const Vector<R>& loss) {
  const R rate = num::from_rational<R>(*s.experiment->sampler.rate);
  PairChain<R> chain;
  const Eigen::Index n = s.energy.rows();
  const int outcomes = chain.labels = static_cast<int>(s.energy.cols());
  chain.energy = s.energy;
  chain.start = as_pairs(equilibrium_start(s));
  for (int i = 0; i < n; ++i) {
    const Vector<R> p = s.spaces.conditional.row(i);
    const Matrix<R> g = rate * sampler::generator<R>(s.experiment->sampler.kind, p, s.neighbours,
                                                     s.alternation[static_cast<std::size_t>(i)]);
    for (int k = 0; k < outcomes; ++k)
      for (int l = k + 1; l < outcomes; ++l)
        if (g(l, k) > 0 || g(k, l) > 0) chain.x_moves.push_back({i * outcomes + k, i * outcomes + l, g(l, k), g(k, l)});
  }
  chain.rates = [&](const learner::Ladder<R>& w, const Vector<R>& pairs) {
    return rates_of_values(chain.x_moves, outcomes, w, pairs);
  };
  chain.joint = [n](const Vector<R>& pairs) { return as_matrix(pairs, n); };
  return follow_pairs(s, loss, chain);
}

#define CALOR_INSTANTIATE(R)                                                                          \
  template PairHistory<R> follow_pairs(const JumpSetting<R>&, const Vector<R>&, const PairChain<R>&); \
  template PairHistory<R> follow_lagging(const JumpSetting<R>&, const Vector<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
