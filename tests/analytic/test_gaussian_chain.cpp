#include "analytic/gaussian_chain.hpp"
#include "analytic/gaussian_mean.hpp"
#include "analytic/gaussian_ou.hpp"
#include "analytic/sgld_gaussian.hpp"
#include "close.hpp"
#include "num/eigen.hpp"
#include "num/errors.hpp"

namespace calor::gaussian_chain_test {

using namespace analytic;
using namespace test;
using num::Mp100;

namespace {

using Matrix = num::Matrix<Mp100>;
using Vector = num::Vector<Mp100>;

GaussianLearner<Mp100> learner() {
  return {Mp100(0.75),
          Mp100(1.5),
          Mp100(0.375),
          Mp100(0.25),
          {{DataMoments<Mp100>::sampled(3, Mp100(0.5), Mp100(2)), Mp100(-0.5), Mp100(0.375)}}};
}

template <Number R = Mp100>
SgldGaussian<R> sgld(bool stream, double keep = 0) {
  return {R(0.75),
          R(0.125),
          R(0.375),
          R(0.25),
          stream,
          R(keep),
          {{DataMoments<R>::sampled(3, R(0.5), R(2)), R(-0.5), R(0.375)}}};
}

// Second route: the whole history as one Gaussian vector (β_1, …, β_m, Θ_n, X_n), propagated by explicit matrices.
struct History {
  Matrix covariance;
  Vector mean;
  Eigen::Index batches;

  History(const GaussianCoordinate<Mp100>& c, const Mp100& s2, Eigen::Index m)
      : covariance(Matrix::Zero(m + 2, m + 2)), mean(m + 2), batches(m) {
    for (Eigen::Index i = 0; i < m; ++i) covariance(i, i) = c.data.variance, mean(i) = c.data.mean;
    covariance(m, m) = covariance(m, m + 1) = covariance(m + 1, m) = c.initial_variance;
    covariance(m + 1, m + 1) = c.initial_variance + s2;
    mean(m) = mean(m + 1) = c.initial_mean;
  }
  void apply(Eigen::Index row, Eigen::Index from, const Mp100& a, Eigen::Index other, const Mp100& b,
             const Mp100& noise) {
    Matrix map = Matrix::Identity(batches + 2, batches + 2);
    map(row, row) = 0;
    map(row, from) += a;
    map(row, other) += b;
    covariance = (map * covariance * map.transpose()).eval();
    covariance(row, row) += noise;
    mean = (map * mean).eval();
  }
  void move_theta(Eigen::Index batch, const Mp100& e, const Mp100& pull, const Mp100& noise) {
    apply(batches, batches, e, batch, pull, noise);
  }
  void move_x(const Mp100& f, const Mp100& s2) { apply(batches + 1, batches + 1, f, batches, 1 - f, s2 * (1 - f * f)); }
  // ⟨(θ - β)²⟩-like raw moments
  Mp100 square(Eigen::Index i, Eigen::Index k, const Mp100& weight) const {
    const Mp100 off = mean(i) - weight * mean(k);
    return covariance(i, i) - 2 * weight * covariance(i, k) + weight * weight * covariance(k, k) + off * off;
  }
  Mp100 log_det(std::vector<Eigen::Index> rows) const {
    Matrix m(rows.size(), rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      for (std::size_t k = 0; k < rows.size(); ++k)
        m(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = covariance(rows[i], rows[k]);
    const Mp100 det = m.fullPivLu().determinant();
    return log(det);
  }
  std::vector<Eigen::Index> with_b(std::vector<Eigen::Index> rows) const {
    for (Eigen::Index i = 0; i < batches; ++i) rows.push_back(i);
    return rows;
  }
  // I(rows; B) = ½ ln det(rows) det(B) / det(rows, B)
  Mp100 info_with_b(const std::vector<Eigen::Index>& rows) const {
    return (log_det(rows) + log_det(with_b({})) - log_det(with_b(rows))) / 2;
  }
};

void check_history(const History& h, const Quantities<Mp100>& q) {
  const Eigen::Index theta = h.batches, x = theta + 1;
  CHECK(close(value_of(q, "m_info"), h.info_with_b({theta}), 1e-44, "m_info"));
  CHECK(close(value_of(q, "l_info"), h.info_with_b({x}), 1e-44, "l_info"));
  CHECK(close<Mp100>(value_of(q, "r_info"), h.info_with_b({theta, x}) - h.info_with_b({x}), 1e-44, "r_info"));
  const Mp100 info = (h.log_det({theta}) + h.log_det({x}) - h.log_det({theta, x})) / 2;
  const Mp100 given_b = (h.log_det(h.with_b({theta})) + h.log_det(h.with_b({x})) - h.log_det(h.with_b({theta, x})) -
                         h.log_det(h.with_b({}))) /
                        2;
  CHECK(close(value_of(q, "info_x_theta"), info, 1e-44, "info_x_theta"));
  CHECK(close(value_of(q, "info_x_theta_given_b"), given_b, 1e-44, "info_x_theta_given_b"));
}

}  // namespace

TEST_CASE("lagged turns: informations against the explicit Gaussian vector; identities") {
  const auto l = learner();
  const Mp100 tau = 0.25, s2 = l.stddev * l.stddev, start = value_of(gaussian_mean(l, Mp100(0)), "info_x_theta");
  for (double rate : {0.5, 4.0, 1e9}) {
    const auto w = theta_law(l, l.coordinates[0], tau);
    History h(l.coordinates[0], s2, 1);
    for (int n = 1; n <= 6; ++n) {
      h.move_theta(0, 1 - w.g, w.a, w.v_eq * w.g2);
      h.move_x(exp(-Mp100(rate) * tau), s2);
      const auto q = gaussian_lagged(l, Mp100(rate), tau, n);
      check_history(h, q);
      check_identities(q, start, 1e-44);
      CHECK(value_of(q, "ep_x_path") >= value_of(q, "ep_x"));
      const Mp100 energy = (h.square(2, 1, 1) / s2 - 1) / 2;
      CHECK(close<Mp100>(value_of(q, "heat_x") + value_of(q, "work_x"), energy, 1e-44, "Δ⟨φ⟩"));
    }
  }
}

TEST_CASE("lagged turns: small steps tend to continuous time, first order (work and the flow of Θ: second)") {
  const auto l = learner();
  const auto limit = gaussian_ou(l, Mp100(2), Mp100(1));
  const auto coarse = gaussian_lagged(l, Mp100(2), Mp100(Mp100(1) / 200), 200),
             fine = gaussian_lagged(l, Mp100(2), Mp100(Mp100(1) / 400), 400);
  for (const auto& [name, ratio] : std::initializer_list<std::pair<const char*, int>>{{"heat_x", 2},
                                                                                      {"flow_x", 2},
                                                                                      {"ep_x", 2},
                                                                                      {"ep_x_given_b", 2},
                                                                                      {"ep_x_naive", 2},
                                                                                      {"l_info", 2},
                                                                                      {"work_x", 4},
                                                                                      {"flow_theta", 4}}) {
    const Mp100 a = value_of(coarse, name) - value_of(limit, name), b = value_of(fine, name) - value_of(limit, name);
    CHECK(close<Mp100>(a, Mp100(0), 0.02, name));
    CHECK(close<Mp100>(a / b, Mp100(ratio), 0.05, name));
  }
}

TEST_CASE("lagged turns with a redraw: work is the sum of D(p_θ‖p_θ'), ep_x stays below it") {
  const auto l = learner();
  const Mp100 tau = 0.5, s2 = l.stddev * l.stddev;
  const auto w = theta_law(l, l.coordinates[0], tau);
  History h(l.coordinates[0], s2, 1);
  Mp100 work = 0;
  for (int n = 1; n <= 4; ++n) {
    // ⟨(θ' - θ)²⟩ = ⟨(gθ - kb)²⟩ + noise
    work += (w.g * w.g * h.square(1, 0, w.a / w.g) + w.v_eq * w.g2) / (2 * s2);
    h.move_theta(0, 1 - w.g, w.a, w.v_eq * w.g2);
    h.move_x(0, s2);
  }
  const auto q = gaussian_lagged(l, num::infinity<Mp100>(), tau, 4);
  CHECK(close(value_of(q, "work_x"), work, 1e-45));
  CHECK(close<Mp100>(value_of(q, "ep_x_path"), work, 1e-45));
  CHECK(value_of(q, "ep_x") > 0);
  CHECK(value_of(q, "ep_x") < work);
  check_markov(q, 1e-45);
}

TEST_CASE("sgld, full batch: geometric sums, chain, explicit vector; I8 by its definition") {
  const auto s = sgld(false, 0.25);
  const auto& c = s.coordinates[0];
  const Mp100 s2 = s.stddev * s.stddev, k = 1 / s2 + s.weight_decay, eta = s.learning_rate, e = 1 - eta * k,
              pull = eta / s2, alpha = pull / (eta * k);
  History h(c, s2, 1);
  const Mp100 start = value_of(sgld_gaussian(s, 0), "info_x_theta");
  Mp100 medium = 0;
  for (int n = 1; n <= 8; ++n) {
    const History before = h;
    h.move_theta(0, e, pull, 2 * eta * s.temperature);
    // ⟨(θ - eθ' - kb)² - (θ' - eθ - kb)²⟩/4ηT: the second is the noise; the first from second moments, Cov(θ, θ'|…) by
    // θ' = eθ + kb + noise
    const Mp100 direct =
        (1 - e * e) * (1 - e * e) * before.square(1, 0, pull * (1 + e) / (1 - e * e)) + e * e * 2 * eta * s.temperature;
    medium += (direct - 2 * eta * s.temperature) / (4 * eta * s.temperature);
    h.move_x(Mp100(0.25), s2);
    const auto q = sgld_gaussian(s, n);
    check_history(h, q);
    check_identities(q, start, 1e-44);
    const Mp100 entropy = log(sgld_law(s, c, n).v / c.initial_variance) / 2;
    CHECK(close<Mp100>(value_of(q, "ep_theta_medium"), medium, 1e-44, "medium"));
    CHECK(close<Mp100>(value_of(q, "ep_theta"), entropy + medium, 1e-44, "I8"));
    const Mp100 heat = k / 2 * (h.square(1, 0, alpha) - sgld_law(s, c, 0).energy);
    CHECK(close(value_of(q, "heat_theta"), heat, 1e-44, "heat"));
    const Mp100 train = log(2 * num::pi<Mp100>() * s2) / 2 + (h.square(1, 0, 1) + c.data.scatter) / (2 * s2);
    CHECK(close(value_of(q, "loss_train"), train, 1e-44, "loss_train"));
  }
}

TEST_CASE("sgld, stream: the stream so far as one Gaussian vector") {
  const auto s = sgld(true, 0.5);
  const auto& c = s.coordinates[0];
  const Mp100 s2 = s.stddev * s.stddev, k = 1 / s2 + s.weight_decay, eta = s.learning_rate, alpha = 1 / (s2 * k);
  const Mp100 start = value_of(sgld_gaussian(s, 0), "info_x_theta");
  for (int steps = 1; steps <= 4; ++steps) {
    History h(c, s2, steps);
    Mp100 heat = 0, work = 0;
    for (int n = 0; n < steps; ++n) {
      if (n > 0) work += k / 2 * (h.square(steps, n, alpha) - h.square(steps, n - 1, alpha));
      const Mp100 before = h.square(steps, n, alpha);
      h.move_theta(n, 1 - eta * k, eta / s2, 2 * eta * s.temperature);
      h.move_x(Mp100(0.5), s2);
      heat += k / 2 * (h.square(steps, n, alpha) - before);
    }
    const auto q = sgld_gaussian(s, steps);
    check_history(h, q);
    check_identities(q, start, 1e-44);
    CHECK(close(value_of(q, "heat_theta"), heat, 1e-44, "heat"));
    CHECK(close(value_of(q, "work_theta"), work, 1e-44, "work"));
    Mp100 train = 0;  // each batch: ⟨(θ - β)²⟩ and the scatter within it
    for (int n = 0; n < steps; ++n) train += (h.square(steps, n, 1) + c.data.scatter) / steps;
    CHECK(close<Mp100>(value_of(q, "loss_train"), log(2 * num::pi<Mp100>() * s2) / 2 + train / (2 * s2), 1e-44,
                       "loss_train"));
  }
}

TEST_CASE("sgld tends to langevin at fixed time, first order in the learning rate") {
  const auto l = learner();
  const auto limit = theta_quantities(l, Mp100(1.5));  // μ = 1.5 for time 1 is unit mobility for time 1.5
  auto same = l;
  same.mobility = 1;
  check_same(theta_quantities(same, Mp100(2.25)), limit, 1e-45);
  auto at = [&](int steps) {
    auto s = sgld(false);
    s.learning_rate = Mp100(2.25) / steps;
    return sgld_gaussian(s, steps);
  };
  const auto coarse = at(500), fine = at(1000);
  for (const char* name : {"m_info", "heat_theta", "ep_theta", "ep_theta_medium", "lautum_info", "loss_test"}) {
    const Mp100 a = value_of(coarse, name) - value_of(limit, name), b = value_of(fine, name) - value_of(limit, name);
    CHECK(close<Mp100>(a, Mp100(0), 0.05, name));
    CHECK(close<Mp100>(a / b, Mp100(2), 0.05, name));
  }
}

TEST_CASE("sgld: stationary variance 2T/(k(2 - ηk)), not the diffusion's T/k; 100 digits and balls agree") {
  const auto s = sgld(false);
  const Mp100 k = 1 / (s.stddev * s.stddev) + s.weight_decay;
  CHECK(
      close<Mp100>(sgld_law(s, s.coordinates[0], 4000).v, 2 * s.temperature / (k * (2 - s.learning_rate * k)), 1e-46));
  const proven::Precision bits(400);
  check_against_balls(sgld_gaussian(sgld(true, 0.5), 40), sgld_gaussian(sgld<proven::Ball>(true, 0.5), 40), 1e-44);
}

TEST_CASE("turns and sgld refuse what is out of range") {
  auto s = sgld(true);
  CHECK_THROWS_AS(sgld_gaussian(s, -1), InputError);
  s.sampler_keep = 1;
  CHECK_THROWS_AS(sgld_gaussian(s, 1), InputError);
  s = sgld(true);
  s.coordinates[0].data = DataMoments<Mp100>::given(Mp100(0), Mp100(1));
  CHECK_THROWS_AS(sgld_gaussian(s, 1), InputError);
  CHECK_THROWS_AS(gaussian_lagged(learner(), Mp100(1), Mp100(0), 3), InputError);
  CHECK_THROWS_AS(gaussian_lagged(learner(), Mp100(0), Mp100(1), 3), InputError);
}

}  // namespace calor::gaussian_chain_test
