#include "run/jump_moves.hpp"
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

}  // namespace

template <Real R>
PairHistory<R> follow_lagging(const JumpSetting<R>& s, const Vector<R>& loss) {
  const auto w = learner::rates(s.learner, loss);
  const auto x = x_moves(s);
  const Eigen::Index n = loss.size(), outcomes = s.energy.cols();
  auto moves = theta_moves(w, static_cast<int>(outcomes));
  const int width = static_cast<int>(outcomes);
  for (int i = 0; i < n; ++i) {
    const auto& g = x.generator[static_cast<std::size_t>(i)];
    for (int k = 0; k < width; ++k)
      for (int l = k + 1; l < width; ++l)
        if (g(l, k) > 0 || g(k, l) > 0) moves.push_back({i * width + k, i * width + l, g(l, k), g(k, l)});
  }
  evolve::ChainPropagator<R> propagator({static_cast<int>(n * outcomes), std::move(moves)}, gains(s, w, x));
  const Matrix<R> by_outcome = equilibrium_start(s).transpose();
  const Vector<R> start = Eigen::Map<const Vector<R>>(by_outcome.data(), by_outcome.size());
  const evolve::RateFunction<R> rates = [&](const Vector<R>& state) { return joint_rates(w, x, state); };
  auto stations = evolve::march(propagator, start, std::span<const R>(s.points), rates, s.quadrature);
  for (auto& at : stations) at.round_off += input_error(s, loss);

  PairHistory<R> out;
  auto& totals = out.history.totals;
  const auto put = [&](const std::string& name, const Raw<R>& raw) {
    totals[name].push_back(raw.value);
    out.noise[name].push_back(raw.noise);
  };
  thermo::JointState<R> first;
  for (const auto& at : stations) {
    const Matrix<R> joint = as_matrix<R>(at.state, n);
    const auto state = thermo::joint_state(s.spaces, s.energy, joint);
    if (out.history.joint.empty()) first = state;
    const Raw<R> heat = linear(at, 0, 1), x_part = integral(at, 0), theta_part = integral(at, 1);
    put("heat_x", heat);
    put("work_x", linear(at, 2, 3));
    put("ep_x", x_part - heat);
    put("flow_x", Raw<R>{state.entropy_x - first.entropy_x, R(0)} - x_part);
    put("flow_theta", Raw<R>{state.entropy_theta - first.entropy_theta, R(0)} - theta_part);
    put("_ep_x_currents", integral(at, 2));
    out.history.joint.push_back(joint);
    out.round_off.push_back(at.round_off + at.left_out);
  }
  return out;
}

#define CALOR_INSTANTIATE(R) template PairHistory<R> follow_lagging(const JumpSetting<R>&, const Vector<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)

}  // namespace calor::run
