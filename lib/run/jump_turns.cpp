#include <functional>
#include <optional>

#include "learner/course.hpp"
#include "run/timed_jumps.hpp"
#include "sampler/ou.hpp"
#include "sampler/sampler.hpp"
#include "thermo/fluctuations.hpp"

namespace calor::run {

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

/// X's kernels at the states: of outcomes, and of ou.
template <Real R>
std::vector<Matrix<R>> turn_kernels(const JumpSetting<R>& s) {
  const auto& sampler = s.experiment->sampler;
  if (s.kernels) return ou_turn(s);
  std::vector<Matrix<R>> out;
  for (Eigen::Index i = 0; i < s.energy.rows(); ++i) {
    const Vector<R> p = s.spaces.conditional.row(i);
    if (sampler.rate) {
      const R time = num::from_rational<R>(*sampler.rate * *s.experiment->time.step);
      out.push_back(sampler::continuous_kernel<R>(sampler.kind, p, s.neighbours, time,
                                                  s.alternation[static_cast<std::size_t>(i)]));
    } else {
      out.push_back(sampler::discrete_kernel<R>(sampler, p, s.neighbours, s.alternation[static_cast<std::size_t>(i)]));
    }
  }
  return out;
}

template <Real R>
using TurnOfX = std::function<Matrix<R>(const Matrix<R>&)>;

template <Real R>
TurnOfX<R> turn_of_x(const JumpSetting<R>& s) {
  const auto& e = *s.experiment;
  if (e.sampler.kind == "equilibrium")
    return [&s](const Matrix<R>& joint) -> Matrix<R> {
      return Vector<R>(joint * s.spaces.x_weight).asDiagonal() * s.spaces.conditional;
    };
  if (!s.x_rows.empty() && e.sampler.kind == "heat-bath")
    return thermo::redraw(s.spaces, s.x_rows, kept_in_a_turn<R>(e));
  return [kernels = turn_kernels(s)](Matrix<R> joint) {
    for (Eigen::Index i = 0; i < joint.rows(); ++i) {
      const Vector<R> row = joint.row(i);
      joint.row(i) = (kernels[static_cast<std::size_t>(i)] * row).transpose();
    }
    return joint;
  };
}

/// A step's kernel, column by column, and the mean divergence of a step from each state.
template <Real R>
struct StepKernel {
  Matrix<R> kernel;
  Vector<R> divergence;
  R round_off = 0;
};

template <Real R>
StepKernel<R> step_kernel(const JumpSetting<R>& s, const Vector<R>& loss, int steps) {
  const Eigen::Index n = loss.size();
  const R length = num::from_rational<R>(*s.experiment->time.step);
  auto moved = transition_kernel<R>(s, loss, R(length * steps), length);
  StepKernel<R> out{std::move(moved.kernel), Vector<R>::Zero(n), moved.round_off};
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j)
      if (j != i) out.divergence[i] += out.kernel(j, i) * divergence(s, i, j);
  return out;
}

}  // namespace

template <Real R>
TransitionKernel<R> transition_kernel(const JumpSetting<R>& s, const Vector<R>& loss, const R& start, const R& length) {
  const Eigen::Index n = loss.size();
  TransitionKernel<R> out{Matrix<R>(n, n), R(0)};
  if (learner::scheduled(s.experiment->learner)) {
    const std::vector<R> points{start, start + length};
    const auto jumps = timed_moves<R>(n, 1);
    for (Eigen::Index i = 0; i < n; ++i) {
      const auto at = march_scheduled<R>(s, loss, jumps, n, Vector<R>::Unit(n, i), points, 0, {}).back();
      out.kernel.col(i) = at.state;
      out.round_off = at.round_off - input_error(s, loss) + at.left_out;  // the same losses in every step: counted once
    }
    return out;
  }
  evolve::ChainPropagator<R> chain({static_cast<int>(n), theta_moves(learner::rates(s.learner, loss), 1)},
                                   Matrix<R>(0, n));
  const std::vector<R> step{length};
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto flight = chain.advance(Vector<R>::Unit(n, i), step).front();
    out.kernel.col(i) = flight.state / R(flight.state.sum());
    out.round_off = flight.round_off + 4 * num::epsilon<R>();
  }
  return out;
}

template <Real R>
PairHistory<R> follow_turns(const JumpSetting<R>& s, const Vector<R>& loss) {
  using std::fabs, std::sqrt;
  auto step = step_kernel(s, loss, 0);
  const bool changes = learner::scheduled(s.experiment->learner);
  const auto turn = turn_of_x(s);
  const bool equilibrium = s.experiment->sampler.kind == "equilibrium";
  Matrix<R> joint = equilibrium_start(s);
  auto state = thermo::joint_state(s.spaces, s.energy, joint);
  thermo::Ledger<R> ledger;
  R relative = 0, path = 0, noise = 0, round_off = input_error(s, loss);
  thermo::Fluctuations<R> fluctuations;
  if (s.fluctuations) fluctuations = thermo::Fluctuations<R>(joint);
  const auto theta_move = [&](const Matrix<R>& f) { return Matrix<R>(step.kernel * f); };
  std::optional<thermo::TailNoise<R>> tails;
  if (s.kernels) tails.emplace(s.spaces, s.energy, R(sampler::OuTransition::round_off));
  const auto x_move = [&](const Matrix<R>& f) {
    Matrix<R> out = turn(f);
    if (tails) thermo::clear_tails(R(sampler::OuTransition::round_off), out);
    return out;
  };
  long done = 0;
  PairHistory<R> out;
  for (const R& point : s.points) {
    const long goal = std::lround(num::to_double(R(point / num::from_rational<R>(*s.experiment->time.step))));
    for (; done < goal; ++done) {
      if (changes && done) step = step_kernel(s, loss, static_cast<int>(done));
      if (equilibrium) path += step.divergence.dot(Vector<R>(joint * s.spaces.x_weight));
      const Matrix<R> before = joint;
      joint = theta_move(before);
      if (s.fluctuations) fluctuations.theta_moved(s.energy, before, joint, theta_move);
      const auto moved = thermo::joint_state(s.spaces, s.energy, joint);
      ledger.theta_moved(state, moved);
      relative += mismatch(s, joint);
      const Matrix<R> between = joint;
      joint = x_move(between);
      if (s.fluctuations) fluctuations.x_moved(s.energy, s.spaces.conditional, between, joint, x_move);
      state = thermo::joint_state(s.spaces, s.energy, joint);
      ledger.x_moved(moved, state);
      relative -= mismatch(s, joint);
      if (tails) tails->x_moved(joint);
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
    if (s.fluctuations)
      for (const auto& [name, value] : fluctuations.totals(s.spaces.theta_weight, s.spaces.x_weight)) put(name, value);
    if (tails) out.history.tails.push_back(tails->so_far());
    out.history.joint.push_back(joint);
    out.round_off.push_back(round_off);
  }
  if (s.kernels)  // OuTransition has absolute round-off
    out.history.round_off =
        Vector<R>::Constant(loss.size(), 4 * num::epsilon<R>() * (1 + sqrt(R(static_cast<double>(done)))));
  return out;
}

#define CALOR_INSTANTIATE(R) template PairHistory<R> follow_turns(const JumpSetting<R>&, const Vector<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
