#include "run/jump_history.hpp"

#include "num/errors.hpp"
#include "sampler/sampler.hpp"

namespace calor::run {

using evolve::Rates;
using evolve::Transition;
using info::Raw;
using num::Matrix;
using num::Vector;

namespace {

/// d + e^{-d} - 1 >= 0.
template <Real R>
R excess(const R& d) {
  using std::exp, std::fabs;
  if (fabs(d) > R(0.125)) return d + exp(-d) - 1;
  R term = d * d / 2, sum = 0;
  for (int k = 3; fabs(term) > num::epsilon<R>() * sum / 8; ++k) {
    sum += term;
    term *= -d / k;
  }
  return sum;
}

/// (a - b) ln(a/b) added to value, and its size to size; nothing where a current has not begun.
template <Real R>
void add_current(const R& a, const R& b, R& value, R& size) {
  using std::fabs, std::log;
  if (!(a > 0) || !(b > 0)) return;
  const R ratio = log(R(a / b));
  value += (a - b) * ratio;
  size += (a + b) * fabs(ratio) + fabs(R(a - b));
}

template <Real R>
Rates<R> nothing(Eigen::Index n) {
  return {Vector<R>::Zero(n), Vector<R>::Zero(n)};
}

/// Moves of Theta at fixed x; the joint state (theta_i, x_k) has index i K + k.
template <Real R>
std::vector<Transition<R>> theta_moves(const learner::Ladder<R>& w, int outcomes) {
  std::vector<Transition<R>> out;
  for (int i = 0; i < w.up.size(); ++i)
    for (int k = 0; k < outcomes; ++k) {
      out.push_back({i * outcomes + k, (i + 1) * outcomes + k, w.up[i]});
      out.push_back({(i + 1) * outcomes + k, i * outcomes + k, w.down[i]});
    }
  return out;
}

/// Per state: sum over jumps out of it of w * gain(from, to).
template <Real R, class Gain>
Vector<R> per_jump(const learner::Ladder<R>& w, const Gain& gain) {
  Vector<R> out = Vector<R>::Zero(w.up.size() + 1);
  for (Eigen::Index i = 0; i < w.up.size(); ++i) {
    out[i] += w.up[i] * gain(i, i + 1);
    out[i + 1] += w.down[i] * gain(i + 1, i);
  }
  return out;
}

/// Integral of a functional with its round-off from that of the functional of absolute values.
template <Real R>
Raw<R> linear(const evolve::Station<R>& at, Eigen::Index row, Eigen::Index absolute) {
  return {at.linear[row], (at.round_off + 16 * num::epsilon<R>()) * at.linear[absolute]};
}

template <Real R>
Raw<R> integral(const evolve::Station<R>& at, Eigen::Index i) {
  return {at.integral[i], (at.round_off + 16 * num::epsilon<R>()) * at.size[i]};
}

}  // namespace

template <Real R>
R divergence(const JumpSetting<R>& s, Eigen::Index from, Eigen::Index to) {
  R sum = 0;
  for (Eigen::Index k = 0; k < s.energy.cols(); ++k)
    sum += s.spaces.x_weight[k] * s.spaces.conditional(from, k) * excess<R>(s.energy(to, k) - s.energy(from, k));
  return sum;
}

template <Real R>
LearnerHistory<R> follow_learner(const JumpSetting<R>& s, const Vector<R>& loss) {
  using std::fabs;
  const auto w = learner::rates(s.learner, loss);
  const Eigen::Index n = loss.size();
  const Vector<R> fisher = per_jump(w, [&](auto i, auto j) { return divergence(s, i, j); });
  const bool in_turn = s.experiment->time.step.has_value();
  Matrix<R> functionals(3, n);
  functionals.row(0) = fisher;
  functionals.row(1) = per_jump(w, [&](auto i, auto j) { return R(loss[j] - loss[i]); });
  functionals.row(2) = per_jump(w, [&](auto i, auto j) { return R(fabs(R(loss[j] - loss[i]))); });
  evolve::ChainPropagator<R> propagator({static_cast<int>(n), theta_moves(w, 1)}, functionals);

  const evolve::RateFunction<R> rates = [&](const Vector<R>& rho) {
    auto out = nothing<R>(2);
    for (Eigen::Index i = 0; i + 1 < n; ++i)
      add_current<R>(w.up[i] * rho[i], w.down[i] * rho[i + 1], out.value[0], out.size[0]);
    out.value[1] = out.size[1] = fisher.dot(rho);
    return out;
  };
  const auto stations = evolve::march(propagator, s.learner.initial, std::span<const R>(s.points), rates, s.quadrature);

  LearnerHistory<R> out{Matrix<R>(n, static_cast<Eigen::Index>(stations.size())), {}, {}, {}};
  for (std::size_t j = 0; j < stations.size(); ++j) {
    const auto& at = stations[j];
    out.density.col(static_cast<Eigen::Index>(j)) = at.state;
    out.round_off.push_back(at.round_off);
    out.left_out.push_back(at.left_out);
    if (!in_turn) {
      out.totals["fisher_dissipation"].push_back(linear(at, 0, 0));
      out.totals["_fisher_panels"].push_back(integral(at, 1));
    }
    out.totals["_heat_theta"].push_back(linear(at, 1, 2));
    out.totals["_ep_currents"].push_back(integral(at, 0));
    const auto rate = rates(at.state);
    out.totals["_ep_rate"].push_back({rate.value[0], R(0)});
    // <e^{-sigma}> = probability that the reversed process from rho_t ends where rho_0 > 0 (I15; detailed balance: the
    // reversed is the same)
    const std::vector<R> back{s.points[j]};
    const auto flight = propagator.advance(at.state, back).front();
    R returned = 0;
    for (Eigen::Index i = 0; i < n; ++i)
      if (s.learner.initial[i] > 0) returned += flight.state[i];
    out.totals["ift_theta"].push_back({returned, at.round_off + flight.round_off});
  }
  return out;
}

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
    out.generator.push_back(rate * sampler::generator<R>(s.experiment->sampler.kind, p, s.neighbours));
  }
  return out;
}

/// heat_x, |heat_x|, work_x, |work_x| per unit time from each joint state.
template <Real R>
Matrix<R> gains(const JumpSetting<R>& s, const learner::Ladder<R>& w, const XMoves<R>& x) {
  using std::fabs;
  const Eigen::Index n = s.energy.rows(), outcomes = s.energy.cols();
  Matrix<R> out = Matrix<R>::Zero(4, n * outcomes);
  for (Eigen::Index k = 0; k < outcomes; ++k) {
    const Vector<R> work = per_jump(w, [&](auto i, auto j) { return R(s.energy(j, k) - s.energy(i, k)); });
    const Vector<R> size = per_jump(w, [&](auto i, auto j) { return R(fabs(R(s.energy(j, k) - s.energy(i, k)))); });
    for (Eigen::Index i = 0; i < n; ++i) {
      const Eigen::Index at = i * outcomes + k;
      out(2, at) = work[i];
      out(3, at) = size[i];
      for (Eigen::Index l = 0; l < outcomes; ++l) {
        if (l == k) continue;
        const R& rate = x.generator[static_cast<std::size_t>(i)](l, k);
        out(0, at) += rate * (s.energy(i, l) - s.energy(i, k));
        out(1, at) += rate * fabs(R(s.energy(i, l) - s.energy(i, k)));
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

template <Real R>
Matrix<R> equilibrium_start(const JumpSetting<R>& s) {
  return s.learner.initial.asDiagonal() * s.spaces.conditional;
}

}  // namespace

template <Real R>
PairHistory<R> follow_lagging(const JumpSetting<R>& s, const Vector<R>& loss) {
  const auto w = learner::rates(s.learner, loss);
  const auto x = x_moves(s);
  const Eigen::Index n = loss.size(), outcomes = s.energy.cols();
  auto moves = theta_moves(w, static_cast<int>(outcomes));
  for (int i = 0; i < n; ++i)
    for (int k = 0; k < outcomes; ++k)
      for (int l = 0; l < outcomes; ++l)
        if (const R& rate = x.generator[static_cast<std::size_t>(i)](l, k); l != k && rate > 0)
          moves.push_back({i * static_cast<int>(outcomes) + k, i * static_cast<int>(outcomes) + l, rate});
  evolve::ChainPropagator<R> propagator({static_cast<int>(n * outcomes), std::move(moves)}, gains(s, w, x));
  const Matrix<R> by_outcome = equilibrium_start(s).transpose();
  const Vector<R> start = Eigen::Map<const Vector<R>>(by_outcome.data(), by_outcome.size());
  const evolve::RateFunction<R> rates = [&](const Vector<R>& state) { return joint_rates(w, x, state); };
  const auto stations = evolve::march(propagator, start, std::span<const R>(s.points), rates, s.quadrature);

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

namespace {

/// sum rho(theta) D(P(x|theta,B) || p(x|theta)).
template <Real R>
R mismatch(const JumpSetting<R>& s, const Matrix<R>& joint) {
  using std::log;
  const Vector<R> rho = joint * s.spaces.x_weight;
  R sum = 0;
  for (Eigen::Index i = 0; i < joint.rows(); ++i)
    for (Eigen::Index k = 0; k < joint.cols(); ++k)
      if (joint(i, k) > 0) sum += s.spaces.x_weight[k] * joint(i, k) * (log(R(joint(i, k) / rho[i])) + s.energy(i, k));
  return sum;
}

template <Real R>
std::vector<Matrix<R>> turn_kernels(const JumpSetting<R>& s) {
  const auto& sampler = s.experiment->sampler;
  std::vector<Matrix<R>> out;
  if (sampler.kind == "equilibrium") return out;
  for (Eigen::Index i = 0; i < s.energy.rows(); ++i) {
    const Vector<R> p = s.spaces.conditional.row(i);
    if (sampler.rate) {
      const R time = num::from_rational<R>(*sampler.rate * *s.experiment->time.step);
      out.push_back(sampler::continuous_kernel<R>(sampler.kind, p, s.neighbours, time));
    } else {
      out.push_back(sampler::discrete_kernel<R>(sampler, p, s.neighbours));
    }
  }
  return out;
}

template <Real R>
void move_x(const JumpSetting<R>& s, const std::vector<Matrix<R>>& kernels, Matrix<R>& joint) {
  const Vector<R> rho = joint * s.spaces.x_weight;
  if (kernels.empty()) {
    joint = rho.asDiagonal() * s.spaces.conditional;
    return;
  }
  for (Eigen::Index i = 0; i < joint.rows(); ++i) {
    const Vector<R> row = joint.row(i);
    joint.row(i) = (kernels[static_cast<std::size_t>(i)] * row).transpose();
  }
}

/// exp(step W), column by column, and the mean divergence of a step from each state.
template <Real R>
struct StepKernel {
  Matrix<R> kernel;
  Vector<R> divergence;
  R round_off = 0;
};

template <Real R>
StepKernel<R> step_kernel(const JumpSetting<R>& s, const Vector<R>& loss) {
  const Eigen::Index n = loss.size();
  evolve::ChainPropagator<R> chain({static_cast<int>(n), theta_moves(learner::rates(s.learner, loss), 1)},
                                   Matrix<R>(0, n));
  const std::vector<R> step{num::from_rational<R>(*s.experiment->time.step)};
  StepKernel<R> out{Matrix<R>(n, n), Vector<R>::Zero(n), R(0)};
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto flight = chain.advance(Vector<R>::Unit(n, i), step).front();
    out.kernel.col(i) = flight.state / R(flight.state.sum());
    out.round_off = flight.round_off + 4 * num::epsilon<R>();
    for (Eigen::Index j = 0; j < n; ++j)
      if (j != i) out.divergence[i] += out.kernel(j, i) * divergence(s, i, j);
  }
  return out;
}

}  // namespace

template <Real R>
PairHistory<R> follow_turns(const JumpSetting<R>& s, const Vector<R>& loss) {
  using std::fabs;
  const auto step = step_kernel(s, loss);
  const auto kernels = turn_kernels(s);
  const bool equilibrium = kernels.empty();
  Matrix<R> joint = equilibrium_start(s);
  auto state = thermo::joint_state(s.spaces, s.energy, joint);
  thermo::Ledger<R> ledger;
  R relative = 0, path = 0, noise = 0, round_off = 4 * num::epsilon<R>();
  long done = 0;
  PairHistory<R> out;
  for (const R& point : s.points) {
    const long goal = std::lround(num::to_double(R(point / num::from_rational<R>(*s.experiment->time.step))));
    for (; done < goal; ++done) {
      if (equilibrium) path += step.divergence.dot(Vector<R>(joint * s.spaces.x_weight));
      joint = step.kernel * joint;
      const auto moved = thermo::joint_state(s.spaces, s.energy, joint);
      ledger.theta_moved(state, moved);
      relative += mismatch(s, joint);
      move_x(s, kernels, joint);
      state = thermo::joint_state(s.spaces, s.energy, joint);
      ledger.x_moved(moved, state);
      relative -= mismatch(s, joint);
      round_off += step.round_off;
      noise += num::epsilon<R>() * 8 * (2 + fabs(moved.entropy_joint) + fabs(moved.energy));
    }
    auto& totals = out.history.totals;
    const auto put = [&](const std::string& name, const R& value) {
      totals[name].push_back(value);
      out.noise[name].push_back(noise + round_off * (2 + state.entropy_joint + state.energy));
    };
    put("heat_x", ledger.heat_x);
    put("work_x", ledger.work_x);
    put("flow_x", ledger.flow_x);
    put("flow_theta", ledger.flow_theta);
    put("ep_x", ledger.ep_x);
    put("_ep_x_relative", relative);
    if (equilibrium) put("ep_x_path", path);
    out.history.joint.push_back(joint);
    out.round_off.push_back(round_off);
  }
  return out;
}

#define CALOR_INSTANTIATE(R)                                                          \
  template R divergence(const JumpSetting<R>&, Eigen::Index, Eigen::Index);           \
  template LearnerHistory<R> follow_learner(const JumpSetting<R>&, const Vector<R>&); \
  template PairHistory<R> follow_lagging(const JumpSetting<R>&, const Vector<R>&);    \
  template PairHistory<R> follow_turns(const JumpSetting<R>&, const Vector<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)

}  // namespace calor::run
