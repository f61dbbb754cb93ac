#include "learner/course.hpp"
#include "run/timed_jumps.hpp"
#include "sampler/sampler.hpp"

namespace calor::run {

namespace {

/// The generator of X at each state, in units of 1/time, and what X's moves gain in phi.
template <Real R>
struct XMoves {
  std::vector<Matrix<R>> generator;  // [state]: K x K
};

template <Real R>
XMoves<R> x_moves(const JumpSetting<R>& s) {
  const R rate = num::from_rational<R>(*s.experiment->sampler.rate);
  XMoves<R> out;
  for (Eigen::Index i = 0; i < s.energy.rows(); ++i) {
    const Vector<R> p = s.spaces.conditional.row(i);
    out.generator.push_back(rate * sampler::generator<R>(s.experiment->sampler.kind, p, s.neighbours,
                                                         s.alternation[static_cast<std::size_t>(i)]));
  }
  return out;
}

/// heat_x, |heat_x|, work_x, |work_x| per unit time from each joint state.
template <Real R>
Matrix<R> gains(const JumpSetting<R>& s, const learner::Ladder<R>& w, const XMoves<R>& x) {
  const Eigen::Index n = s.energy.rows(), outcomes = s.energy.cols();
  Matrix<R> out = Matrix<R>::Zero(4, n * outcomes);
  for (Eigen::Index k = 0; k < outcomes; ++k) {
    const Vector<R> work = per_jump(w, [&](auto i, auto j) { return R(s.energy(j, k) - s.energy(i, k)); });
    const Vector<R> size = per_jump(w, [&](auto i, auto j) { return difference_size(s.energy(i, k), s.energy(j, k)); });
    for (Eigen::Index i = 0; i < n; ++i) {
      const Eigen::Index at = i * outcomes + k;
      out(2, at) = work[i];
      out(3, at) = size[i];
      for (Eigen::Index l = 0; l < outcomes; ++l) {
        if (l == k) continue;
        const R& rate = x.generator[static_cast<std::size_t>(i)](l, k);
        out(0, at) += rate * (s.energy(i, l) - s.energy(i, k));
        out(1, at) += rate * difference_size(s.energy(i, k), s.energy(i, l));
      }
    }
  }
  return out;
}

/// dS(X,Theta|B)/dt while X moves, the same while Theta moves, and the entropy production of X by currents.
template <Real R>
Rates<R> joint_rates(const learner::Ladder<R>& w, const XMoves<R>& x, const Vector<R>& state) {
  using std::fabs, std::log;
  const auto n = static_cast<Eigen::Index>(x.generator.size()), outcomes = state.size() / n;
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
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto& g = x.generator[static_cast<std::size_t>(i)];
    for (Eigen::Index k = 0; k < outcomes; ++k) {
      const Eigen::Index a = i * outcomes + k;
      for (Eigen::Index l = k + 1; l < outcomes; ++l) {
        const Eigen::Index b = i * outcomes + l;
        const R forth = g(l, k) * state[a], back = g(k, l) * state[b];
        add(0, a, b, forth, back);
        add_current<R>(forth, back, out.value[2], out.size[2]);
      }
      if (i + 1 < n) add(1, a, a + outcomes, w.up[i] * state[a], w.down[i] * state[a + outcomes]);
    }
  }
  return out;
}

template <Real R>
Matrix<R> as_matrix(const Vector<R>& state, Eigen::Index n) {
  return Eigen::Map<const Matrix<R>>(state.data(), state.size() / n, n).transpose();
}

/// One point of a history: the joint state, heat and work so far, and the integrals of joint_rates.
template <Real R>
struct LaggingPoint {
  Vector<R> state;
  Raw<R> heat, work, x_part, theta_part, currents;
  R round_off = 0;
};

template <Real R>
PairHistory<R> put_together(const JumpSetting<R>& s, const std::vector<LaggingPoint<R>>& points) {
  PairHistory<R> out;
  auto& totals = out.history.totals;
  const auto put = [&](const std::string& name, const Raw<R>& raw) {
    totals[name].push_back(raw.value);
    out.noise[name].push_back(raw.noise);
  };
  thermo::JointState<R> first;
  for (const auto& at : points) {
    const Matrix<R> joint = as_matrix<R>(at.state, s.energy.rows());
    const auto state = thermo::joint_state(s.spaces, s.energy, joint);
    if (out.history.joint.empty()) first = state;
    put("heat_x", at.heat);
    put("work_x", at.work);
    put("ep_x", at.x_part - at.heat);
    put("flow_x", Raw<R>{state.entropy_x - first.entropy_x, R(0)} - at.x_part);
    put("flow_theta", Raw<R>{state.entropy_theta - first.entropy_theta, R(0)} - at.theta_part);
    put("_ep_x_currents", at.currents);
    out.history.joint.push_back(joint);
    out.round_off.push_back(at.round_off);
  }
  return out;
}

/// With a schedule of the temperature.
template <Real R>
std::vector<LaggingPoint<R>> along_schedule(const JumpSetting<R>& s, const Vector<R>& loss, const XMoves<R>& x,
                                            const Vector<R>& start) {
  const int width = static_cast<int>(s.energy.cols());
  auto jumps = timed_moves<R>(loss.size(), width);
  for (int i = 0; i < loss.size(); ++i)
    for (int k = 0; k < width; ++k)
      for (int l = 0; l < width; ++l)
        if (const R& rate = x.generator[static_cast<std::size_t>(i)](l, k); l != k && rate > 0)
          jumps.push_back({i * width + k, i * width + l, rate, {}});
  auto learner = s.learner;
  const TimedRates<R> rates = [&](const Vector<R>& state, const R& temperature) {
    learner.temperature = temperature;
    const auto w = learner::rates(learner, loss);
    const auto entropies = joint_rates(w, x, state);
    const Vector<R> gained = gains(s, w, x) * state;
    auto out = nothing<R>(5);
    out.value << gained[0], gained[2], entropies.value;
    out.size << gained[1], gained[3], entropies.size;
    return out;
  };
  std::vector<LaggingPoint<R>> out;
  for (const auto& at : march_scheduled<R>(s, loss, jumps, start.size(), start, std::span<const R>(s.points), 5, rates))
    out.push_back(
        {at.state, at.total(0), at.total(1), at.total(2), at.total(3), at.total(4), at.round_off + at.left_out});
  return out;
}

}  // namespace

template <Real R>
PairHistory<R> follow_lagging(const JumpSetting<R>& s, const Vector<R>& loss) {
  const auto x = x_moves(s);
  const Matrix<R> by_outcome = equilibrium_start(s).transpose();
  const Vector<R> start = Eigen::Map<const Vector<R>>(by_outcome.data(), by_outcome.size());
  if (learner::scheduled(s.experiment->learner)) return put_together(s, along_schedule(s, loss, x, start));
  const auto w = learner::rates(s.learner, loss);
  const int n = static_cast<int>(loss.size()), width = static_cast<int>(s.energy.cols());
  auto moves = theta_moves(w, width);
  for (int i = 0; i < n; ++i) {
    const auto& g = x.generator[static_cast<std::size_t>(i)];
    for (int k = 0; k < width; ++k)
      for (int l = k + 1; l < width; ++l)
        if (g(l, k) > 0 || g(k, l) > 0) moves.push_back({i * width + k, i * width + l, g(l, k), g(k, l)});
  }
  evolve::ChainPropagator<R> propagator({n * width, std::move(moves)}, gains(s, w, x));
  const evolve::RateFunction<R> rates = [&](const Vector<R>& state) { return joint_rates(w, x, state); };
  std::vector<LaggingPoint<R>> points;
  for (auto& at : evolve::march(propagator, start, std::span<const R>(s.points), rates, s.quadrature)) {
    at.round_off += input_error(s, loss);
    points.push_back({at.state, linear(at, 0, 1), linear(at, 2, 3), integral(at, 0), integral(at, 1), integral(at, 2),
                      R(at.round_off + at.left_out)});
  }
  return put_together(s, points);
}

#define CALOR_INSTANTIATE(R) template PairHistory<R> follow_lagging(const JumpSetting<R>&, const Vector<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
