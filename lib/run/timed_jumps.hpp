#pragma once
// Finite chains whose jumps of Theta follow a schedule of the temperature (jump_scheduled.cpp): Theta alone, Theta and
// X, and densities weighted by powers of what the jumps add up.

#include <array>
#include <functional>
#include <span>

#include "run/jump_moves.hpp"

namespace calor::run {

/// A jump and the first three moments of what it adds: of Theta along an edge, up or down, or of X (edge < 0). With a
/// schedule the rate of the former is the one that the time gives.
template <Real R>
struct CountedJump {
  int from = 0, to = 0;
  R rate = 0;
  std::array<R, 3> gain = {};
  int edge = -1;
  bool up = true;
};

/// All jumps of Theta between `states` states at fixed x; the joint state (theta_i, x_k) has index i K + k.
template <Real R>
std::vector<CountedJump<R>> timed_moves(Eigen::Index states, int outcomes);

/// Rates of what is to be integrated, at a state and a temperature.
template <Real R>
using TimedRates = std::function<Rates<R>(const Vector<R>& state, const R& temperature)>;

/// The state at a point, integrals of the rates until then, and the round-off of both: relative, and absolute beyond.
template <Real R>
struct TimedStation {
  Vector<R> state, value, size;
  R round_off = 0, left_out = 0;

  Raw<R> total(Eigen::Index i) const {
    using std::fabs;
    return {value[i], (round_off + left_out) * size[i] + left_out * (1 + fabs(value[i]))};
  }
};

/// From points[0] on. start: `states` probabilities, and behind them, if powers are wanted, the densities weighted by
/// the powers 1 to 3. count: how many rates there are.
template <Real R>
std::vector<TimedStation<R>> march_scheduled(const JumpSetting<R>& setting, const Vector<R>& loss,
                                             const std::vector<CountedJump<R>>& jumps, Eigen::Index states,
                                             Vector<R> start, std::span<const R> points, Eigen::Index count,
                                             const TimedRates<R>& rates);

}  // namespace calor::run
