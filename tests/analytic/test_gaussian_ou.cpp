#include <map>
#include <random>

#include "analytic/gaussian_mean.hpp"
#include "analytic/gaussian_ou.hpp"
#include "close.hpp"
#include "num/errors.hpp"

namespace calor::gaussian_ou_test {

using namespace analytic;
using namespace test;
using num::Mp100;

namespace {

template <num::Real R>
GaussianLearner<R> reference_learner() {
  return {R(1), R(1), R(1) / 10, R(1) / 10, {{DataMoments<R>::sampled(5, R(1), R(9) / 4), R(0), R(4) / 25}}};
}

template <Number R>
GaussianLearner<R> random_learner(unsigned seed) {
  std::mt19937 gen(seed);
  auto eighths = [&](int lo, int hi) {
    return R(lo + static_cast<int>(gen() % static_cast<unsigned>(hi - lo + 1))) / 8;
  };
  GaussianLearner<R> l{eighths(4, 16), eighths(2, 16), eighths(1, 12), eighths(0, 6), {}};
  l.coordinates.push_back(
      {DataMoments<R>::sampled(4, eighths(-10, 10), eighths(1, 20)), eighths(-8, 8), eighths(1, 16)});
  return l;
}

// The Lyapunov equation as it stands: raw moments of (1, b, u, x) with dE = (A E + E Aᵀ + D) dt, by the Taylor series
// of e^{𝓐t}.
using Raw = std::array<std::array<Mp100, 4>, 4>;

Raw flow(const Raw& a, const Raw& d, const Raw& e) {
  Raw out{};
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) {
      out[i][j] = d[i][j];
      for (std::size_t k = 0; k < 4; ++k) out[i][j] += a[i][k] * e[k][j] + e[i][k] * a[j][k];
    }
  return out;
}

Raw raw_moments(const GaussianLearner<Mp100>& l, const Mp100& rate, const Mp100& t) {
  const auto& c = l.coordinates[0];
  const Mp100 s2 = l.stddev * l.stddev, kappa = l.mobility * (1 / s2 + l.weight_decay), m = c.data.mean,
              m0 = c.initial_mean;
  Raw a{}, d{}, zero{},
      e{{{1, m, m0, m0},
         {m, m * m + c.data.variance, m * m0, m * m0},
         {m0, m * m0, m0 * m0 + c.initial_variance, 0},
         {m0, m * m0, 0, 0}}};
  e[2][3] = e[3][2] = e[2][2];
  e[3][3] = e[2][2] + s2;
  a[2][1] = l.mobility / s2, a[2][2] = -kappa, a[3][2] = rate, a[3][3] = -rate;
  d[2][2] = 2 * l.mobility * l.temperature, d[3][3] = 2 * rate * s2;
  Raw term = e;
  for (int n = 1; n < 400; ++n) {
    term = flow(a, n == 1 ? d : zero, term);
    for (auto& row : term)
      for (auto& x : row) x *= t / n;
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = 0; j < 4; ++j) e[i][j] += term[i][j];
  }
  return e;
}

Mp100 covariance(const Raw& e, std::size_t i, std::size_t j) { return e[i][j] - e[0][i] * e[0][j]; }

// Given B: subtract the regression on b.
Mp100 conditional(const Raw& e, std::size_t i, std::size_t j) {
  return covariance(e, i, j) - covariance(e, i, 1) * covariance(e, j, 1) / covariance(e, 1, 1);
}

const std::vector<std::map<std::string, double>> reference = {{{"t", 0.5},
                                                               {"m_info", 0.2300810541048222},
                                                               {"entropy_theta_given_b", 0.3327540613712275},
                                                               {"heat_theta", -0.46504950274573875},
                                                               {"entropy_theta", 0.5628351154760497},
                                                               {"ep_theta", 4.4806012874980965},
                                                               {"ep_theta_naive", 4.710682341602919},
                                                               {"l_info", 0.007871037403984472},
                                                               {"info_x_theta_given_b", 0.04167003263546609},
                                                               {"info_x_theta", 0.04675833149195199},
                                                               {"r_info", 0.22499275524833628},
                                                               {"heat_x", -0.07623154412188302},
                                                               {"ep_x", 0.04557310865078951},
                                                               {"work_x", 0.11552555570585418},
                                                               {"ep_x_given_b", 0.05691589371786827},
                                                               {"ep_x_naive", 0.06478693112185274},
                                                               {"flow_x", 0.01134278506707876},
                                                               {"flow_theta", -0.04388275499074932}},
                                                              {{"t", 2},
                                                               {"m_info", 0.7180968707154975},
                                                               {"entropy_theta_given_b", 0.22463465456704138},
                                                               {"heat_theta", -0.688532487056661},
                                                               {"entropy_theta", 0.9427315252825389},
                                                               {"ep_theta", 6.607311723803133},
                                                               {"ep_theta_naive", 7.325408594518631},
                                                               {"l_info", 0.10663675305328649},
                                                               {"info_x_theta_given_b", 0.02404679280256915},
                                                               {"info_x_theta", 0.12944590387628366},
                                                               {"r_info", 0.6126977596417814},
                                                               {"heat_x", -0.3037639061095991},
                                                               {"ep_x", 0.17850248541241862},
                                                               {"work_x", 0.3184552008690786},
                                                               {"ep_x_given_b", 0.26273789761949623},
                                                               {"ep_x_naive", 0.36937465067278274},
                                                               {"flow_x", 0.08423541220707761},
                                                               {"flow_theta", -0.1343986219636451}},
                                                              {{"t", 10},
                                                               {"m_info", 0.8137147878056009},
                                                               {"entropy_theta_given_b", 0.21999089691148727},
                                                               {"heat_theta", -0.6970909088964579},
                                                               {"entropy_theta", 1.0337056847170882},
                                                               {"ep_theta", 6.688252184545548},
                                                               {"ep_theta_naive", 7.501966972351149},
                                                               {"l_info", 0.14956574751317375},
                                                               {"info_x_theta_given_b", 0.02335539507548239},
                                                               {"info_x_theta", 0.1703449181801134},
                                                               {"r_info", 0.6667252647009663},
                                                               {"heat_x", -0.8960780918831873},
                                                               {"ep_x", 0.34921781928764706},
                                                               {"work_x", 0.9082732138936578},
                                                               {"ep_x_given_b", 0.8540680546481176},
                                                               {"ep_x_naive", 1.0036338021612914},
                                                               {"flow_x", 0.5048502353604706},
                                                               {"flow_theta", -0.5557048428441248}}};

}  // namespace

TEST_CASE("gaussian with ou: the numbers of the independent Python prototype") {
  for (const auto& row : reference) {
    const auto q = gaussian_ou(reference_learner<double>(), 3.0, row.at("t"));
    for (const auto& [name, value] : row)
      if (name != "t") CHECK(close(value_of(q, name), value, 1e-11, name));
  }
}

TEST_CASE("gaussian with ou: moments and informations against the Lyapunov equation's Taylor series") {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    const auto l = random_learner<Mp100>(seed);
    const Mp100 s2 = l.stddev * l.stddev, kappa = l.mobility * (1 / s2 + l.weight_decay);
    for (const Mp100& rate : {kappa, Mp100(kappa * (1 + Mp100(1e-30))), Mp100(kappa * 3), Mp100(kappa / 5)}) {
      const Mp100 t = (1 + seed % 4) / (kappa + rate);
      const auto e = raw_moments(l, rate, t);
      const auto j = ou_moments(l, l.coordinates[0], rate, t);
      CHECK(close(j.v, conditional(e, 2, 2), 1e-90, "v"));
      CHECK(close(j.c, conditional(e, 2, 3), 1e-90, "c"));
      CHECK(close(j.vx, conditional(e, 3, 3), 1e-90, "vx"));
      CHECK(close<Mp100>(j.cy, conditional(e, 2, 3) - conditional(e, 2, 2), 1e-90, "cy"));
      CHECK(
          close<Mp100>(j.z + j.s2, conditional(e, 3, 3) + conditional(e, 2, 2) - 2 * conditional(e, 2, 3), 1e-90, "z"));
      CHECK(close<Mp100>(j.vx + j.mxx, covariance(e, 3, 3), 1e-90, "total vx"));
      const Mp100 det = conditional(e, 2, 2) * conditional(e, 3, 3) - conditional(e, 2, 3) * conditional(e, 2, 3);
      const Mp100 total = covariance(e, 2, 2) * covariance(e, 3, 3) - covariance(e, 2, 3) * covariance(e, 2, 3);
      const Mp100 l_info = log(covariance(e, 3, 3) / conditional(e, 3, 3)) / 2;
      const auto q = informations(j);
      CHECK(close(value_of(q, "l_info"), l_info, 1e-85, "l_info"));
      CHECK(close<Mp100>(value_of(q, "r_info"), log(total / det) / 2 - l_info, 1e-85, "r_info"));
      CHECK(close<Mp100>(value_of(q, "info_x_theta"), log(covariance(e, 2, 2) * covariance(e, 3, 3) / total) / 2, 1e-85,
                         "info_x_theta"));
      CHECK(close<Mp100>(value_of(q, "info_x_theta_given_b"),
                         log(conditional(e, 2, 2) * conditional(e, 3, 3) / det) / 2, 1e-85, "given b"));
    }
  }
}

TEST_CASE("gaussian with ou: identities; heat, work, flows and entropy productions each by themselves") {
  for (unsigned seed = 1; seed <= 12; seed += 2) {
    const auto l = random_learner<Mp100>(seed);
    const Mp100 rate = Mp100(seed * seed) / 16, t = Mp100(13 - seed) / 3,
                start = value_of(gaussian_ou(l, rate, Mp100(0)), "info_x_theta");
    const auto q = gaussian_ou(l, rate, t);
    check_identities(q, start, 1e-42);
    auto v = [&](const char* name) { return value_of(q, name); };
    const auto e = raw_moments(random_learner<Mp100>(seed), Mp100(rate), Mp100(t));
    const Mp100 energy = (e[3][3] + e[2][2] - 2 * e[2][3]) / (2 * Mp100(l.stddev) * Mp100(l.stddev)) - Mp100(1) / 2;
    CHECK(close<Mp100>(v("heat_x") + v("work_x"), Mp100(energy), 1e-45, "Δ⟨φ⟩"));
    // I1 with I(X;B|Θ) = S(X|Θ) - S(X|Θ,B), S(X|Θ) = S(X) - I(X;Θ)
    const Mp100 extra = v("entropy_x") - v("info_x_theta") - v("entropy_x_given_theta");
    CHECK(extra >= 0);
    CHECK(close<Mp100>(v("m_info") + extra, v("l_info") + v("r_info"), 1e-45, "I1"));
    CHECK(v("ep_x_path") >= v("ep_x"));
    CHECK(v("flow_theta") <= 0);
  }
}

TEST_CASE("gaussian with ou: a rate close to κ is as good as one far from it") {
  const auto l = reference_learner<double>();
  const double kappa = 1.1;
  for (double rate : {kappa, kappa * (1 + 1e-15), kappa * (1 - 1e-9), kappa * 1.001}) {
    const auto q = gaussian_ou(l, rate, 1.7);
    auto fine = reference_learner<Mp100>();
    const auto exact = gaussian_ou(fine, Mp100(rate), Mp100(1.7));
    for (const auto& [name, value] : q) CHECK(close(Mp100(value), value_of(exact, name), 2e-14, name));
  }
}

TEST_CASE("gaussian with ou: tiny times, stiff and slow samplers in double keep relative accuracy") {
  for (double rate : {1e-3, 1.0, 1e4})
    for (double t : {1e-8, 1e-3, 1.0, 30.0}) {
      const auto q = gaussian_ou(random_learner<double>(5), rate, t);
      const auto exact = gaussian_ou(random_learner<Mp100>(5), Mp100(rate), Mp100(t));
      for (const char* name : {"m_info", "l_info", "r_info", "heat_x", "work_x", "ep_x", "flow_theta", "ep_x_path"})
        CHECK(close_relative(Mp100(value_of(q, name)), value_of(exact, name), 1e-11,
                             std::string(name) + " rate " + std::to_string(rate) + " t " + std::to_string(t)));
      for (const auto& [name, value] : q) CHECK(close(Mp100(value), value_of(exact, name), 1e-13, name));
    }
}

TEST_CASE("gaussian with ou: fast samplers tend to the equilibrium one, ep_x like 1/rate") {
  const auto l = random_learner<Mp100>(2);
  const auto limit = gaussian_mean(l, Mp100(1));
  const auto fast = gaussian_ou(l, Mp100(1e8), Mp100(1)), faster = gaussian_ou(l, Mp100(1e9), Mp100(1));
  for (const auto& [name, value] : limit) CHECK(close(value_of(faster, name), value, 1e-7, name));
  CHECK(close<Mp100>(value_of(fast, "ep_x") / value_of(faster, "ep_x"), Mp100(10), 1e-7));
}

TEST_CASE("gaussian with ou: double, 100 digits and balls agree, coordinates add") {
  const proven::Precision bits(400);
  const auto q = gaussian_ou(random_learner<Mp100>(9), Mp100(2), Mp100(1.5));
  check_same(gaussian_ou(random_learner<double>(9), 2.0, 1.5), q, 1e-13);
  check_against_balls(q, gaussian_ou(random_learner<proven::Ball>(9), proven::Ball(2), proven::Ball(1.5)), 1e-45);
  auto both = reference_learner<double>();
  auto second = both;
  second.coordinates[0].initial_mean = 2;
  both.coordinates.push_back(second.coordinates[0]);
  const auto sum = gaussian_ou(both, 3.0, 2.0), a = gaussian_ou(reference_learner<double>(), 3.0, 2.0),
             b = gaussian_ou(second, 3.0, 2.0);
  for (const char* name : {"m_info", "ep_x", "heat_x", "flow_x", "entropy_x", "loss_train"})
    CHECK(close(value_of(sum, name), value_of(a, name) + value_of(b, name), 1e-14, name));
}

TEST_CASE("gaussian with ou: a rate that is not positive is refused") {
  CHECK_THROWS_AS(gaussian_ou(reference_learner<double>(), 0.0, 1.0), InputError);
  CHECK_THROWS_AS(gaussian_ou(reference_learner<double>(), -1.0, 1.0), InputError);
}

}  // namespace calor::gaussian_ou_test
