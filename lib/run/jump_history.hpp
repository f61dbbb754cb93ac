#pragma once
// What one data set contributes to a `jump` run: the learner alone, the learner with a lagging X in continuous time, or
// the two moving in turn (time.step).

#include <map>
#include <string>
#include <vector>

#include "run/jump_setting.hpp"
#include "thermo/joint.hpp"

namespace calor::run {

/// Totals accumulated until each point.
template <Real R>
using Totals = std::map<std::string, std::vector<info::Raw<R>>>;

/// rho_t at the points and its relative round-off; "fisher_dissipation" (exact), "_fisher_panels" (by quadrature),
/// "_heat_theta" (exact),
/// "_ep_currents" (I7), "ift_theta".
template <Real R>
struct LearnerHistory {
  num::Matrix<R> density;    // n x points
  std::vector<R> round_off;  // [point]: relative
  std::vector<R> left_out;   // [point]: absolute, beyond that
  Totals<R> totals;
};

template <Real R>
LearnerHistory<R> follow_learner(const JumpSetting<R>& setting, const num::Vector<R>& loss);

/// With a schedule of the temperature: "fisher_dissipation", "_ep_currents" (I7), "_medium" = -int dQ/T, all by
/// quadrature along Taylor series in time.
template <Real R>
LearnerHistory<R> follow_scheduled(const JumpSetting<R>& setting, const num::Vector<R>& loss);

/// A joint history with the noise of its totals: heat_x, work_x, flow_x, flow_theta, ep_x and checks.
template <Real R>
struct PairHistory {
  thermo::JointHistory<R> history;
  std::map<std::string, std::vector<R>> noise;  // [quantity][point]
  std::vector<R> round_off;                     // [point]: relative, of the entries of the joint density
};

/// X moves at its rate while Theta jumps (theory.md section 3).
/// flow_x = change of S(X|B) - int dS(X,Theta|B)|_X; flow_theta = change of S(Theta|B) - int dS(X,Theta|B)|_Theta;
/// ep_x = int dS(X,Theta|B)|_X - heat_x. Check "_ep_x_currents": 1/2 sum (k P - k' P') ln(k P/k' P').
template <Real R>
PairHistory<R> follow_lagging(const JumpSetting<R>& setting, const num::Vector<R>& loss);

/// The same for heat-bath of a real x, in one dimension or two.
template <Real R>
PairHistory<R> follow_redraws(const JumpSetting<R>& setting, const num::Vector<R>& loss);

/// The same for ou (real_kernels.hpp), split and extrapolated (thermo/lagged.hpp): totals heat_x, work_x, flow_x,
/// flow_theta, ep_x. Throws AccuracyError unless R is double.
template <Real R>
PairHistory<R> follow_ou(const JumpSetting<R>& setting, const num::Vector<R>& loss);

/// The points, the knots of a schedule, and times towards 0 before the first: X of a state to which nobody has come yet
/// lies like p(.|theta), and of those who come the farthest out outweigh it from the first moment on, so that entropies
/// are smooth in ln t only.
template <Real R>
std::vector<R> graded(const JumpSetting<R>& setting);

/// X's kernels of ou over one turn of `time.step`. Throws as above.
template <Real R>
std::vector<num::Matrix<R>> ou_turn(const JumpSetting<R>& setting);

/// Theta moves for `time.step`, then X by one turn. Checks "_ep_x_relative" (I11) and, with the equilibrium sampler,
/// "ep_x_path" = sum over steps of <D(p(.|theta) || p(.|theta'))>.
template <Real R>
PairHistory<R> follow_turns(const JumpSetting<R>& setting, const num::Vector<R>& loss);

/// Where the learner jumps to from each state, a column each, from the time `start` on for `length`, and the relative
/// round-off.
template <Real R>
struct TransitionKernel {
  num::Matrix<R> kernel;
  R round_off = 0;
};

template <Real R>
TransitionKernel<R> transition_kernel(const JumpSetting<R>& setting, const num::Vector<R>& loss, const R& start,
                                      const R& length);

}  // namespace calor::run
