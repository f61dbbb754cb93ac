#include <algorithm>
#include <random>

#include "analytic/exponentials.hpp"
#include "analytic/quadrature.hpp"
#include "close.hpp"

namespace calor::exponentials_test {

using namespace analytic;
using namespace test;
using num::Mp100;
using num::Mp200;

namespace {

// Σ_i e^{-r_i t} / Π_{j≠i} (r_j - r_i): the textbook formula, in 200 digits with coinciding rates pulled apart by
// 1e-30.
Mp200 textbook(double t, const std::vector<double>& rates) {
  Mp200 sum = 0;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    auto rate = [&](std::size_t k) { return Mp200(Mp200(rates[k]) + Mp200(1e-30) * static_cast<int>(k)); };
    Mp200 term = exp(-rate(i) * Mp200(t));
    for (std::size_t j = 0; j < rates.size(); ++j)
      if (j != i) term /= rate(j) - rate(i);
    sum += term;
  }
  return sum;
}

}  // namespace

TEST_CASE("convolved exponentials: relative accuracy for any rates, coinciding and far apart") {
  std::mt19937 gen(11);
  for (int trial = 0; trial < 3000; ++trial) {
    std::vector<double> rates;
    const std::size_t n = 1 + gen() % 5;
    for (std::size_t i = 0; i < n; ++i) {
      const double fresh =
          gen() % 4 == 0 ? 0.0 : std::ldexp(1.0, static_cast<int>(gen() % 16) - 8) * static_cast<double>(1 + gen() % 9);
      rates.push_back(i > 0 && gen() % 3 == 0 ? rates[gen() % i] : fresh);
    }
    const double t = std::ldexp(1.0, static_cast<int>(gen() % 24) - 20);
    if (*std::min_element(rates.begin(), rates.end()) * t > 600) continue;  // below double's range
    const Mp100 exact(textbook(t, rates));
    CHECK(close_relative(Mp100(convolved_exponentials(t, rates)), exact, 4e-15, "double"));
    CHECK(close_relative(Mp100(convolved_exponentials<Mp100>(Mp100(t), {rates.begin(), rates.end()})), exact, 1e-25,
                         "100 digits"));
  }
}

TEST_CASE("geometric sums, entropy excess, log deficit near their removable zeros") {
  for (double p : {0.0, 1e-17, 1e-9, 0.3, 0.7, 1.0, 1.9, 2.0, -0.01})
    for (long n : {0L, 1L, 7L, 40L}) {
      Mp100 sum = 0, power = 1;
      for (long i = 0; i < n; ++i, power *= 1 - Mp100(p)) sum += power;
      CHECK(close(Mp100(geometric_sum(p, n)), sum, 4e-15));
    }
  for (double z : {1e-200, 1e-9, -1e-9, 0.3, -0.3, 0.49, 0.51, -0.49, -0.9, 25.0}) {
    const Mp100 deep = z, log1 = log(1 + deep);
    if (std::abs(z) > 1e-100) {
      CHECK(close_relative<Mp100>(Mp100(log_deficit(z)), deep - log1, 4e-15, "deficit"));
      CHECK(close_relative<Mp100>(Mp100(entropy_excess(z)), (1 + deep) * log1 - deep, 4e-15, "excess"));
    }
  }
  CHECK(entropy_excess(-1.0) == 1);
}

TEST_CASE("tanh-sinh: known integrals, several at once, in panels") {
  const auto a = integrate<Mp100, 2>(
      [](const Mp100& x) -> std::array<Mp100, 2> {
        return {exp(x), 1 / (1 + x * x)};
      },
      Mp100(0), Mp100(1));
  CHECK(close<Mp100>(a[0], exp(Mp100(1)) - 1, 1e-48));
  CHECK(close<Mp100>(a[1], num::pi<Mp100>() / 4, 1e-48));
  const auto b = integrate_from_zero<Mp100, 1>(
      [](const Mp100& x) -> std::array<Mp100, 1> { return {1 / (x + Mp100(1e-6))}; }, Mp100(3), Mp100(1e-6));
  CHECK(close<Mp100>(b[0], log((3 + Mp100(1e-6)) / Mp100(1e-6)), 1e-46));
  CHECK(integrate_from_zero<double, 1>([](double) -> std::array<double, 1> { return {1}; }, 0.0, 1.0)[0] == 0);
}

}  // namespace calor::exponentials_test
