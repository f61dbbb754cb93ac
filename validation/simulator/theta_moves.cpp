// One step of Theta in continuous time, with the logarithms of the probability densities of the step and of its
// reverse.

#include <cmath>

#include "validation/simulator/elementary.hpp"
#include "validation/simulator/walk.hpp"

namespace calor::simulator {

namespace {

double log_two_pi_times(double variance) { return log_two_pi + logarithm(variance); }

double log_normal(double deviation, double variance) {
  return -(log_two_pi_times(variance) + deviation * deviation / variance) / 2;
}

}  // namespace

void Walk::move_theta(double dt) {
  switch (setting_.mover) {
    case Mover::gaussian:
      return move_gaussian(dt);
    case Mover::diffusion:
      return move_diffusion(dt);
    default:
      return move_euler(dt);
  }
}

/// theta' = theta - mu grad L dt + sqrt(2 mu T dt) xi, schedules at the middle of the step. The slope at the end is the
/// next step's slope at the beginning.
void Walk::move_euler(double dt) {
  const double mobility = setting_.mobility.at(time_ + dt / 2);
  const double temperature = setting_.temperature.at(time_ + dt / 2);
  const double variance = 2 * mobility * temperature * dt;
  const double width = std::sqrt(variance), push = mobility * dt;
  const std::size_t d = theta_.size();
  if (slope_.empty()) {
    slope_.resize(d);
    old_slope_.resize(d);
    change_.resize(d);
    slope(theta_.data(), statistic_.data(), slope_.data());
  }
  const bool scheduled = !setting_.temperature.constant();
  const double energy = scheduled ? loss(theta_.data(), statistic_.data()) : 0;
  for (std::size_t i = 0; i < d; ++i) {
    change_[i] = width * theta_random_.normal() - push * slope_[i];
    theta_[i] += change_[i];
  }
  slope_.swap(old_slope_);
  slope(theta_.data(), statistic_.data(), slope_.data());
  double forward = 0, backward = 0;
  for (std::size_t i = 0; i < d; ++i) {
    const double there = change_[i] + push * old_slope_[i], back = push * slope_[i] - change_[i];
    forward += there * there;
    backward += back * back;
  }
  if (variance != variance_) {
    variance_ = variance;
    log_variance_ = log_two_pi_times(variance);
  }
  const double norm = static_cast<double>(d) * log_variance_ / 2;
  sums_.forward -= forward / (2 * variance) + norm;
  sums_.backward -= backward / (2 * variance) + norm;
  if (!scheduled) return;  // the rest telescopes: settle()
  const double heat = loss(theta_.data(), statistic_.data()) - energy;
  sums_.heat_theta += heat;
  sums_.medium -= heat / temperature;
}

/// Heat at constant temperature: the loss now minus the loss at t = 0.
void Walk::settle() {
  sums_.heat_theta = loss(theta_.data(), statistic_.data()) - first_loss_;
  sums_.medium = -sums_.heat_theta / setting_.temperature.at(0);
}

/// gaussian-mean: the exact transition of theory.md section 8.
void Walk::move_gaussian(double dt) {
  const double mobility = setting_.mobility.at(0), temperature = setting_.temperature.at(0);
  const double s = setting_.model->stddev(theta_.data());
  const double kappa = mobility * (1 / (s * s) + setting_.weight_decay);
  const double keep = exponential(-kappa * dt);
  const double variance = -mobility * temperature / kappa * exponential_minus_one(-2 * kappa * dt);
  for (std::size_t i = 0; i < theta_.size(); ++i) {
    const double centre = mobility * statistic_[i] / (s * s * kappa);
    const double old = theta_[i] - centre;
    const double now = keep * old + std::sqrt(variance) * theta_random_.normal();
    theta_[i] = centre + now;
    sums_.forward += log_normal(now - keep * old, variance);
    sums_.backward += log_normal(old - keep * now, variance);
  }
}

}  // namespace calor::simulator
