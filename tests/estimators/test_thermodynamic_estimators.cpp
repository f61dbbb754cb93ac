#include <doctest/doctest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "num/errors.hpp"
#include "tests/estimators/draws.hpp"
#include "validation/estimators/exact_gaussian.hpp"
#include "validation/estimators/exponential_average.hpp"
#include "validation/estimators/mean.hpp"
#include "validation/estimators/path_likelihood_ratio.hpp"
#include "validation/estimators/short_time_tur.hpp"
#include "validation/estimators/transition_counts.hpp"

namespace calor::thermodynamic_estimators_test {

using namespace estimators;

namespace {

double spread(const std::vector<double>& left_out) {
  double mean = 0, square = 0;
  const auto n = static_cast<double>(left_out.size());
  for (const double v : left_out) mean += v / n;
  for (const double v : left_out) square += (v - mean) * (v - mean);
  return std::sqrt(square * (n - 1) / n);
}

// A ring of three states: forward with probability 0.6, back with 0.1, else stay. Stationary: uniform, Σ per step = 0.5
// ln 6.
constexpr double forth = 0.6, back = 0.1;
const double ring_production = (forth - back) * std::log(forth / back);

std::size_t ring_step(test::Draws& draws, std::size_t state) {
  const double u = draws.uniform();
  return u < forth ? (state + 1) % 3 : u < forth + back ? (state + 2) % 3 : state;
}

double ring_log(std::size_t from, std::size_t to) {
  return std::log(to == (from + 1) % 3 ? forth : from == (to + 1) % 3 ? back : 1 - forth - back);
}

}  // namespace

TEST_CASE("Jarzynski: exact expectation for N = 1, 2 and large N; Monte Carlo within 4 standard errors") {
  CHECK(std::abs(expected_jarzynski(1.5, 2, 0.7, 1) - 1.5) < 1e-11);
  // N = 2: −ln((e^{−a} + e^{−b})/2) = (a + b)/2 − ln cosh((a − b)/2), a − b ~ N(0, 2 s²)
  for (const double s : {0.3, 1.0, 4.0, 12.0}) {
    const double correction = boost::math::quadrature::gauss_kronrod<double, 61>::integrate(
        [&](double g) {
          const double u = std::abs(s * g / std::numbers::sqrt2);
          return std::exp(-g * g / 2) * (u + std::log1p(std::exp(-2 * u)) - std::numbers::ln2);
        },
        0.0, 12.0, 12, 1e-13);
    const double exact = 2 - correction * 2 / std::sqrt(2 * std::numbers::pi);
    CHECK(std::abs(expected_jarzynski(2, s, 1, 2) - exact) < 1e-10);
  }
  // Large N: ΔF + T (e^{s²} − 1)/(2N)
  const double bias = expected_jarzynski(0, 0.5, 1, 100000) + 0.125;
  CHECK(bias * 2e5 == doctest::Approx(std::exp(0.25) - 1).epsilon(1e-3));

  test::Draws draws(1);
  std::vector<double> work(10);
  double bars = 0;
  const auto mc = test::replicate(20000, [&] {
    for (double& w : work) w = 1 + 1.2 * draws.gaussian();
    const Result r = jarzynski(work, 2);
    bars += r.standard_error / 20000;
    return r.value;
  });
  CHECK(mc.from(expected_jarzynski(1, 1.2, 2, 10)) < 4);
  CHECK(std::abs(bars / mc.deviation - 1) < 0.1);
  CHECK_THROWS_AS(jarzynski(work, 0), InputError);
  CHECK_THROWS_AS(jarzynski({}, 1), InputError);
}

TEST_CASE("Jarzynski's error is the jackknife by definition; work far from zero does not overflow") {
  std::vector<double> work{1, 2.5, 0.3, 4, -1};
  std::vector<double> left_out;
  for (std::size_t s = 0; s < 5; ++s) {
    auto rest = work;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(s));
    left_out.push_back(jarzynski(rest, 1.5).value);
  }
  CHECK(jarzynski(work, 1.5).standard_error == doctest::Approx(spread(left_out)).epsilon(1e-12));
  const double value = jarzynski(work, 1.5).value;
  for (double& w : work) w -= 1e5;
  CHECK(jarzynski(work, 1.5).value == doctest::Approx(value - 1e5).epsilon(1e-14));
}

TEST_CASE("integral fluctuation theorem: Gaussian entropy production of mean s^2/2 and variance s^2") {
  test::Draws draws(2);
  std::vector<double> sigma;
  for (int i = 0; i < 20000; ++i) sigma.push_back(0.32 + 0.8 * draws.gaussian());
  const Result right = integral_fluctuation(sigma);
  CHECK(std::abs(right.value - 1) < 4 * right.standard_error);
  for (double& s : sigma) s += 0.1;
  const Result wrong = integral_fluctuation(sigma);
  CHECK(std::abs(wrong.value - 1) > 4 * wrong.standard_error);
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(integral_fluctuation(std::vector<double>{0, infinity}).value == 0.5);
  CHECK_THROWS_AS(integral_fluctuation(std::vector<double>{0, -infinity}), InputError);
}

TEST_CASE("detailed fluctuation theorem: two measures that are not each other's mirror images") {
  // P = (1/8, 7/8), P~ = (1/2, 1/2), every outcome as often as it is probable: overlap 1/8 + 1/2 from both sides.
  const double rare = std::log(0.25), common = std::log(1.75);
  const std::vector<double> sigma{rare, common, common, common, common, common, common, common}, back{-rare, -common};
  const Result right = detailed_fluctuation(sigma, back);
  CHECK(std::abs(right.value) < 1e-15);
  CHECK(right.conventions.front().second == std::to_string(0.625));
  CHECK(right.standard_error == doctest::Approx(std::sqrt(9.0 / (56 * 56) + 9.0 / 64)).epsilon(1e-14));
  CHECK_THROWS_AS(detailed_fluctuation(sigma, {}), InputError);
  CHECK_THROWS_AS(detailed_fluctuation(std::vector<double>{std::nan("")}, back), InputError);
}

TEST_CASE("detailed fluctuation theorem: an entropy production that is too large by 0.4 shows, at nine nats too") {
  test::Draws draws(5);
  for (const double s : {0.8, 3.0, 4.2}) {  // Gaussian: mean s^2/2, variance s^2, forwards and backwards
    std::vector<double> sigma, back;
    for (int i = 0; i < 60000; ++i) {
      sigma.push_back(s * s / 2 + s * draws.gaussian());
      back.push_back(s * s / 2 + s * draws.gaussian());
    }
    const Result right = detailed_fluctuation(sigma, back);
    CHECK(std::abs(right.value) < 4 * right.standard_error);
    for (double& x : sigma) x += 0.4;
    const Result wrong = detailed_fluctuation(sigma, back);
    CHECK(std::abs(wrong.value) > 4 * wrong.standard_error);
  }
}

TEST_CASE("entropy production by path likelihoods: a ring in its stationary state") {
  test::Draws draws(3);
  constexpr std::size_t runs = 4000, steps = 12;
  std::vector<double> forward, backward, first(runs, std::log(1.0 / 3)), last(runs, std::log(1.0 / 3));
  for (std::size_t r = 0; r < runs; ++r) {
    std::size_t state = r % 3;
    for (std::size_t s = 0; s < steps; ++s) {
      const std::size_t next = ring_step(draws, state);
      forward.push_back(ring_log(state, next));
      backward.push_back(ring_log(next, state));
      state = next;
    }
  }
  const auto sigma = path_entropy_production(forward, backward, steps, first, last);
  const Result result = path_likelihood_ratio(sigma);
  CHECK(result.samples == runs);
  CHECK(std::abs(result.value - steps * ring_production) < 4 * result.standard_error);
  CHECK_THROWS_AS(path_entropy_production(forward, backward, 7), InputError);
  CHECK_THROWS_AS(path_entropy_production(forward, backward, steps, first), InputError);
  CHECK_THROWS_AS(path_likelihood_ratio({}), InputError);
  const double none = -std::numeric_limits<double>::infinity();
  CHECK(path_entropy_production(std::vector<double>{-1}, std::vector<double>{none}, 1)[0] == -none);
  CHECK_THROWS_AS(path_entropy_production(std::vector<double>{none}, std::vector<double>{-1}, 1), InputError);
}

TEST_CASE("integral fluctuation theorem on one step of the ring") {
  // ⟨e^{−σ}⟩ = Σ_ij p_i K_ij (p_j K_ji)/(p_i K_ij) = 1
  test::Draws draws(12);
  std::vector<double> forward, backward;
  for (std::size_t r = 0; r < 20000; ++r) {
    const std::size_t state = r % 3, next = ring_step(draws, state);
    forward.push_back(ring_log(state, next));
    backward.push_back(ring_log(next, state));
  }
  const Result ift = integral_fluctuation(path_entropy_production(forward, backward, 1));
  CHECK(std::abs(ift.value - 1) < 4 * ift.standard_error);
}

TEST_CASE("entropy production by transition counts: a stationary ring") {
  test::Draws draws(4);
  double bars = 0;
  const auto mc = test::replicate(200, [&] {
    std::vector<std::uint64_t> counts(9);
    for (std::size_t r = 0; r < 3000; ++r) {
      const auto state = static_cast<std::size_t>(3 * draws.uniform());
      ++counts[3 * state + ring_step(draws, state)];
    }
    const Result result = stationary_entropy_production(counts, 3);
    bars += result.standard_error / 200;
    return result.value;
  });
  // leading bias of Σ p ln(p_ij/p_ji): (1/2N) Σ_pairs (p_ij + p_ji)²/(p_ij p_ji)
  const double bias = 3 * std::pow(forth + back, 2) / (forth * back) / (2 * 3000.0);
  CHECK(mc.from(ring_production + bias) < 4);
  CHECK(std::abs(bars / mc.deviation - 1) < 0.2);
  const std::vector<std::uint64_t> balanced{5, 7, 7, 1};
  CHECK(stationary_entropy_production(balanced, 2).value == 0);
  const std::vector<std::uint64_t> one_way{5, 7, 0, 1};
  CHECK(std::isinf(stationary_entropy_production(one_way, 2).value));
  CHECK(stationary_entropy_production(one_way, 2, OneWay::drop).value == 0);
  CHECK_THROWS_AS(stationary_entropy_production(one_way, 3), InputError);
}

TEST_CASE("entropy production by transition counts: a relaxing two-state jump process") {
  // Rates up = 0.5, down = 1.5 from state 0 for a time 1; Σ = ΔS + ⟨n_up − n_down⟩ ln(up/down), the last mean being
  // ρ_1(1).
  constexpr double up = 0.5, down = 1.5, time = 1;
  const double rho = up / (up + down) * (1 - std::exp(-(up + down) * time));
  const double exact = -rho * std::log(rho) - (1 - rho) * std::log1p(-rho) + rho * std::log(up / down);
  test::Draws draws(5);
  double bars = 0;
  const auto one_run = [&] {
    RunCounts run{std::vector<std::uint64_t>(4), std::vector<double>(2), {1, 0}, {0, 0}};
    std::size_t state = 0;
    for (double left = time; left > 0;) {
      const double stay = -std::log(1 - draws.uniform()) / (state == 0 ? up : down);
      run.dwell[state] += std::min(stay, left);
      left -= stay;
      if (left <= 0) break;
      ++run.transitions[2 * state + (1 - state)];
      state = 1 - state;
    }
    ++run.last[state];
    return run;
  };
  const auto mc = test::replicate(60, [&] {
    std::vector<RunCounts> runs(2000);
    for (RunCounts& run : runs) run = one_run();
    const Result result = relaxing_entropy_production(runs);
    bars += result.standard_error / 60;
    return result.value;
  });
  CHECK(mc.from(exact) < 4);
  CHECK(std::abs(bars / mc.deviation - 1) < 0.3);
  RunCounts run{{0, 1, 1, 0}, {1, 0}, {1, 1}, {1, 1}};
  CHECK_THROWS_WITH_AS(relaxing_entropy_production(std::vector{run}), doctest::Contains("state 1"), InputError);
  run.last = {1, 0};
  CHECK_THROWS_AS(relaxing_entropy_production(std::vector{run}), InputError);
  CHECK_THROWS_AS(relaxing_entropy_production({}), InputError);
}

TEST_CASE("short-time TUR: unbiased for Gaussian currents, jackknife by definition") {
  // Langevin with drift v and diffusion D: σ = v·D⁻¹v; J = v dt + √(2 D dt) ξ for two independent coordinates
  constexpr double dt = 0.01, vx = 1.5, vy = -0.5, dx = 0.7, dy = 0.2;
  const double exact = vx * vx / dx + vy * vy / dy;
  test::Draws draws(6);
  std::vector<double> currents;
  const auto sample = [&](int n) {
    currents.clear();
    for (int i = 0; i < n; ++i) {
      currents.push_back(vx * dt + std::sqrt(2 * dx * dt) * draws.gaussian());
      currents.push_back(currents.back() + vy * dt + std::sqrt(2 * dy * dt) * draws.gaussian());  // mixed: x and x + y
    }
  };
  double bars = 0;
  const auto mc = test::replicate(3000, [&] {
    sample(50);
    const Result r = short_time_tur(currents, 2, dt);
    bars += r.standard_error / 3000;
    return r.value;
  });
  CHECK(mc.from(exact) < 4);
  CHECK(std::abs(bars / mc.deviation - 1) < 0.25);

  sample(12);
  std::vector<double> left_out;
  for (std::ptrdiff_t s = 0; s < 12; ++s) {
    auto rest = currents;
    rest.erase(rest.begin() + 2 * s, rest.begin() + 2 * s + 2);
    left_out.push_back(short_time_tur(rest, 2, dt).value);
  }
  CHECK(short_time_tur(currents, 2, dt).standard_error == doctest::Approx(spread(left_out)).epsilon(1e-9));
  CHECK_THROWS_AS(short_time_tur(currents, 0, dt), InputError);
  CHECK_THROWS_AS(short_time_tur(std::vector<double>(20, 1.0), 2, dt), InputError);
  CHECK_THROWS_AS(short_time_tur(currents, 2, 0), InputError);
}

}  // namespace calor::thermodynamic_estimators_test
