// Linear-Gaussian learners by their second moments: against the closed forms where nothing changes in time, and against
// the raw moments of (1, g, Θ, x), written down without eigenbases or lags and integrated by another method.

#include <boost/numeric/odeint.hpp>
#include <map>
#include <random>

#include "analytic/gaussian_chain.hpp"
#include "analytic/gaussian_mean.hpp"
#include "analytic/gaussian_ou.hpp"
#include "analytic/linear_turns.hpp"
#include "analytic/regression.hpp"
#include "analytic/sgld_gaussian.hpp"
#include "analytic/time_panel.hpp"
#include "close.hpp"

namespace calor::linear_test {

using namespace analytic;
using namespace test;
using num::Mp100;
using Matrix = num::Matrix<double>;
using Vector = num::Vector<double>;

namespace {

/// Two weights, three rows, starts that the drift does not keep apart.
template <num::Real R>
LinearGaussian<R> two_weights() {
  LinearGaussian<R> p;
  p.s2 = R(1) / 2;
  p.weight_decay = R(1) / 5;
  p.inputs = num::Matrix<R>(3, 2);
  p.inputs << R(1), R(1) / 4, R(-1) / 2, R(1), R(1) / 4, R(1) / 2;
  // rotated so that M is diagonal
  const num::Matrix<R> m = p.inputs.transpose() * p.inputs / R(3);
  const Eigen::SelfAdjointEigenSolver<num::Matrix<R>> solver(m);
  const num::Matrix<R> axes = solver.eigenvectors();
  p.inputs = p.inputs * axes;
  p.curvature = (solver.eigenvalues().array() / p.s2 + p.weight_decay).matrix();
  p.gradient = num::Vector<R>(2);
  p.gradient << R(1) / 2, R(-3) / 4;
  p.gradient_variance = solver.eigenvalues() / R(4);
  p.start_mean = num::Vector<R>(2);
  p.start_mean << R(1) / 4, R(1) / 2;
  num::Vector<R> variance(2);
  variance << R(1) / 4, R(1) / 9;
  p.start = axes.transpose() * variance.asDiagonal() * axes;
  p.weight = R(1) / 3;
  p.square = 2;
  return p;
}

template <num::Real R>
std::vector<CourseStretch<R>> annealing() {
  return {{R(0), R(1), R(1), R(1), R(-3) / 2},
          {R(1) / 2, R(3) / 2, R(-1) / 2, R(1) / 4, R(1) / 4},
          {R(3) / 2, R(1), R(0), R(1) / 2, R(0)}};
}

const CourseStretch<double>& at(const std::vector<CourseStretch<double>>& course, double t) {
  std::size_t k = 0;
  while (k + 1 < course.size() && course[k + 1].start <= t) ++k;
  return course[k];
}

/// Second moments of Z = (1, g, Θ, x_j) and the integrals heat_x, work_x, of channel j.
struct Raw {
  Matrix second;
  double heat = 0, work = 0;
};

/// E[Z Zᵀ] obeys E' = A E + E Aᵀ + Q. φ = (x - u·Θ)²/2s².
Raw raw(const LinearGaussian<double>& p, const std::vector<CourseStretch<double>>& course, double rate, Eigen::Index j,
        double end) {
  const Eigen::Index d = p.parameters(), n = 2 * d + 2, theta = 1 + d, x = n - 1;
  const Vector u = p.inputs.row(j);
  Matrix start = Matrix::Zero(n, n);
  Vector mean = Vector::Zero(n);
  mean[0] = 1;
  mean.segment(1, d) = p.gradient;
  mean.segment(theta, d) = p.start_mean;
  mean[x] = u.dot(p.start_mean);
  start.block(1, 1, d, d) = p.gradient_variance.asDiagonal();
  start.block(theta, theta, d, d) = p.start;
  start.block(theta, x, d, 1) = p.start * u;
  start.block(x, theta, 1, d) = (p.start * u).transpose();
  start(x, x) = u.dot(p.start * u) + p.s2;
  start += mean * mean.transpose();
  Vector lag = Vector::Zero(n);  // y = lag·Z
  lag.segment(theta, d) = -u;
  lag[x] = 1;

  using State = std::vector<double>;
  const auto size = static_cast<std::size_t>(n * n);
  State state(start.data(), start.data() + size);
  state.resize(size + 2);
  const auto slope = [&](const State& s, State& out, double t) {
    const auto& c = at(course, t);
    const double mu = c.mobility + c.mobility_slope * (t - c.start),
                 temperature = c.temperature + c.temperature_slope * (t - c.start);
    const Eigen::Map<const Matrix> e(s.data(), n, n);
    Matrix a = Matrix::Zero(n, n), q = Matrix::Zero(n, n);
    for (Eigen::Index i = 0; i < d; ++i) {
      a(theta + i, theta + i) = -mu * p.curvature[i];
      a(theta + i, 1 + i) = mu;
      q(theta + i, theta + i) = 2 * mu * temperature;
    }
    a.row(x) -= rate * lag.transpose();
    q(x, x) = 2 * rate * p.s2;
    const Matrix change = a * e + e * a.transpose() + q;
    std::copy(change.data(), change.data() + size, out.begin());
    Matrix of_theta = a, noise_theta = q, of_x = a, noise_x = q;
    of_theta.row(x).setZero(), noise_theta(x, x) = 0;
    of_x.topRows(x).setZero(), noise_x.topRows(x).setZero();
    const auto power = [&](const Matrix& drift, const Matrix& noise) {
      return lag.dot((drift * e + e * drift.transpose() + noise) * lag) / (2 * p.s2);
    };
    out[size] = power(of_x, noise_x), out[size + 1] = power(of_theta, noise_theta);
  };
  namespace ode = boost::numeric::odeint;
  double t = 0;
  while (t < end) {  // from kink to kink
    double next = end;
    for (const auto& c : course)
      if (c.start > t) next = std::min(next, c.start);
    // the last derivative of a piece is taken from its own side of the kink
    ode::integrate_adaptive(ode::make_controlled(1e-13, 1e-13, ode::runge_kutta_fehlberg78<State>()), slope, state, t,
                            next * (1 - 1e-15), 1e-4);
    t = next;
  }
  Raw out{Eigen::Map<const Matrix>(state.data(), n, n), state[size], state[size + 1]};
  return out;
}

/// ½ ln of det of the covariance of these components of Z given those.
double half_log_det(const Matrix& second, std::vector<Eigen::Index> of, const std::vector<Eigen::Index>& given) {
  const Vector mean = second.col(0);
  const Matrix covariance = second - mean * mean.transpose();
  of.insert(of.end(), given.begin(), given.end());
  const auto part = [&](const std::vector<Eigen::Index>& which) {
    return which.empty() ? 1.0 : Matrix(covariance(which, which)).determinant();
  };
  return std::log(part(of) / part(given)) / 2;
}

std::map<std::string, double> by_raw_moments(const LinearGaussian<double>& p,
                                             const std::vector<CourseStretch<double>>& course, double rate, double t) {
  std::map<std::string, double> out;
  const std::vector<Eigen::Index> g{1, 2}, theta{3, 4}, x{5}, g_theta{1, 2, 3, 4}, g_x{1, 2, 5}, theta_x{3, 4, 5}, none;
  for (Eigen::Index j = 0; j < p.channels(); ++j) {
    const auto now = raw(p, course, rate, j, t), start = raw(p, course, rate, j, 0);
    const Matrix& e = now.second;
    const double w = p.weight, m = half_log_det(e, theta, none) - half_log_det(e, theta, g),
                 l = half_log_det(e, x, none) - half_log_det(e, x, g);
    const double change = half_log_det(e, x, none) - half_log_det(start.second, x, none),
                 change_given_b = half_log_det(e, x, g) - half_log_det(start.second, x, g);
    out["m_info"] = m;
    out["l_info"] += w * l;
    out["r_info"] += w * (half_log_det(e, theta, x) - half_log_det(e, theta, g_x));
    out["info_x_theta"] += w * (half_log_det(e, x, none) - half_log_det(e, x, theta));
    out["info_x_theta_given_b"] += w * (half_log_det(e, x, g) - half_log_det(e, x, g_theta));
    out["heat_x"] += w * now.heat;
    out["work_x"] += w * now.work;
    out["ep_x_given_b"] += w * (change_given_b - now.heat);
    out["ep_x_naive"] += w * (change - now.heat);
    double loss = 0, start_loss = 0;
    for (Eigen::Index i = 0; i < 2; ++i) {
      const auto energy = [&](const Matrix& z) { return p.curvature[i] / 2 * z(3 + i, 3 + i) - z(3 + i, 1 + i); };
      loss += energy(e), start_loss += energy(start.second);
    }
    out["heat_theta"] = loss - start_loss;
  }
  return out;
}

template <num::Real R>
LinearGaussian<R> coordinate(const GaussianLearner<R>& l) {
  const auto one = [](const R& value) { return num::Vector<R>::Constant(1, value); };
  const auto& c = l.coordinates[0];
  LinearGaussian<R> p;
  p.s2 = l.stddev * l.stddev;
  p.weight_decay = l.weight_decay;
  p.curvature = one(R(1 / p.s2 + l.weight_decay));
  p.gradient = one(R(c.data.mean / p.s2));
  p.gradient_variance = one(R(c.data.variance / (p.s2 * p.s2)));
  p.start_mean = one(c.initial_mean);
  p.start = one(c.initial_variance);
  p.inputs = one(R(1));
  p.square = c.data.scatter + c.data.variance + c.data.mean * c.data.mean;
  return p;
}

/// Every quantity that both have, to this relative accuracy.
template <num::Real R>
void check_same(const Quantities<R>& tried, const Quantities<R>& truth, const R& accuracy, std::size_t least) {
  std::size_t compared = 0;
  for (const auto& entry : truth) {
    const auto& name = entry.first;
    const R* value = find(tried, name);
    if (value == nullptr) continue;
    CAPTURE(name);
    CHECK(num::to_double(R(abs(R(*value - entry.second)))) <= num::to_double(R(accuracy * (1 + abs(entry.second)))));
    ++compared;
  }
  CHECK(compared >= least);
}

template <num::Real R>
GaussianLearner<R> learner(unsigned seed) {
  std::mt19937 gen(seed);
  const auto eighths = [&](int lo, int hi) {
    return R(lo + static_cast<int>(gen() % static_cast<unsigned>(hi - lo + 1))) / 8;
  };
  GaussianLearner<R> l{eighths(4, 16), eighths(2, 16), eighths(1, 12), eighths(0, 6), {}};
  l.coordinates.push_back(
      {DataMoments<R>::sampled(4, eighths(-10, 10), eighths(1, 20)), eighths(-8, 8), eighths(1, 16)});
  return l;
}

}  // namespace

TEST_SUITE("analytic/linear") {
  TEST_CASE("collocation: a stiff decay and a polynomial source") {
    const TimePanel<Mp100> rule(40);
    for (const int rate : {0, 3, 10000}) {
      const num::Vector<Mp100> t = 2 * rule.nodes();
      const num::Vector<Mp100> r = num::Vector<Mp100>::Constant(rule.size(), Mp100(rate));
      num::Matrix<Mp100> source(rule.size(), 1);
      for (Eigen::Index k = 0; k < rule.size(); ++k) source(k, 0) = 2 * t[k] + rate * t[k] * t[k];
      const auto y = rule.solve(r, source, num::Matrix<Mp100>::Zero(1, 1), Mp100(2));
      CHECK(num::to_double(Mp100(abs(Mp100(y(rule.size() - 1, 0) - 4)))) < 1e-45);
      CHECK(num::to_double(Mp100(abs(Mp100(rule.integral(y.col(0), Mp100(2)) - Mp100(8) / 3)))) < 1e-45);
    }
    num::Vector<Mp100> decay = num::Vector<Mp100>::Constant(rule.size(), Mp100(3));
    const auto y =
        rule.solve(decay, num::Matrix<Mp100>::Zero(rule.size(), 1), num::Matrix<Mp100>::Ones(1, 1), Mp100(1));
    CHECK(num::to_double(Mp100(abs(Mp100(y(rule.size() - 1, 0) - exp(Mp100(-3)))))) < 1e-40);
  }

  TEST_CASE("nothing changes in time: the closed forms, to 30 digits") {
    for (unsigned seed = 1; seed <= 6; ++seed) {
      CAPTURE(seed);
      const auto l = learner<Mp100>(seed);
      const auto p = coordinate(l);
      const std::vector<CourseStretch<Mp100>> course{{Mp100(0), l.mobility, Mp100(0), l.temperature, Mp100(0)}};
      const Mp100 rate = Mp100(seed) * seed / 3, t = Mp100(7) / 5;
      const TimeResolution fine{52, 1};
      const TimePanel<Mp100> rule(fine.order);
      check_same<Mp100>(linear_flow<Mp100>(p, course, rate, {t}, fine)[0], gaussian_ou(l, rate, t), Mp100("1e-30"), 28);
      check_same<Mp100>(linear_flow<Mp100>(p, course, std::nullopt, {t}, fine)[0], gaussian_mean(l, t), Mp100("1e-30"),
                        28);
      LinearTurns<Mp100> turns(p), steps(p);
      for (int n = 0; n < 5; ++n) {
        LinearTurn<Mp100> turn;
        turn.move = linear_move<Mp100>(p, course, Mp100(n) / 4, Mp100(n + 1) / 4, rule, fine.growth);
        turn.keep = exp(Mp100(-rate / 4));
        turns.take(turn);
        steps.take(LinearTurn<Mp100>::sgld(p, Mp100(1) / 10, l.temperature, turn.keep));
      }
      check_same<Mp100>(turns.quantities(), gaussian_lagged(l, rate, Mp100(Mp100(1) / 4), 5), Mp100("1e-30"), 26);
      const SgldGaussian<Mp100> sgld{l.stddev, Mp100(1) / 10,         l.temperature, l.weight_decay,
                                     false,    exp(Mp100(-rate / 4)), l.coordinates};
      check_same<Mp100>(steps.quantities(), sgld_gaussian(sgld, 5), Mp100("1e-30"), 24);
    }
  }

  TEST_CASE("schedules, two weights and a lagging x: the raw moments") {
    const auto p = two_weights<double>();
    const auto course = annealing<double>();
    for (const double t : {0.3, 1.0, 2.5}) {
      CAPTURE(t);
      const auto q = linear_flow<double>(p, course, 3.0, {t}, {30, 1})[0];
      for (const auto& [quantity, value] : by_raw_moments(p, course, 3.0, t)) {
        CAPTURE(quantity);
        CHECK(value_of(q, quantity) == doctest::Approx(value).epsilon(1e-10));
      }
      // three routes to the entropy production, and I10, I12
      const double ep = value_of(q, "ep_theta");
      CHECK(value_of(q, "_ep_currents") == doctest::Approx(ep).epsilon(1e-12));
      const auto start = linear_flow<double>(p, course, 3.0, {0.0}, {30, 1})[0];
      CHECK(value_of(q, "flow_x") + value_of(q, "flow_theta") ==
            doctest::Approx(value_of(q, "info_x_theta_given_b") - value_of(start, "info_x_theta_given_b"))
                .epsilon(1e-12));
      CHECK(value_of(q, "ep_x") + value_of(q, "flow_x") == doctest::Approx(value_of(q, "ep_x_given_b")).epsilon(1e-12));
    }
  }

  TEST_CASE("schedules: turns that get short tend to continuous time, to first order at least") {
    const auto p = two_weights<double>();
    const auto course = annealing<double>();
    const auto truth = linear_flow<double>(p, course, 2.0, {2.0}, {30, 1})[0];
    const auto off = [&](int turns, const std::string& quantity) {
      LinearTurns<double> state(p);
      const TimePanel<double> rule(30);
      const double step = 2.0 / turns;
      for (int n = 0; n < turns; ++n) {
        LinearTurn<double> turn;
        turn.move = linear_move<double>(p, course, n * step, (n + 1) * step, rule, 1);
        turn.keep = std::exp(-2 * step);
        state.take(turn);
      }
      return value_of(state.quantities(), quantity) - value_of(truth, quantity);
    };
    for (const std::string quantity : {"l_info", "heat_x", "work_x", "flow_x", "flow_theta", "ep_x"}) {
      CAPTURE(quantity);
      const double coarse = off(200, quantity), fine = off(400, quantity);
      CHECK(std::abs(fine) < 0.05);
      CHECK(coarse / fine > 1.9);
    }
    for (const std::string quantity : {"m_info", "heat_theta", "ep_theta", "loss_train", "lautum_info"})
      CHECK(std::abs(off(8, quantity)) < 1e-12);
  }

  TEST_CASE("sgld with a temperature of its own at every step: the entropy production by relative entropies (I8)") {
    // one parameter: sum over steps of <ln rho_n(θ) K(θ'|θ) / rho_{n+1}(θ') K(θ|θ')>, all Gaussian, given g
    LinearGaussian<double> p = coordinate(learner<double>(3));
    LinearTurns<double> turns(p);
    const double h = p.curvature[0], eta = 0.1;
    double v = p.start(0, 0), m_square = 0, sum = 0;
    // mean of Θ about the minimum g/h, and its square over B
    const double off = p.start_mean[0] - p.gradient[0] / h;
    m_square = off * off + p.gradient_variance[0] / (h * h);
    for (int n = 0; n < 4; ++n) {
      const double temperature = 0.5 - 0.1 * n, e = 1 - eta * h, noise = 2 * eta * temperature;
      const double v_next = e * e * v + noise, m_next = e * e * m_square;
      // forward residual θ' - eθ has variance `noise`; backward residual θ - eθ' = (1 - e²)θ - e ξ
      const double k = 1 - e * e;
      const double backward = k * k * (v + m_square) + e * e * noise;
      sum += 0.5 * std::log(v_next / v) + (backward - noise) / (2 * noise);
      turns.take(LinearTurn<double>::sgld(p, eta, temperature, 0.0));
      v = v_next, m_square = m_next;
      CHECK(value_of(turns.quantities(), "ep_theta") == doctest::Approx(sum).epsilon(1e-12));
    }
  }
}

}  // namespace calor::linear_test
