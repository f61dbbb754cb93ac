#include "analytic/gibbs.hpp"
#include "analytic/quadrature.hpp"
#include "close.hpp"
#include "num/errors.hpp"

namespace calor::gibbs_test {

using namespace analytic;
using namespace test;
using num::Mp100;
using num::Rational;

TEST_CASE("gibbs: I16, the gap by the losses against T (m_info + lautum_info) by relative entropies") {
  const Mp100 temperature = 0.125, decay = 0.125;
  for (const auto& e : {coin_ensemble<Mp100>(8, Rational(7, 10), decay, temperature),
                        ising_pair_ensemble<Mp100>(6, Rational(3, 5), decay, temperature)}) {
    const auto q = gibbs(e);
    CHECK(close<Mp100>(value_of(q, "generalization_gap"),
                       temperature * (value_of(q, "m_info") + value_of(q, "lautum_info")), 1e-45, "I16"));
    CHECK(close<Mp100>(value_of(q, "m_info"), value_of(q, "entropy_theta") - value_of(q, "entropy_theta_given_b"),
                       1e-45, "m_info"));
    check_markov(q, 1e-45);
    CHECK(value_of(q, "l_info") > 0);
  }
}

TEST_CASE("gibbs: tanh-sinh quadrature over a finite interval gives the same") {
  const auto e = coin_ensemble<double>(3, Rational(2, 5), 0.25, 0.5);
  std::array<double, 4> z{};
  for (std::size_t b = 0; b < 4; ++b)
    z[b] = integrate<double, 1>(
        [&](double theta) -> std::array<double, 1> { return {std::exp(-e.loss(theta, b) / 0.5)}; }, -20.0, 20.0)[0];
  // m_info, lautum_info, training loss, E p(1|θ), S(X|Θ)
  const auto sums = integrate<double, 5>(
      [&](double theta) {
        std::array<double, 4> rho{};
        double mean = 0;
        for (std::size_t b = 0; b < 4; ++b)
          rho[b] = std::exp(-e.loss(theta, b) / 0.5) / z[b], mean += e.weights[b] * rho[b];
        const double p = 1 / (1 + std::exp(-theta)), h = -p * std::log(p) - (1 - p) * std::log(1 - p);
        std::array<double, 5> out{0, 0, 0, mean * p, mean * h};
        for (std::size_t b = 0; b < 4; ++b) {
          out[0] += e.weights[b] * rho[b] * std::log(rho[b] / mean);
          out[1] += e.weights[b] * mean * std::log(mean / rho[b]);
          out[2] += e.weights[b] * rho[b] * e.training(theta, b);
        }
        return out;
      },
      -20.0, 20.0);
  const auto q = gibbs(e);
  CHECK(close(value_of(q, "m_info"), sums[0], 1e-13, "m_info"));
  CHECK(close(value_of(q, "lautum_info"), sums[1], 1e-13, "lautum_info"));
  CHECK(close(value_of(q, "loss_train"), sums[2], 1e-13, "loss_train"));
  CHECK(close(value_of(q, "entropy_x"), -sums[3] * std::log(sums[3]) - (1 - sums[3]) * std::log(1 - sums[3]), 1e-13,
              "entropy_x"));
  CHECK(close(value_of(q, "entropy_x_given_theta"), sums[4], 1e-13, "S(X|Θ)"));
}

TEST_CASE("gibbs: quadratic losses have Gaussian stationary densities") {
  // L_b = k(θ - c_b)²/2, π_b = N(c_b, T/k): S(Θ|B) = ½ ln(2πeT/k), m_info + lautum_info = k Var(c)/T
  const Mp100 k = 1.5, temperature = 0.25;
  GibbsEnsemble<Mp100> e;
  e.temperature = temperature;
  e.weights = {Mp100(0.25), Mp100(0.5), Mp100(0.25)};
  const std::vector<Mp100> centre{Mp100(-1), Mp100(0.5), Mp100(3)};
  e.loss = e.training = [=](const Mp100& theta, std::size_t b) {
    return Mp100(k * (theta - centre[b]) * (theta - centre[b]) / 2);
  };
  e.outcomes = [](const Mp100&) { return std::vector<Mp100>{Mp100(0.5), Mp100(0.5)}; };
  const auto q = gibbs(e);
  CHECK(
      close<Mp100>(value_of(q, "entropy_theta_given_b"), (log(2 * num::pi<Mp100>() * temperature / k) + 1) / 2, 1e-45));
  CHECK(close<Mp100>(value_of(q, "m_info") + value_of(q, "lautum_info"), k * Mp100(2.0625) / temperature, 1e-44));
  CHECK(close<Mp100>(value_of(q, "loss_train"), temperature / 2, 1e-45));
  CHECK(close<Mp100>(value_of(q, "l_info"), Mp100(0), 1e-45));
  CHECK(find(q, "loss_test") == nullptr);
}

TEST_CASE("gibbs: low temperature, double and 100 digits") {
  const Mp100 temperature = 0.015625;
  const auto q = gibbs(coin_ensemble<Mp100>(8, Rational(7, 10), Mp100(0.125), temperature));
  check_same(gibbs(coin_ensemble<double>(8, Rational(7, 10), 0.125, 0.015625)), q, 1e-12);
  CHECK(close<Mp100>(value_of(q, "generalization_gap"),
                     temperature * (value_of(q, "m_info") + value_of(q, "lautum_info")), 1e-44, "I16"));
  CHECK(
      close<Mp100>(value_of(q, "m_info"), value_of(q, "entropy_theta") - value_of(q, "entropy_theta_given_b"), 1e-44));
}

TEST_CASE("gibbs: what cannot be normalised is refused") {
  CHECK_THROWS_AS(gibbs(coin_ensemble<double>(2, Rational(1, 2), 0.0, 1.0)), InputError);
}

}  // namespace calor::gibbs_test
