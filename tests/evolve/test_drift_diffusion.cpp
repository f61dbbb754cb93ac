// The solver of Fokker–Planck equations without a potential: a rotating Ornstein–Uhlenbeck process against its closed
// form, a diffusion matrix that depends on theta against its moments (Itô convention), the entropy balance.

#include <doctest/doctest.h>

#include <cmath>

#include "evolve/drift_diffusion.hpp"
#include "evolve/krylov.hpp"
#include "evolve/time_nodes.hpp"

namespace calor::evolve {

namespace {

using Field = num::Vector<double>;
using Two = Eigen::Matrix2d;

DriftDiffusion on_square(int n, double reach) {
  DriftDiffusion p;
  p.grid.axes = {{-reach, 2 * reach / (n - 1), n}, {-reach, 2 * reach / (n - 1), n}};
  const Field zero = Field::Zero(p.grid.size());
  p.drift = p.divergence = {zero, zero};
  p.diffusion = {zero, zero, zero, zero};
  p.log_initial = zero;
  return p;
}

template <class F>
void at_nodes(const DriftDiffusion& p, const F& f) {
  double theta[2];
  for (Eigen::Index i = 0; i < p.grid.size(); ++i) {
    p.grid.node(i, theta);
    f(i, theta[0], theta[1]);
  }
}

void start_at(DriftDiffusion& p, double x0, double y0, double variance) {
  at_nodes(p, [&](auto i, double x, double y) {
    p.log_initial[i] = -std::log(2 * M_PI * variance) - ((x - x0) * (x - x0) + (y - y0) * (y - y0)) / (2 * variance);
  });
}

double entropy(const DriftDiffusion& p, const Field& rho) {
  double s = 0;
  for (Eigen::Index i = 0; i < rho.size(); ++i)
    if (rho[i] > 0) s -= p.grid.cell() * rho[i] * std::log(rho[i]);
  return s;
}

const Two turning = (Two() << 0.5, 1, -1, 0.5).finished();  // d theta = -A theta dt + ...
const Two noise = (Two() << 0.5, 0, 0, 0.2).finished();

DriftDiffusion rotating(int n, double reach, double variance = 0.1) {
  auto p = on_square(n, reach);
  at_nodes(p, [&](auto i, double x, double y) {
    p.drift[0][i] = -turning(0, 0) * x - turning(0, 1) * y;
    p.drift[1][i] = -turning(1, 0) * x - turning(1, 1) * y;
    p.diffusion[0][i] = noise(0, 0);
    p.diffusion[3][i] = noise(1, 1);
  });
  start_at(p, 1.5, 0.5, variance);
  return p;
}

/// Mean and covariance, m' = -A m, C' = -A C - C A' + 2 D, by Runge–Kutta steps of 1/4000.
void moments(double t, Eigen::Vector2d& m, Two& c, double variance = 0.1) {
  m << 1.5, 0.5;
  c = variance * Two::Identity();
  const int steps = static_cast<int>(4000 * t);
  const double h = t / steps;
  const auto slope = [](const Two& x) { return Two(-turning * x - x * turning.transpose() + 2 * noise); };
  for (int k = 0; k < steps; ++k) {
    const Two a = slope(c), b = slope(c + h / 2 * a), d = slope(c + h / 2 * b), e = slope(c + h * d);
    c += h / 6 * (a + 2 * b + 2 * d + e);
  }
  m = std::exp(-t / 2) * (Two() << std::cos(t), -std::sin(t), std::sin(t), std::cos(t)).finished() * m;
}

/// <v.D^-1 v> for v = M (theta - m) + u.
double dissipation(const Two& matrix, const Eigen::Vector2d& u, const Two& covariance) {
  const Two metric = noise.inverse();
  return (matrix.transpose() * metric * matrix * covariance).trace() + u.dot(metric * u);
}

}  // namespace

TEST_CASE("rotating Ornstein-Uhlenbeck process: entropy and entropy production, ten digits") {
  const auto p = rotating(100, 6.4);
  const double times[] = {0, 1};
  const auto run = flow(p, times);
  Eigen::Vector2d m;
  Two c;
  moments(1, m, c);
  const double s = 1 + std::log(2 * M_PI) + std::log(c.determinant()) / 2;
  CHECK(std::fabs(entropy(p, run.states[1].density) - s) < 1e-10);
  CHECK(std::fabs(s - 2.04245766265006) < 1e-12);
  // local velocity -A theta + D C^-1 (theta - m)
  const double rate = dissipation(-turning + noise * c.inverse(), -turning * m, c);
  CHECK(std::fabs(run.states[1].ep_rate - rate) < 6e-10);
  CHECK(std::fabs(rate - 6.02594865708206) < 1e-10);
  CHECK(run.states.back().round_off.maxCoeff() < 1e-11);
}

TEST_CASE("rotating Ornstein-Uhlenbeck process: housekeeping by the stationary density") {
  const auto p = rotating(44, 5.4, 0.4);
  const auto rest = stationary(p);
  const double times[] = {0, 1};
  const auto run = flow(p, times, &rest);
  Eigen::Vector2d m;
  Two c, s;
  moments(20, m, s);  // stationary to e^-20
  moments(1, m, c, 0.4);
  const Two matrix = -turning + noise * s.inverse();
  CHECK(run.states[1].housekeeping_rate == doctest::Approx(dissipation(matrix, matrix * m, c)).epsilon(1e-4));
  const auto finer = rotating(50, 6.2, 0.4);
  const auto rest_finer = stationary(finer);
  CHECK(flow(finer, times, &rest_finer).states[1].housekeeping_rate ==
        doctest::Approx(dissipation(matrix, matrix * m, c)).epsilon(1e-7));
}

TEST_CASE("densities on their support: the same with a drift that is held back where nothing is") {
  auto p = rotating(96, 6);
  const std::vector<double> times{0.25, 1};
  const auto everywhere = flow(p, times);
  p.support = 1e-10;
  const auto here = flow(p, times);
  for (std::size_t j = 0; j < times.size(); ++j) {
    const double miss = (here.states[j].density - everywhere.states[j].density).cwiseAbs().maxCoeff();
    CHECK(miss < 1e-8);
    CHECK(miss > 0);
    CHECK(std::fabs(entropy(p, here.states[j].density) - entropy(p, everywhere.states[j].density)) < 1e-7);
  }
}

TEST_CASE("diffusion that depends on theta: Ito moments and the entropy balance") {
  auto p = on_square(92, 6.5);
  at_nodes(p, [&](auto i, double x, double y) {
    p.drift[0][i] = -x - 0.3 * y;
    p.drift[1][i] = 0.2 * x - y;
    p.diffusion[0][i] = 0.3 + 0.05 * x * x;
    p.diffusion[1][i] = p.diffusion[2][i] = 0.02 * x * y;
    p.diffusion[3][i] = 0.2 + 0.05 * y * y;
    p.divergence[0][i] = (0.1 + 0.02) * x;
    p.divergence[1][i] = (0.1 + 0.02) * y;
  });
  start_at(p, 0.5, -0.3, 0.15);
  const std::vector<double> points{0, 0.5};
  const auto nodes = gauss_nodes<double>(points, 0.2, 12);
  const auto run = flow(p, nodes.times);
  // (x², xy, y²)' = M (x², xy, y²) + b
  Eigen::Matrix3d matrix;
  matrix << -2 + 0.1, -0.6, 0, 0.2, -2 + 0.04, -0.3, 0, 0.4, -2 + 0.1;
  const Eigen::Vector3d source(0.6, 0, 0.4);
  Eigen::Vector3d second(0.25 + 0.15, -0.15, 0.09 + 0.15);
  for (int k = 0; k < 1000; ++k) {
    const auto slope = [&](const Eigen::Vector3d& v) { return Eigen::Vector3d(matrix * v + source); };
    const double h = 0.5e-3;
    const Eigen::Vector3d a = slope(second), b = slope(second + h / 2 * a), c = slope(second + h / 2 * b),
                          d = slope(second + h * c);
    second += h / 6 * (a + 2 * b + 2 * c + d);
  }
  Eigen::Vector3d found = Eigen::Vector3d::Zero();
  const auto& last = run.states.back().density;
  at_nodes(
      p, [&](auto i, double x, double y) { found += p.grid.cell() * last[i] * Eigen::Vector3d(x * x, x * y, y * y); });
  CHECK((found - second).norm() < 1e-9);

  std::vector<double> ep, medium;
  for (const auto& state : run.states) {
    ep.push_back(state.ep_rate);
    medium.push_back(state.medium_rate);
  }
  const double produced = nodes.integrate(ep).back(), given = nodes.integrate(medium).back();
  const double change = entropy(p, last) - entropy(p, run.states.front().density);
  CHECK(std::fabs(produced - change - given) < 1e-8);
}

TEST_CASE("exponential by Krylov subspaces: a skew rotation with damping") {
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(60, 60);
  for (int i = 0; i < 60; ++i) a(i, i) = -0.5 * i;
  for (int i = 0; i + 1 < 60; ++i) a(i, i + 1) = 3, a(i + 1, i) = -3;
  const Field start = Field::Ones(60);
  const double times[] = {0, 0.1, 2};
  const auto run = exponential_by_krylov([&](const Field& in, Field& out) { out = a * in; }, start, times, 30);
  Field y = start;
  for (int step = 0; step < 40; ++step) {  // Taylor series over steps of 0.05
    Field term = y;
    for (int k = 1; k < 40; ++k) y += term = (0.05 / k) * (a * term);
    if (step == 1) CHECK((run.states[1] - y).norm() < 1e-12);
  }
  CHECK((run.states[2] - y).norm() < 1e-12);
  CHECK(run.error < 1e-11);
}

// A start so wide along y that rho/sqrt(w) is not bounded, at first.
TEST_CASE("densities from their support on by symmetrised expansions: against the closed form, tails included") {
  constexpr double temperature = 0.3, v0 = 0.25;
  const double bend[2] = {1, 3}, centre[2] = {0.4, -0.2};
  auto p = on_square(90, 4.2);
  TensorProblem settled;
  settled.grid = &p.grid;
  settled.temperature = temperature;
  settled.loss = Field::Zero(p.grid.size());
  settled.slope = {settled.loss, settled.loss};
  settled.laplacian = Field::Constant(p.grid.size(), bend[0] + bend[1]);
  at_nodes(p, [&](auto i, double x, double y) {
    settled.slope[0][i] = bend[0] * x;
    settled.slope[1][i] = bend[1] * y;
    settled.loss[i] = (bend[0] * x * x + bend[1] * y * y) / 2;
    p.diffusion[0][i] = p.diffusion[3][i] = temperature;
  });
  p.drift = {-settled.slope[0], -settled.slope[1]};
  start_at(p, centre[0], centre[1], v0);
  settled.log_initial = p.log_initial;
  p.support = 1e-9;
  const std::vector<double> times{0, 0.03, 0.4, 1.5};
  const auto run = flow_from_support(p, settled, times);
  for (std::size_t j = 0; j < times.size(); ++j) {
    const double t = times[j];
    double m[2], v[2], medium = 0, ep = 0;
    for (int a = 0; a < 2; ++a) {
      const double k = bend[a], e = std::exp(-2 * k * t);
      m[a] = centre[a] * std::exp(-k * t);
      v[a] = v0 * e + temperature / k * (1 - e);
      // int J (f/T) = int rho (f² + T f')/T; entropy grows by v'/2v
      const double rate = (k * k * (m[a] * m[a] + v[a]) - temperature * k) / temperature;
      medium += rate;
      ep += rate + (temperature - k * v[a]) / v[a];
    }
    const auto& state = run.states[j];
    double density = 0, of_log = 0;
    int known = 0;
    const double top = -std::log(2 * M_PI * std::sqrt(v[0] * v[1]));
    at_nodes(p, [&](auto i, double x, double y) {
      const double log = top - (x - m[0]) * (x - m[0]) / (2 * v[0]) - (y - m[1]) * (y - m[1]) / (2 * v[1]);
      density = std::max(density, std::fabs(state.density[i] - std::exp(log)));
      if (log < top - 18 || !(state.density[i] > 1e6 * state.round_off[i])) return;
      ++known;
      of_log = std::max(of_log, std::fabs(state.log_density[i] - log));
    });
    CAPTURE(t);
    CHECK(density < 2e-8);
    CHECK(state.ep_rate == doctest::Approx(ep).epsilon(1e-6));
    CHECK(state.medium_rate == doctest::Approx(medium).epsilon(1e-6));
    // above the support; what that left out, below exp(-20) of the top, fills within the times of relaxation
    if (t > 0.3) CHECK(of_log < (t > 1 ? 2e-5 : 0.02));
    if (t > 0.3) CHECK(known > 800);
  }
}

}  // namespace calor::evolve
