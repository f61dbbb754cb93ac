// linear-regression in closed form against the moment equations integrated in time, and against gaussian-mean.

#include <doctest/doctest.h>

#include "analytic/gaussian_mean.hpp"
#include "analytic/regression.hpp"

namespace calor::analytic {

namespace {

using Matrix = num::Matrix<double>;
using Vector = num::Vector<double>;

Regression<double> problem(const Matrix& inputs, const Vector& weights, double target_stddev) {
  Regression<double> p;
  p.inputs = inputs;
  const double n = static_cast<double>(inputs.rows());
  p.moment = inputs.transpose() * inputs / n;
  p.rank = static_cast<int>(Eigen::FullPivLU<Matrix>(p.moment).rank());
  p.stddev = 0.7;
  p.mobility = 1.3;
  p.temperature = 0.2;
  p.weight_decay = 0.15;
  p.initial_mean = Vector::LinSpaced(inputs.cols(), 0.4, -0.3);
  p.initial_variance = Vector::LinSpaced(inputs.cols(), 0.5, 1.2);
  p.gradient = p.moment * weights;
  p.noise = target_stddev * target_stddev / n;
  p.square = weights.dot(p.moment * weights) + target_stddev * target_stddev;
  return p;
}

/// Moments in the parameters' own basis: E[Θ] = mean, E[Θ|B] = … + A g, Cov(Θ|B) = v, and ∫⟨ν·ν⟩/μT of the current.
struct State {
  Vector mean;
  Matrix a, v;
  double ep = 0;

  State operator+(const State& s) const { return {mean + s.mean, a + s.a, v + s.v, ep + s.ep}; }
  State operator*(double f) const { return {f * mean, f * a, f * v, f * ep}; }
};

State rate(const Regression<double>& p, const State& s) {
  const auto d = s.mean.size();
  const double s2 = p.stddev * p.stddev, mu = p.mobility, diffusion = mu * p.temperature;
  const Matrix one = Matrix::Identity(d, d), h = p.moment / s2 + p.weight_decay * one, g = p.noise * p.moment;
  // velocity ν = K (θ - m_B) + ν_B
  const Matrix k = -mu * h + diffusion * s.v.inverse(), of_data = mu * (one / s2 - h * s.a);
  const Vector drift = mu * (p.gradient / s2 - h * s.mean);
  const double square =
      (k * s.v * k.transpose()).trace() + drift.squaredNorm() + (of_data * g * of_data.transpose()).trace();
  return {drift, of_data, -mu * (h * s.v + s.v * h) + 2 * diffusion * one, square / diffusion};
}

State evolve(const Regression<double>& p, double t) {
  const auto d = p.initial_mean.size();
  State s{p.initial_mean, Matrix::Zero(d, d), Matrix(p.initial_variance.asDiagonal()), 0};
  const int steps = 2000;
  const double dt = t / steps;
  for (int i = 0; i < steps; ++i) {  // classical Runge–Kutta, error dt⁴
    const State k1 = rate(p, s), k2 = rate(p, s + k1 * (dt / 2)), k3 = rate(p, s + k2 * (dt / 2)),
                k4 = rate(p, s + k3 * dt);
    s = s + (k1 + k2 * 2 + k3 * 2 + k4) * (dt / 6);
  }
  return s;
}

/// ⟨L_B⟩ up to the constant of the data.
double loss(const Regression<double>& p, const State& s) {
  const double s2 = p.stddev * p.stddev;
  const Matrix h = p.moment / s2 + p.weight_decay * Matrix::Identity(s.mean.size(), s.mean.size()),
               g = p.noise * p.moment, all = s.v + s.a * g * s.a.transpose();
  return (s.mean.dot(h * s.mean) + (h * all).trace()) / 2 - (p.gradient.dot(s.mean) + (s.a * g).trace()) / s2;
}

void check_against_moments(const Regression<double>& p, double t) {
  const State s = evolve(p, t), start = evolve(p, 0);
  const auto q = regression(p, t);
  const Matrix spread = s.a * p.noise * p.moment * s.a.transpose(), all = s.v + spread;
  const auto close = [&](const char* name, double value) {
    INFO(name);
    CHECK(std::fabs(value_of(q, name) - value) < 1e-9 * (1 + std::fabs(value)));
  };
  const double s2 = p.stddev * p.stddev, m_info = std::log(all.determinant() / s.v.determinant()) / 2;
  close("m_info", m_info);
  close("lautum_info", (s.v.inverse() * spread).trace() - m_info);
  close("ep_theta", s.ep);
  close("heat_theta", loss(p, s) - loss(p, start));
  double l = 0, with = 0, without = 0, train = p.square, entropy = 0;
  for (Eigen::Index j = 0; j < p.inputs.rows(); ++j) {
    const Vector u = p.inputs.row(j);
    const double b = s2 + u.dot(s.v * u), both = s2 + u.dot(all * u), n = static_cast<double>(p.inputs.rows());
    l += std::log(both / b) / 2 / n;
    without += std::log(both / s2) / 2 / n;
    with += std::log(b / s2) / 2 / n;
    entropy += std::log(2 * M_PI * M_E * both) / 2 / n;
  }
  close("l_info", l);
  close("r_info", m_info - l);
  close("info_x_theta", without);
  close("info_x_theta_given_b", with);
  close("entropy_x", entropy);
  train += s.mean.dot(p.moment * s.mean) + (p.moment * all).trace() - 2 * p.gradient.dot(s.mean);
  const double shared = (s.a * p.noise * p.moment).trace(), constant = std::log(2 * M_PI * s2) / 2;
  close("loss_test", constant + train / 2 / s2);
  close("loss_train", constant + train / 2 / s2 - shared / s2);
}

Vector two(double a, double b) {
  Vector v(2);
  v << a, b;
  return v;
}

Matrix generic_inputs() {
  Matrix u(4, 2);
  u << 1, 0.2, 1, -1, 1, 0.5, 1, 2;
  return u;
}

}  // namespace

TEST_CASE("regression: moment equations, start not aligned with the design") {
  for (const double t : {0.05, 0.8, 3.0}) check_against_moments(problem(generic_inputs(), two(0.3, -0.6), 0.9), t);
}

TEST_CASE("regression: designs of deficient rank, with and without weight decay") {
  Matrix u(3, 2);
  u << 1, 2, 2, 4, -1, -2;
  auto p = problem(u, two(0.3, -0.6), 0.9);
  REQUIRE(p.rank == 1);
  check_against_moments(p, 0.7);
  p.weight_decay = 0;
  check_against_moments(p, 0.7);
}

TEST_CASE("regression: inputs that are all 1 make it gaussian-mean") {
  for (const bool fixed : {false, true}) {
    auto p = problem(Matrix::Ones(5, 1), Vector::Constant(1, 0.8), 1.1);
    p.fixed = fixed;
    if (fixed) p.noise = 0;
    const auto data = fixed ? DataMoments<double>::given(0.8, 1.21) : DataMoments<double>::sampled(5, 0.8, 1.21);
    const GaussianLearner<double> same{
        p.stddev, p.mobility, p.temperature, p.weight_decay, {{data, p.initial_mean[0], p.initial_variance[0]}}};
    for (const double t : {0.0, 0.02, 1.0, 30.0}) {
      const auto a = regression(p, t), b = gaussian_mean(same, t);
      CHECK(a.size() == b.size());
      for (const auto& [name, value] : b) {
        INFO(name);
        CHECK(std::fabs(value_of(a, name) - value) < 1e-12 * (1 + std::fabs(value)));
      }
    }
  }
}

TEST_CASE("regression: I16 in the stationary state") {
  const auto p = problem(generic_inputs(), two(0.3, -0.6), 0.9);
  const auto q = regression(p, 1e3);
  CHECK(value_of(q, "generalization_gap") ==
        doctest::Approx(p.temperature * (value_of(q, "m_info") + value_of(q, "lautum_info"))).epsilon(1e-12));
}

}  // namespace calor::analytic
