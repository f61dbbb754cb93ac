// One step of Theta in continuous time, with the logarithms of the probability densities of the step and of its
// reverse.

#include <Eigen/Dense>
#include <cmath>

#include "num/errors.hpp"
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
  const double keep = std::exp(-kappa * dt);
  const double variance = -mobility * temperature / kappa * std::expm1(-2 * kappa * dt);
  for (std::size_t i = 0; i < theta_.size(); ++i) {
    const double centre = mobility * statistic_[i] / (s * s * kappa);
    const double old = theta_[i] - centre;
    const double now = keep * old + std::sqrt(variance) * theta_random_.normal();
    theta_[i] = centre + now;
    sums_.forward += log_normal(now - keep * old, variance);
    sums_.backward += log_normal(old - keep * now, variance);
  }
}

namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

}  // namespace

/// Euler–Maruyama with D_B(theta) (theory.md section 2). The entropy given to the medium is the Stratonovich integral
/// of D^{-1}(f - div D): trapezoidal in the force along the step. (The ratio of the scheme's own kernels does not tend
/// to it where D depends on theta.)
void Walk::move_diffusion(double dt) {
  const auto d = static_cast<Eigen::Index>(theta_.size());
  const double middle = time_ + dt / 2;
  const double scale = setting_.learning_rate.at(middle) / (2.0 * setting_.batch);
  const double temperature = setting_.temperature.at(middle);
  const auto diffusion = [&](const Vector& at) {
    Matrix second = Matrix::Zero(d, d);
    Vector mean = Vector::Zero(d), g(d);
    std::vector<double> t(statistic_.size());
    for (const auto& x : examples_) {
      setting_.model->statistic(x.data(), t.data());
      setting_.model->gradient(at.data(), t.data(), g.data());
      mean += g;
      second += g * g.transpose();
    }
    const auto n = static_cast<double>(examples_.size());
    mean /= n;
    return Matrix(scale * (second / n - mean * mean.transpose()) + temperature * Matrix::Identity(d, d));
  };
  const auto drift = [&](const Vector& at) {
    Vector g(d);
    slope(at.data(), statistic_.data(), g.data());
    return Vector(-g);
  };
  // D^{-1}(f - div D), (div D)_i = sum_j d_j D_ij by central differences
  const auto force = [&](const Vector& at, const Matrix& spread, const Vector& f) {
    Vector divergence = Vector::Zero(d);
    for (Eigen::Index j = 0; j < d; ++j) {
      const double h = 1e-5;
      Vector up = at, down = at;
      up[j] += h;
      down[j] -= h;
      divergence += (diffusion(up) - diffusion(down)).col(j) / (2 * h);
    }
    return Vector(spread.llt().solve(f - divergence));
  };
  const auto log_density = [&](const Vector& deviation, const Eigen::LLT<Matrix>& root) {
    const double spread = 2 * dt;
    double sum = static_cast<double>(d) * (log_two_pi + std::log(spread));
    for (Eigen::Index i = 0; i < d; ++i) sum += 2 * std::log(root.matrixLLT()(i, i));
    return -(sum + deviation.dot(root.solve(deviation)) / spread) / 2;
  };
  const Vector old = Eigen::Map<const Vector>(theta_.data(), d);
  const Matrix spread = diffusion(old);
  const Eigen::LLT<Matrix> root(spread);
  if (root.info() != Eigen::Success)
    throw InputError(setting_.experiment->at("learner.temperature") +
                     "the gradient noise is singular for some data sets; allowed: a temperature > 0");
  const Vector f = drift(old);
  Vector noise(d);
  for (Eigen::Index i = 0; i < d; ++i) noise[i] = theta_random_.normal();
  const Vector kick = root.matrixL() * noise;
  const Vector now = old + dt * f + std::sqrt(2 * dt) * kick;
  const Matrix spread_now = diffusion(now);
  const Eigen::LLT<Matrix> root_now(spread_now);
  const Vector f_now = drift(now);
  sums_.forward += log_density(now - old - dt * f, root);
  sums_.backward += log_density(old - now - dt * f_now, root_now);
  sums_.medium += (force(old, spread, f) + force(now, spread_now, f_now)).dot(now - old) / 2;
  sums_.heat_theta += loss(now.data(), statistic_.data()) - loss(old.data(), statistic_.data());
  Eigen::Map<Vector>(theta_.data(), d) = now;
}

}  // namespace calor::simulator
