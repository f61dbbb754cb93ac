#include "analytic/bernoulli.hpp"
#include "close.hpp"
#include "num/errors.hpp"

namespace calor::bernoulli_test {

using namespace analytic;
using namespace test;
using num::Mp100;
using num::Rational;

TEST_CASE("type weights: exactly those of all sequences, and they sum to exactly 1") {
  const std::vector<Rational> target{Rational(1, 5), Rational(3, 10), Rational(1, 2)};
  const long size = 5;
  const auto types = multinomial_weights(size, target);
  CHECK(types.size() == 21);
  std::vector<Rational> counted(types.size());
  for (int code = 0; code < 243; ++code) {  // every sequence of five outcomes
    std::vector<long> counts(3);
    Rational p = 1;
    for (int i = 0, rest = code; i < 5; ++i, rest /= 3)
      ++counts[static_cast<std::size_t>(rest % 3)], p *= target[static_cast<std::size_t>(rest % 3)];
    for (std::size_t k = 0; k < types.size(); ++k)
      if (types[k].counts == counts) counted[k] += p;
  }
  Rational sum = 0;
  for (std::size_t k = 0; k < types.size(); ++k) {
    CHECK(types[k].weight == counted[k]);
    sum += types[k].weight;
  }
  CHECK(sum == 1);
  const auto binomial = binomial_weights(1000, Rational(7, 10));
  sum = 0;
  Rational mean = 0;
  for (std::size_t k = 0; k < binomial.size(); ++k)
    sum += binomial[k], mean += binomial[k] * Rational(static_cast<long>(k));
  CHECK(sum == 1);
  CHECK(mean == 700);
}

TEST_CASE("memorised types: L-info is h(p*) - Σ Bin h(k/N), and what N = 1 must give") {
  for (long size : {1L, 2L, 8L, 50L}) {
    const Rational p(3, 10);
    const auto q = memorised_limit<Mp100>(size, {p, Rational(1 - p)});
    CHECK(close<Mp100>(value_of(q, "l_info"), value_of(q, "entropy_x") - value_of(q, "entropy_x_given_b"), 1e-47));
    CHECK(close(value_of(q, "m_info"), type_entropy<Mp100>(size, {p, Rational(1 - p)}), 1e-48));
    check_same(q, memorised_limit<num::Mp200>(size, {p, Rational(1 - p)}), 1e-47);
    CHECK(value_of(q, "l_info") <= value_of(q, "m_info"));
    CHECK(value_of(q, "loss_test") == num::infinity<Mp100>());
  }
  const auto one = memorised_limit<double>(1, {Rational(1, 2), Rational(1, 2)});
  CHECK(close(value_of(one, "m_info"), std::log(2.0), 1e-15));
  CHECK(close(value_of(one, "l_info"), std::log(2.0), 1e-15));
  const auto sure = memorised_limit<double>(4, {Rational(1), Rational(0)});
  CHECK(value_of(sure, "m_info") == 0);
  CHECK(value_of(sure, "loss_test") == 0);
}

TEST_CASE("memorised types: large N follows (K-1)/2N, H(type) the Gaussian entropy") {
  const std::vector<Rational> fair{Rational(1, 2), Rational(1, 2)};
  const auto q = memorised_limit<Mp100>(1000, fair);
  // h(p) - E h(k/N) = 1/2N + 1/12N² (p(1-p) = 1/4: third-order terms cancel, fourth-order gives Σ of μ_4/12 (1/p³ +
  // 1/q³))
  const Mp100 n = 1000;
  CHECK(close<Mp100>(value_of(q, "l_info") * 2 * n, 1 + 1 / (2 * n), 2e-6));
  CHECK(close<Mp100>(value_of(q, "m_info"), log(2 * num::pi<Mp100>() * exp(Mp100(1)) * n / 4) / 2, 1e-6));
}

TEST_CASE("type weights: bad targets are refused") {
  CHECK_THROWS_AS(multinomial_weights(0, {Rational(1)}), InputError);
  CHECK_THROWS_AS(multinomial_weights(3, {Rational(1, 2), Rational(1, 3)}), InputError);
  CHECK_THROWS_AS(multinomial_weights(3, {Rational(3, 2), Rational(-1, 2)}), InputError);
  CHECK_THROWS_AS(binomial_weights(3, Rational(3, 2)), InputError);
}

}  // namespace calor::bernoulli_test
