// How X moves while theta rests (theory.md section 3), and the heat it takes up.

#include <algorithm>
#include <cmath>

#include "num/errors.hpp"
#include "validation/simulator/walk.hpp"

namespace calor::simulator {

double Walk::energy_x() {
  if (x_ == energy_place_ && theta_ == energy_theta_) return energy_;
  energy_ = setting_.model->energy_of(theta_.data(), x_.data());
  energy_place_ = x_;
  energy_theta_ = theta_;
  return energy_;
}

void Walk::follow_theta(double dt) {
  sums_.work_x += energy_x() - energy_before_;
  move_x(dt);
}

/// Acceptance of a flip that changes phi by `change`.
double Walk::flip_probability(const std::string& kind, double change) const {
  if (kind == "metropolis") return change > 0 ? exponential(-change) : 1.0;
  return logistic(-change);
}

/// Continuous time, theta fixed.
void Walk::move_x(double dt) {
  const Setting& s = setting_;
  const double before = energy_x();
  if (s.equilibrium()) {
    s.model->draw(theta_.data(), x_random_, x_.data());
  } else if (s.sampler == "heat-bath") {
    if (x_random_.uniform() < -exponential_minus_one(-s.rate * dt)) s.model->draw(theta_.data(), x_random_, x_.data());
  } else if (s.sampler == "ou") {
    const double keep = exponential(-s.rate * dt);
    const double width = s.model->stddev(theta_.data()) * std::sqrt(-exponential_minus_one(-2 * s.rate * dt));
    std::vector<double> mean(x_.size());
    s.model->mean(theta_.data(), x_.data(), mean.data());
    const std::size_t first = s.experiment->model.kind == "linear-regression" ? 1 : 0;
    for (std::size_t i = first; i < x_.size(); ++i) {
      const double centre = mean[i - first];
      x_[i] = centre + keep * (x_[i] - centre) + width * x_random_.normal();
    }
  } else if (s.sampler == "alternating") {
    for (double left = dt - x_random_.waiting() / s.rate; left > 0; left -= x_random_.waiting() / s.rate)
      s.model->alternate(theta_.data(), x_random_, x_.data());
  } else {
    flip_sites(dt);
  }
  sums_.heat_x += energy_x() - before;
}

/// Single-site flips by Gillespie's method.
void Walk::flip_sites(double duration) {
  const int sites = setting_.model->sites();
  std::vector<double> rate(static_cast<std::size_t>(sites));
  for (double left = duration;;) {
    const double energy = energy_x();
    const auto x = static_cast<unsigned>(x_[0]);
    double total = 0;
    for (int i = 0; i < sites; ++i) {
      const double flipped = x ^ (1U << i);
      const double change = setting_.model->energy_of(theta_.data(), &flipped) - energy;
      total += rate[static_cast<std::size_t>(i)] = setting_.rate * flip_probability(setting_.sampler, change);
    }
    left -= x_random_.waiting() / total;
    if (left < 0) return;
    double u = x_random_.uniform() * total;
    int site = 0;
    while (site + 1 < sites && u >= rate[static_cast<std::size_t>(site)]) u -= rate[static_cast<std::size_t>(site++)];
    x_[0] = x ^ (1U << site);
  }
}

void Walk::sweep() {
  if (setting_.sampler == "alternating") return setting_.model->alternate(theta_.data(), x_random_, x_.data());
  for (int i = 0; i < setting_.model->sites(); ++i) {
    const double flipped = static_cast<unsigned>(x_[0]) ^ (1U << i);
    const double change = setting_.model->energy_of(theta_.data(), &flipped) - energy_x();
    if (x_random_.uniform() < flip_probability(setting_.sampler, change)) x_[0] = flipped;
  }
}

/// Discrete time: Theta has moved (energy_before_ is from before), now X does.
void Walk::take_turn() {
  const Setting& s = setting_;
  const double before = energy_x();
  sums_.work_x += before - energy_before_;
  if (s.sampler == "ou" || s.rate > 0) {  // the exact moves over the step
    const double over = s.mover == Mover::sgld ? 1.0 : s.turn;
    return move_x(over);
  }
  if (s.equilibrium()) return move_x(0);
  if (s.sampler == "heat-bath") {
    if (x_random_.uniform() < s.probability) s.model->draw(theta_.data(), x_random_, x_.data());
  } else {
    for (int i = 0; i < s.sweeps; ++i) sweep();
  }
  sums_.heat_x += energy_x() - before;
}

}  // namespace calor::simulator
