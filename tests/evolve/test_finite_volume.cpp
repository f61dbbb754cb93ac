#include <doctest/doctest.h>

#include <chrono>

#include "evolve/cram.hpp"
#include "evolve/finite_volume.hpp"
#include "evolve/richardson.hpp"
#include "evolve/uniformization.hpp"
#include "num/eigen.hpp"
#include "num/errors.hpp"

namespace calor::finite_volume_test {

using namespace evolve;
using num::Mp100;
using std::vector;

namespace {

template <class Loss>
Problem<double> problem(double start, double end, int n, double temperature, double mean, double stddev, Loss loss) {
  Problem<double> p;
  p.grid = {start, (end - start) / (n - 1), n};
  p.temperature = temperature;
  for (int i = 0; i < n; ++i) {
    const double x = p.grid.node(i), z = (x - mean) / stddev;
    p.loss.push_back(loss(x));
    p.slope.push_back(0);  // not read by this solver
    p.curvature.push_back(0);
    p.log_initial.push_back(-z * z / 2 - std::log(stddev) - std::log(2 * M_PI) / 2);
  }
  return p;
}

double double_well(double x) { return x * x * x * x / 4 - x * x / 2; }
double coin(double x) { return std::log1p(std::exp(x)) - 0.625 * x + 0.05 * x * x; }

/// Ornstein–Uhlenbeck process with loss k x²/2, mobility 1 (theory.md section 8).
struct Gaussian {
  double k, temperature, mean0, variance0;
  double mean(double t) const { return mean0 * std::exp(-k * t); }
  double variance(double t) const {
    return variance0 * std::exp(-2 * k * t) - temperature / k * std::expm1(-2 * k * t);
  }
  double log_density(double x, double t) const {
    const double v = variance(t);
    return -(x - mean(t)) * (x - mean(t)) / (2 * v) - std::log(2 * M_PI * v) / 2;
  }
  double entropy(double t) const { return std::log(2 * M_PI * M_E * variance(t)) / 2; }
  /// I4: change of entropy minus heat over temperature.
  double production(double t) const {
    const auto loss = [&](double s) { return k / 2 * (mean(s) * mean(s) + variance(s)); };
    return entropy(t) - entropy(0) - (loss(t) - loss(0)) / temperature;
  }
  /// Its derivative: <(k x - T (x - m)/v)²>/T.
  double production_rate(double t) const {
    const double v = variance(t), a = k - temperature / v;
    return (a * a * v + k * k * mean(t) * mean(t)) / temperature;
  }
  Problem<double> on(double start, double end, int n) const {
    return problem(start, end, n, temperature, mean0, std::sqrt(variance0), [this](double x) { return k * x * x / 2; });
  }
};

double sum_entropy(const vector<double>& rho, double h) {
  double s = 0;
  for (double r : rho) s -= r > 0 ? h * r * std::log(r) : 0;
  return s;
}

/// D(rho || exp(-L/T)), pi unnormalised.
double divergence(const Problem<double>& p, const vector<double>& rho) {
  double s = -sum_entropy(rho, p.grid.spacing);
  for (std::size_t i = 0; i < rho.size(); ++i) s += p.grid.spacing * rho[i] * p.loss[i] / p.temperature;
  return s;
}

/// The semi-discrete solution in 100 digits, from the rates' definition: dense Taylor series, then squarings.
num::Vector<Mp100> dense_solution(const Problem<double>& p, double t) {
  const int n = p.grid.size;
  num::Matrix<Mp100> w = num::Matrix<Mp100>::Zero(n, n);
  const Mp100 h = p.grid.spacing, scale = Mp100(p.mobility) * p.temperature / (h * h) * t;
  const auto rate = [&](int from, int to) {
    const Mp100 u =
        (Mp100(p.loss[static_cast<std::size_t>(to)]) - p.loss[static_cast<std::size_t>(from)]) / p.temperature;
    return Mp100(u == 0 ? scale : Mp100(scale * u / expm1(u)));
  };
  for (int i = 0; i + 1 < n; ++i) {
    w(i + 1, i) = rate(i, i + 1), w(i, i + 1) = rate(i + 1, i);
    w(i, i) -= w(i + 1, i), w(i + 1, i + 1) -= w(i, i + 1);
  }
  Mp100 norm = 0;
  for (int i = 0; i < n; ++i) norm = std::max(norm, Mp100(-2 * w(i, i)));
  int squarings = 0;
  for (; norm > Mp100(1) / 4; norm /= 2) ++squarings;
  w /= pow(Mp100(2), squarings);
  num::Matrix<Mp100> e = num::Matrix<Mp100>::Identity(n, n);
  for (int k = 30; k > 0; --k) e = num::Matrix<Mp100>(num::Matrix<Mp100>::Identity(n, n) + w * e / Mp100(k));
  for (int k = 0; k < squarings; ++k) e = num::Matrix<Mp100>(e * e);
  num::Vector<Mp100> rho(n);
  for (int i = 0; i < n; ++i) rho[i] = exp(Mp100(p.log_initial[static_cast<std::size_t>(i)]));
  return e * rho;
}

vector<double> start_of(const Problem<double>& p) {
  vector<double> rho;
  for (double l : p.log_initial) rho.push_back(std::exp(l));
  return rho;
}

}  // namespace

TEST_SUITE("finite_volume") {
  TEST_CASE("the published CRAM-16 coefficients approximate exp on the half line") {
    const auto r = [](const Mp100& x) {
      Mp100 y = Cram16::at_infinity;
      for (std::size_t k = 0; k < 8; ++k) {
        const Mp100 a = Cram16::residue[k].real(), b = Cram16::residue[k].imag(), c = x + Cram16::pole[k].real(),
                    d = Cram16::pole[k].imag();
        y *= 1 - 2 * (a * c + b * d) / (c * c + d * d);
      }
      return y;
    };
    Mp100 worst = abs(r(0) - 1);
    for (int j = -400; j <= 600; ++j) {
      const Mp100 x = pow(Mp100(10), Mp100(j) / 100);
      worst = std::max(worst, Mp100(abs(r(x) - exp(-x))));
    }
    MESSAGE("largest error ", worst.str(3));
    CHECK(worst < 1e-15);
    CHECK(worst > 2e-16);  // 2.125e-16 is the smallest error that order 16 allows (Halphen's constant)
  }

  TEST_CASE("detailed balance is exact and rates are positive") {
    const auto p = problem(-3, 3, 97, 0.02, 0, 0.5, double_well);
    const Chain c = scharfetter_gummel(p);
    for (std::size_t i = 0; i < c.up.size(); ++i) {
      CHECK(c.up[i] > 0);
      CHECK(c.down[i] > 0);
      const double u = (p.loss[i + 1] - p.loss[i]) / p.temperature;
      CHECK(std::fabs(std::log(c.up[i] / c.down[i]) + u) <= 4e-16 * (1 + std::fabs(u)));
    }
  }

  TEST_CASE("both exponentials equal the dense one in 100 digits, within the round-off they state") {
    struct Case {
      Problem<double> p;
      double t;
      bool wide;
    };
    const vector<Case> cases{{problem(-6, 6, 33, 0.125, 0.5, 0.6, coin), 2, false},
                             {problem(-2.5, 2.5, 33, 0.2, 1, 0.2, double_well), 5, false},
                             {problem(-2.5, 2.5, 33, 0.2, 1, 0.2, double_well), 500, false},
                             {problem(-4, 4, 41, 0.01, 0, 0.5, coin), 1, true},
                             {problem(-4, 4, 41, 0.01, 0, 0.5, coin), 30, true}};
    for (const auto& [p, t, wide] : cases) {
      const auto exact = dense_solution(p, t);
      const vector<double> times{t};
      const auto solution = FiniteVolume().solve(p, times);
      const auto positive = exponential_by_uniformization(scharfetter_gummel(p), start_of(p), times)[0];
      const auto rational = exponential_by_cram(scharfetter_gummel(p), start_of(p), times)[0];
      double rational_error = 0, relative = 0, largest = 0;
      for (std::size_t i = 0; i < positive.size(); ++i) {
        const Mp100& e = exact[static_cast<Eigen::Index>(i)];
        rational_error += p.grid.spacing * std::fabs(num::to_double(Mp100(rational[i] - e)));
        if (e > 1e-30) relative = std::max(relative, std::fabs(num::to_double(Mp100(positive[i] / e - 1))));
        const double off = std::fabs(num::to_double(Mp100(solution.density[0][i] - e)));
        CHECK(off <= solution.round_off[i]);
        largest = std::max(largest, off / solution.round_off[i]);
        const double log_off = std::fabs(solution.log_density[0][i] - num::to_double(Mp100(log(e))));
        if (std::isfinite(solution.log_round_off[0][i])) CHECK(log_off <= solution.log_round_off[0][i]);
        if (e > 1e-30) CHECK(log_off < 1e-12);
      }
      MESSAGE("t = ", t, ": L1 error of CRAM ", rational_error, ", relative error of positive arithmetic ", relative,
              ", largest error / round_off ", largest, ", norm ", stationary_norm(p, start_of(p)));
      CHECK(relative < 2e-13);
      if (!wide) CHECK(rational_error <= 1e-15 * (4 + stationary_norm(p, start_of(p))));
    }
  }

  TEST_CASE("where the solver switches to CRAM its round-off holds too") {
    const auto p = problem(-8, 8, 801, 0.125, 0.5, 0.5, coin);
    const vector<double> times{0.01, 0.5, 5, 50};
    REQUIRE(uniformization_steps(scharfetter_gummel(p), 50) * 801 > 4e6);
    const auto a = FiniteVolume().solve(p, times);
    const auto b = exponential_by_uniformization(scharfetter_gummel(p), start_of(p), times);
    for (std::size_t j = 0; j < times.size(); ++j)
      for (std::size_t i = 0; i < p.loss.size(); ++i) CHECK(std::fabs(a.density[j][i] - b[j][i]) <= a.round_off[i]);
  }

  TEST_CASE("probability is kept at t |W| = 6e8") {
    const auto p = Gaussian{1, 1, 0.5, 0.64}.on(-9, 9, 100001);
    const auto rho = exponential_by_cram(scharfetter_gummel(p), start_of(p), vector<double>{0.01, 1, 10});
    double before = 0;
    for (double r : start_of(p)) before += r;
    for (const auto& density : rho) {
      double after = 0;
      for (double r : density) after += r;
      CHECK(std::fabs(after / before - 1) < 5e-13);
    }
  }

  TEST_CASE("Ornstein–Uhlenbeck: density, entropy and entropy production to 1e-12 by Richardson") {
    for (const Gaussian g : {Gaussian{1, 1, 0.7, 0.49}, Gaussian{1, 0.1, 0.5, 0.04}, Gaussian{0.3, 0.01, 0.1, 0.25}}) {
      const double t = 1.5, s = std::sqrt(std::max(g.variance0, g.temperature / g.k)), edge = g.mean0 + 9 * s;
      const int coarse = g.temperature < 0.05 ? 161 : 81;
      vector<vector<double>> levels;
      vector<double> exact;
      for (int level = 0; level < 5; ++level) {
        const int stride = 1 << level, n = (coarse - 1) * stride + 1;
        const auto p = g.on(-edge, edge, n);
        const auto s1 = FiniteVolume().solve(p, vector<double>{0, t});
        vector<double> f;
        exact.clear();
        for (int i = 0; i < coarse; ++i) {
          f.push_back(s1.density[1][static_cast<std::size_t>(i * stride)]);
          exact.push_back(std::exp(g.log_density(p.grid.node(i * stride), t)));
        }
        f.push_back(sum_entropy(s1.density[1], p.grid.spacing));
        exact.push_back(g.entropy(t));
        f.push_back(divergence(p, s1.density[0]) - divergence(p, s1.density[1]));
        exact.push_back(g.production(t));
        f.push_back(s1.ep_rate[1]);
        exact.push_back(g.production_rate(t));
        levels.push_back(f);
      }
      const auto r = richardson(levels);
      double worst = 0, stated = 0;
      for (std::size_t k = 0; k < exact.size(); ++k) {
        const double off = std::fabs(r.value[k] - exact[k]);
        worst = std::max(worst, off / std::max(1.0, std::fabs(exact[k]))), stated = std::max(stated, r.error[k]);
        CHECK(off <= r.error[k] + 1e-13 * (1 + std::fabs(exact[k])));
      }
      MESSAGE("T = ", g.temperature, ": largest error ", worst, ", stated ", stated);
      CHECK(worst < 1e-12);
    }
  }

  TEST_CASE("the integral of the entropy-production rate is the chain's loss of divergence") {
    const auto p = problem(-6, 6, 201, 0.125, 0.5, 0.6, coin);
    // Gauss–Legendre, 5 points in each of 64 panels, clustered towards 0
    const double x[5] = {0.0469100770306680, 0.2307653449471585, 0.5, 0.7692346550528415, 0.9530899229693320};
    const double w[5] = {0.1184634425280945, 0.2393143352496832, 0.2844444444444444, 0.2393143352496832,
                         0.1184634425280945};
    const double end = 20;
    vector<double> times{0}, weights{0};
    for (int panel = 0; panel < 64; ++panel) {
      const double a = end * std::pow(panel / 64.0, 3), b = end * std::pow((panel + 1) / 64.0, 3);
      for (int k = 0; k < 5; ++k) times.push_back(a + (b - a) * x[k]), weights.push_back((b - a) * w[k]);
    }
    times.push_back(end), weights.push_back(0);
    const auto s = FiniteVolume().solve(p, times);
    double integral = 0;
    for (std::size_t j = 0; j < times.size(); ++j) integral += weights[j] * s.ep_rate[j];
    CHECK(std::fabs(integral - (divergence(p, s.density.front()) - divergence(p, s.density.back()))) < 1e-11);
    CHECK(s.ep_rate.back() < 1e-6);
    for (double rate : s.ep_rate) CHECK(rate >= 0);
  }

  TEST_CASE("a start much wider than the stationary density keeps its accuracy, tails included") {
    const Gaussian g{0.3, 0.01, 0.1, 0.25};
    const double t = 12;
    vector<vector<double>> levels;
    for (int level = 0; level < 4; ++level) {
      const int stride = 1 << level;
      const auto p = g.on(-4.5, 4.5, 240 * stride + 1);
      CHECK(stationary_norm(p, start_of(p)) > 1e40);
      const auto s = FiniteVolume().solve(p, vector<double>{t});
      vector<double> f;
      for (int i = 80; i <= 160; i += 8) f.push_back(s.log_density[0][static_cast<std::size_t>(i * stride)]);
      levels.push_back(f);
    }
    const auto r = richardson(levels);
    for (std::size_t k = 0; k < r.value.size(); ++k) {
      const double x = -1.5 + 0.3 * static_cast<double>(k), exact = g.log_density(x, t);  // down to exp(-37)
      CHECK(std::fabs(r.value[k] - exact) <= r.error[k] + 1e-12);
      CHECK(std::fabs(r.value[k] - exact) < 1e-7);
    }
  }

  TEST_CASE("what it cannot do safely it refuses, with numbers") {
    // all probability starts in the shallow well; it leaves after exp(60) time units only
    const auto p = problem(-2, 2, 2001, 0.002, 0.9, 0.05, [](double x) { return double_well(x) - 0.02 * x; });
    auto q = p;
    for (std::size_t i = 0; i < q.loss.size(); ++i) q.log_initial[i] = p.log_initial[q.loss.size() - 1 - i];
    CHECK_THROWS_AS(FiniteVolume().solve(q, vector<double>{1e7}), AccuracyError);
    CHECK_NOTHROW(FiniteVolume().solve(p, vector<double>{1e7}));
    auto bad = p;
    bad.log_initial.pop_back();
    CHECK_THROWS_AS(FiniteVolume().solve(bad, vector<double>{1}), InternalError);
    CHECK_THROWS_AS(FiniteVolume().solve(p, vector<double>{2, 1}), InternalError);
    bad = p, bad.temperature = 0;
    CHECK_THROWS_AS(FiniteVolume().solve(bad, vector<double>{1}), InternalError);
  }

  TEST_CASE("richardson: the error holds where the coarse grids do not resolve the drift") {
    // steps of L/T up to 500 a node on the coarsest grid: upwind differences of first order, far from c_1 h² + ...
    const Gaussian g{1.56, 0.0263, 0.1, 2.32};
    const double t = 0.0576, edge = 14;
    vector<vector<double>> levels;
    for (int level = 0; level < 8; ++level) {
      const auto p = g.on(-edge, edge, (40 << level) + 1);
      const auto s = FiniteVolume().solve(p, vector<double>{0, t});
      levels.push_back(
          {sum_entropy(s.density[1], p.grid.spacing), divergence(p, s.density[0]) - divergence(p, s.density[1])});
      if (level == 0) continue;
      const auto r = richardson(levels);
      CHECK(std::fabs(r.value[0] - g.entropy(t)) <= r.error[0] + 1e-12);
      CHECK(std::fabs(r.value[1] - g.production(t)) <= r.error[1] + 1e-10);
      MESSAGE("level ", level, ": ", r.value[1] - g.production(t), " stated ", r.error[1]);
    }
  }

  TEST_CASE("richardson: exact for polynomials in h², Romberg for an integral") {
    vector<vector<double>> levels, trapezoid;
    for (int j = 0; j < 5; ++j) {
      const double h = std::pow(0.5, j), h2 = h * h;
      levels.push_back({1 + 3 * h2 - 2 * h2 * h2 + h2 * h2 * h2, 7});
      double s = (1 + M_E) / 2;
      const int n = 1 << j;
      for (int i = 1; i < n; ++i) s += std::exp(i * h);
      trapezoid.push_back({s * h});
    }
    const auto r = richardson(levels), e = richardson(trapezoid);
    CHECK(std::fabs(r.value[0] - 1) < 1e-15);
    CHECK(r.value[1] == 7);
    CHECK(r.error[1] == 0);
    CHECK(std::fabs(e.value[0] - (M_E - 1)) <= e.error[0]);
    CHECK(e.error[0] < 1e-8);
    CHECK_THROWS_AS(richardson(vector<vector<double>>{{1}}), std::invalid_argument);
    CHECK_THROWS_AS(richardson(vector<vector<double>>{{1}, {1, 2}}), std::invalid_argument);
  }
}

TEST_SUITE("benchmark" * doctest::skip()) {
  TEST_CASE("finite volumes: 2000 nodes, 100 times") {
    vector<double> times;
    for (int j = 1; j <= 100; ++j) times.push_back(0.1 * j);
    for (const Gaussian g : {Gaussian{1, 1, 0.5, 0.64}, Gaussian{0.3, 0.01, 0.1, 0.25}}) {
      const double edge = 9 * std::sqrt(g.variance0);
      const auto p = g.on(-edge, edge, 2000);
      const auto begin = std::chrono::steady_clock::now();
      const auto s = FiniteVolume().solve(p, times);
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
      MESSAGE("T = ", g.temperature, ": ", took.count(), " ms");
      CHECK(s.density.size() == 100);
    }
  }
}

}  // namespace calor::finite_volume_test
