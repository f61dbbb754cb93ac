// jump: Gillespie's direct method (J. Phys. Chem. 81, 2340 (1977)), Theta and a lagging X together.

#include <algorithm>
#include <cmath>

#include "num/errors.hpp"
#include "validation/simulator/walk.hpp"

namespace calor::simulator {

double Walk::jump_rate(std::size_t from, std::size_t to, double temperature) const {
  const double u = (state_loss_[to] - state_loss_[from]) / temperature;
  const auto& kind = setting_.acceptance;
  const double accepted = kind == "metropolis"  ? (u > 0 ? exponential(-u) : 1.0)
                          : kind == "heat-bath" ? logistic(-u)
                                                : exponential(-u / 2);
  return setting_.jump_rate * accepted;
}

/// Theta jumps; X, if it follows at equilibrium, is drawn before (work) and after (heat).
void Walk::jump_to(std::size_t state, double temperature, bool with_x) {
  if (with_x && setting_.equilibrium()) setting_.model->draw(theta_.data(), x_random_, x_.data());
  const double before = with_x ? energy_x() : 0;
  const double heat = state_loss_[state] - state_loss_[state_];
  sums_.forward += logarithm(jump_rate(state_, state, temperature));
  sums_.backward += logarithm(jump_rate(state, state_, temperature));
  sums_.heat_theta += heat;
  sums_.medium -= heat / temperature;
  ++transitions_[state_ * setting_.states.size() + state];
  state_ = state;
  theta_ = setting_.states[state];
  if (!with_x) return;
  const double moved = energy_x();
  sums_.work_x += moved - before;
  if (!setting_.equilibrium()) return;
  setting_.model->draw(theta_.data(), x_random_, x_.data());
  sums_.heat_x += energy_x() - moved;
}

void Walk::advance_jump(double duration, bool with_x) {
  const bool lags = with_x && !setting_.equilibrium();
  const double end = time_ + duration;
  while (true) {
    const bool constant = setting_.temperature.constant();
    const double stop = constant ? end : std::min(end, time_ + setting_.micro);
    const double temperature = setting_.temperature.at(constant ? time_ : (time_ + stop) / 2);
    const std::size_t last = setting_.states.size() - 1;
    const double up = state_ < last ? jump_rate(state_, state_ + 1, temperature) : 0;
    const double down = state_ > 0 ? jump_rate(state_, state_ - 1, temperature) : 0;
    if (!std::isfinite(up + down)) throw InputError("a jump rate exceeds the range of a double");
    const double wait = theta_random_.waiting() / (up + down);
    const double now = std::min(time_ + wait, stop);
    if (lags) move_x(now - time_);  // exact: theta rests meanwhile
    sums_.forward -= (up + down) * (now - time_);
    sums_.backward -= (up + down) * (now - time_);
    const bool jumps = time_ + wait < stop;
    dwell_[state_] += now - time_;
    time_ = now;
    if (jumps)
      jump_to(theta_random_.uniform() * (up + down) < up ? state_ + 1 : state_ - 1, temperature, with_x);
    else if (stop >= end)
      break;
  }
}

}  // namespace calor::simulator
