#include "validation/simulator/walk.hpp"

#include <algorithm>
#include <cmath>

namespace calor::simulator {

namespace {

/// Index that the cumulated probabilities reach at u.
std::size_t pick_state(const std::vector<double>& probability, double u) {
  std::size_t x = 0;
  while (x + 1 < probability.size() && u >= probability[x]) u -= probability[x++];
  return x;
}

}  // namespace

Walk::Walk(const Setting& setting, Key key, std::uint64_t data, std::uint64_t replicate, bool follow)
    : setting_(setting),
      data_(key, data, Channel::data),
      start_(key, replicate, Channel::start),
      theta_random_(key, replicate, Channel::theta),
      x_random_(key, replicate, Channel::x),
      batch_random_(key, replicate, Channel::batch),
      follow_(follow || !setting.equilibrium()),
      theta_(static_cast<std::size_t>(setting.model->parameters())),
      x_(static_cast<std::size_t>(setting.model->width())),
      statistic_(static_cast<std::size_t>(setting.model->statistics()), 0.0) {
  draw_data();
  start();
}

std::vector<double> Walk::draw_example(std::size_t i) {
  const Setting& s = setting_;
  if (!s.target.empty()) return {static_cast<double>(pick_state(s.target, data_.uniform()))};
  std::vector<double> x(x_.size());
  if (s.model->endless()) {
    s.model->draw(s.target_mean.data(), data_, x.data());
    return x;
  }
  if (s.experiment->model.kind == "linear-regression") {
    x[0] = static_cast<double>(i);
    s.model->mean(s.target_mean.data(), x.data(), &x[1]);
    x[1] += s.target_stddev[0] * data_.normal();
    return x;
  }
  for (std::size_t j = 0; j < x.size(); ++j) x[j] = s.target_mean[j] + s.target_stddev[j] * data_.normal();
  return x;
}

void Walk::draw_data() {
  const Setting& s = setting_;
  const auto n = static_cast<std::size_t>(s.size);
  if (s.examples.empty()) {
    for (std::size_t i = 0; i < n; ++i) examples_.push_back(draw_example(i));
  } else {
    examples_ = s.examples;
  }
  std::vector<double> t(statistic_.size());
  for (const auto& x : examples_) {
    s.model->statistic(x.data(), t.data());
    for (std::size_t a = 0; a < t.size(); ++a) statistic_[a] += t[a];
  }
  for (double& a : statistic_) a /= n > 0 ? static_cast<double>(n) : 1.0;
  if (s.mover == Mover::sgld && s.batch > 0 && !s.stream) enumerate_batches();
}

void Walk::start() {
  const Setting& s = setting_;
  if (s.mover == Mover::jump) {
    state_ = pick_state(s.start_probability, start_.uniform());
    theta_ = s.states[state_];
    transitions_.resize(s.states.size() * s.states.size());
    dwell_.resize(s.states.size());
    for (const auto& state : s.states) state_loss_.push_back(loss(state.data(), statistic_.data()));
  } else {
    for (std::size_t i = 0; i < theta_.size(); ++i) theta_[i] = s.start_mean[i] + s.start_stddev[i] * start_.normal();
  }
  first_loss_ = loss(theta_.data(), statistic_.data());
  if (s.experiment->model.kind == "linear-regression") {
    const auto rows = static_cast<double>(s.experiment->model.inputs.size());
    x_[0] = std::floor(x_random_.uniform() * rows);
  }
  s.model->draw(theta_.data(), x_random_, x_.data());
}

double Walk::loss(const double* theta, const double* t) const {
  double square = 0;
  for (std::size_t i = 0; i < theta_.size(); ++i) square += theta[i] * theta[i];
  return setting_.model->energy(theta, t) + setting_.weight_decay / 2 * square;
}

void Walk::slope(const double* theta, const double* t, double* out) const {
  setting_.model->gradient(theta, t, out);
  for (std::size_t i = 0; i < theta_.size(); ++i) out[i] += setting_.weight_decay * theta[i];
}

void Walk::advance(double t) {
  const Setting& s = setting_;
  const double duration = t - time_;
  if (!(duration > 0)) return;
  if (s.mover == Mover::sgld) {
    for (auto n = std::lround(duration); n > 0; --n) {
      energy_before_ = energy_x();
      move_sgld();
      take_turn();
      time_ += 1;
    }
    return;
  }
  const bool turns = s.turn > 0;
  const auto outer = turns ? std::lround(duration / s.turn) : 1L;
  for (long turn = 0; turn < outer; ++turn) {
    const double span = duration / static_cast<double>(outer);
    energy_before_ = turns ? energy_x() : 0;
    if (s.mover == Mover::jump) {
      advance_jump(span, follow_ && !turns);
    } else {
      const bool one = s.mover == Mover::gaussian && (turns || !follow_);
      const long steps = one ? 1 : s.steps_over(span);
      const double dt = span / static_cast<double>(steps);
      for (long step = 0; step < steps; ++step) {
        if (follow_ && !turns) energy_before_ = energy_x();
        move_theta(dt);
        time_ += dt;
        if (follow_ && !turns) follow_theta(dt);
      }
    }
    if (turns) take_turn();
  }
  time_ = t;
  const bool langevin = s.mover == Mover::gaussian || s.mover == Mover::euler;
  if (langevin && s.temperature.constant()) settle();
  if (!follow_ && !turns) s.model->draw(theta_.data(), x_random_, x_.data());
}

}  // namespace calor::simulator
