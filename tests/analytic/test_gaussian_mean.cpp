#include <random>

#include "analytic/gaussian_mean.hpp"
#include "close.hpp"
#include "num/errors.hpp"

namespace calor::gaussian_mean_test {

using namespace analytic;
using namespace test;
using num::Mp100;

namespace {

// In eighths, so that every number type holds the same parameters.
template <Number R>
GaussianLearner<R> random_learner(unsigned seed, int dimension) {
  std::mt19937 gen(seed);
  auto eighths = [&](int lo, int hi) {
    return R(lo + static_cast<int>(gen() % static_cast<unsigned>(hi - lo + 1))) / 8;
  };
  GaussianLearner<R> l{eighths(2, 20), eighths(1, 20), eighths(1, 12), eighths(0, 6), {}};
  const long size = 1 + static_cast<long>(gen() % 12);
  for (int i = 0; i < dimension; ++i) {
    const auto data = DataMoments<R>::sampled(size, eighths(-10, 10), eighths(1, 20));
    l.coordinates.push_back({data, eighths(-8, 8), eighths(1, 16)});
  }
  return l;
}

// The worked case of the references: s = 1, N = 5, m* = 1, s* = 1.5, T = 0.1, λ = 0.1, start N(0, 0.16).
template <num::Real R>
GaussianLearner<R> reference_learner() {
  return {R(1), R(1), R(1) / 10, R(1) / 10, {{DataMoments<R>::sampled(5, R(1), R(9) / 4), R(0), R(4) / 25}}};
}

// Trapezoidal rule on the plane for a density that decays like a Gaussian of unit scales.
template <class F>
Mp100 plane(F f, int n, const Mp100& reach) {
  const Mp100 h = 2 * reach / n;
  Mp100 sum = 0;
  for (int i = 0; i <= n; ++i)
    for (int k = 0; k <= n; ++k) sum += f(Mp100(-reach + i * h), Mp100(-reach + k * h));
  return sum * h * h;
}

}  // namespace

TEST_CASE("gaussian mean: identities, three routes of the entropy production, any dimension") {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    const int dimension = 1 + static_cast<int>(seed % 3);
    const auto l = random_learner<Mp100>(seed, dimension);
    const Mp100 t = Mp100(seed) / 7, start = value_of(gaussian_mean(l, Mp100(0)), "info_x_theta_given_b");
    const auto q = gaussian_mean(l, t);
    check_identities(q, start, 1e-45);
    check_markov(q, 1e-45);
    CHECK(close(ep_theta_by_heat(l, t), ep_theta(l, t), 1e-44, "I4"));
    CHECK(close(ep_theta_by_relative_entropy(l, t), ep_theta(l, t), 1e-44, "I5"));
    CHECK(close(ep_theta_by_current(l, t), ep_theta(l, t), 1e-44, "current"));
    CHECK(close(value_of(q, "ep_theta"), ep_theta(l, t), 1e-45));
  }
}

TEST_CASE("gaussian mean: nothing has happened at t = 0") {
  const auto q = gaussian_mean(random_learner<double>(3, 2), 0.0);
  for (const char* name :
       {"m_info", "l_info", "r_info", "lautum_info", "heat_theta", "ep_theta", "ep_theta_naive", "heat_x", "work_x",
        "flow_x", "flow_theta", "ep_x_given_b", "ep_x_naive", "ep_x_path", "reservoir_gap"})
    CHECK(value_of(q, name) == 0);
  CHECK(value_of(q, "info_x_theta") == value_of(q, "info_x_theta_given_b"));
  CHECK(value_of(q, "info_x_theta") > 0);
  CHECK(find(q, "efficiency") == nullptr);
}

TEST_CASE("gaussian mean: m_info and lautum_info by quadrature of their definitions") {
  const auto l = reference_learner<Mp100>();
  const Mp100 t = 2;
  const auto w = theta_law(l, l.coordinates[0], t);
  const Mp100 r = w.spread / w.v, total = 1 + r;  // θ = √v (z + √r β), β = (b̄ - m*)/sd
  auto density = [](const Mp100& x, const Mp100& variance) -> Mp100 {
    return exp(-x * x / (2 * variance)) / sqrt(2 * num::pi<Mp100>() * variance);
  };
  auto log_ratio = [&](const Mp100& beta, const Mp100& theta) -> Mp100 {  // ln p(θ|β)/p(θ)
    const Mp100 off = theta - sqrt(r) * beta;
    return -off * off / 2 + theta * theta / (2 * total) + log(total) / 2;
  };
  const Mp100 m_info = plane(
      [&](const Mp100& beta, const Mp100& z) -> Mp100 {
        return density(beta, 1) * density(z, 1) * log_ratio(beta, Mp100(z + sqrt(r) * beta));
      },
      120, Mp100(16));
  const Mp100 lautum = plane(
      [&](const Mp100& beta, const Mp100& z) -> Mp100 {
        return -density(beta, 1) * density(z, 1) * log_ratio(beta, Mp100(z * sqrt(total)));
      },
      120, Mp100(16));
  const auto q = gaussian_mean(l, t);
  CHECK(close(m_info, value_of(q, "m_info"), 1e-40));
  CHECK(close(lautum, value_of(q, "lautum_info"), 1e-40));
}

TEST_CASE("gaussian mean: losses and heat by integration over two examples and theta") {
  const double s = 0.75, t = 0.8, target = 0.6, width = 1.2;
  GaussianLearner<double> l{s, 1.3, 0.4, 0.25, {{DataMoments<double>::sampled(2, target, width * width), -0.5, 0.3}}};
  const auto w = theta_law(l, l.coordinates[0], t);
  const double h = 0.25, pi = num::pi<double>();
  double train = 0, regularised = 0, test = 0, norm = 0;
  for (double x = -7; x <= 7; x += h)
    for (double y = -7; y <= 7; y += h)
      for (double z = -7; z <= 7; z += h) {
        const double weight = std::exp(-(x * x + y * y + z * z) / 2), b1 = target + width * x, b2 = target + width * y;
        const double theta = -0.5 * (1 - w.g) + w.a * (b1 + b2) / 2 + std::sqrt(w.v) * z;
        const double loss =
            std::log(2 * pi * s * s) / 2 + ((b1 - theta) * (b1 - theta) + (b2 - theta) * (b2 - theta)) / (4 * s * s);
        norm += weight;
        train += weight * loss;
        regularised += weight * (loss + 0.25 * theta * theta / 2);
        const double off = target - theta;
        test += weight * (std::log(2 * pi * s * s) / 2 + (width * width + off * off) / (2 * s * s));
      }
  const auto q = gaussian_mean(l, t);
  CHECK(close(value_of(q, "loss_train"), train / norm, 1e-10));
  CHECK(close(value_of(q, "loss_test"), test / norm, 1e-10));
  // at t = 0: E(b - m_0)² + v_0 over 2s², and the weight decay of ρ_0
  const double start =
      std::log(2 * pi * s * s) / 2 + (width * width + 1.1 * 1.1 + 0.3) / (2 * s * s) + 0.25 * (0.25 + 0.3) / 2;
  CHECK(close(value_of(q, "heat_theta"), regularised / norm - start, 1e-10));
}

TEST_CASE("gaussian mean: I16 in the stationary state") {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    const auto l = random_learner<Mp100>(seed, 2);
    const auto q = gaussian_mean(l, Mp100(100000));
    CHECK(close<Mp100>(value_of(q, "generalization_gap"),
                       l.temperature * (value_of(q, "m_info") + value_of(q, "lautum_info")), 1e-45));
  }
}

TEST_CASE("gaussian mean: relative accuracy in double at any time") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const auto coarse = random_learner<double>(seed, 1);
    const auto fine = random_learner<Mp100>(seed, 1);
    for (double t : {1e-12, 1e-6, 1e-3, 1.0, 1e3}) {
      const auto a = gaussian_mean(coarse, t);
      const auto b = gaussian_mean(fine, Mp100(t));
      for (const char* name :
           {"m_info", "l_info", "r_info", "lautum_info", "ep_theta", "ep_theta_naive", "info_x_theta_given_b"})
        CHECK(close_relative(Mp100(value_of(a, name)), value_of(b, name), 1e-13,
                             std::string(name) + " at " + std::to_string(t)));
    }
  }
}

TEST_CASE("gaussian mean: double, 100 digits and balls agree") {
  const proven::Precision bits(400);
  for (double t : {1e-9, 0.3, 40.0}) {
    const auto q = gaussian_mean(random_learner<Mp100>(7, 2), Mp100(t));
    check_same(gaussian_mean(random_learner<double>(7, 2), t), q, 1e-13);
    check_against_balls(q, gaussian_mean(random_learner<proven::Ball>(7, 2), proven::Ball(t)), 1e-45);
  }
}

TEST_CASE("gaussian mean: fixed data inform about nothing") {
  GaussianLearner<double> l{0.5, 1, 0.3, 0.1, {{DataMoments<double>::given(1.25, 0.4), 0.0, 0.5}}};
  const auto q = gaussian_mean(l, 1.5);
  for (const char* name : {"m_info", "l_info", "r_info", "lautum_info", "efficiency"}) CHECK(value_of(q, name) == 0);
  CHECK(find(q, "loss_test") == nullptr);
  CHECK(find(q, "generalization_gap") == nullptr);
  CHECK(value_of(q, "ep_theta") > 0);
}

TEST_CASE("gaussian mean: parameters out of range are refused") {
  auto bad = [](auto change) {
    auto l = reference_learner<double>();
    change(l);
    CHECK_THROWS_AS(gaussian_mean(l, 1.0), InputError);
  };
  bad([](auto& l) { l.stddev = 0; });
  bad([](auto& l) { l.mobility = -1; });
  bad([](auto& l) { l.temperature = 0; });
  bad([](auto& l) { l.weight_decay = -0.1; });
  bad([](auto& l) { l.coordinates[0].initial_variance = 0; });
  bad([](auto& l) { l.coordinates.clear(); });
  CHECK_THROWS_AS(gaussian_mean(reference_learner<double>(), -1.0), InputError);
}

}  // namespace calor::gaussian_mean_test
