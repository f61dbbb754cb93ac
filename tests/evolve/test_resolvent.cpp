// Many digits on wide spectra: polynomials of resolvents against polynomials of H; central differences in the tails.

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "evolve/central.hpp"
#include "evolve/chebyshev.hpp"
#include "evolve/interpolated.hpp"
#include "evolve/resolvent.hpp"
#include "evolve/spectral.hpp"
#include "num/errors.hpp"

namespace calor::evolve {

namespace {

using num::Mp100;
using num::Vector;

/// L = ln 2cosh(theta) - m theta + lambda theta²/2 at temperature T: two spins with one coupling.
struct Well {
  Mp100 m{"0.3"}, lambda{"0.3"}, temperature{"0.2"}, mean{"0.5"}, stddev{"0.4"};

  Problem<Mp100> on(const grid::Grid<Mp100>& grid, int radius) const {
    Problem<Mp100> p;
    p.grid = grid;
    p.temperature = temperature;
    p.radius = radius;
    for (int i = 0; i < grid.size; ++i) {
      const Mp100 x = grid.node(i), t = tanh(x), z = (x - mean) / stddev;
      p.loss.push_back(log(Mp100(2 * cosh(x))) - m * x + lambda * x * x / 2);
      p.slope.push_back(t - m + lambda * x);
      p.curvature.push_back(1 - t * t + lambda);
      p.log_initial.push_back(-z * z / 2 - log(Mp100(stddev * sqrt(Mp100(2 * num::pi<Mp100>())))));
    }
    return p;
  }
};

grid::Grid<Mp100> nodes(double reach, double spacing) {
  const int half = static_cast<int>(reach / spacing);
  return {Mp100(-half * spacing), Mp100(spacing), 2 * half + 1};
}

double largest(const num::Matrix<Mp100>& a) { return num::to_double(Mp100(a.cwiseAbs().maxCoeff())); }

}  // namespace

TEST_CASE("central differences are exact for the polynomials they were made for, and no further") {
  for (const int r : {1, 2, 7, 40}) {
    const Central<Mp100> c(r);
    for (int power = 1; power <= 2 * r + 2; ++power) {  // of x^power at 1, spacing 1/2r
      const auto f = [&](int k) { return pow(Mp100(1 + Mp100(k) / (2 * r)), power); };
      Mp100 first = 0, second = 0;
      for (int k = 1; k <= r; ++k) {
        first += c.first[static_cast<std::size_t>(k)] * (f(k) - f(-k)) * (2 * r);
        second += c.second[static_cast<std::size_t>(k)] * (f(k) + f(-k) - 2) * (4 * r * r);
      }
      const double off = num::to_double(Mp100(abs(Mp100(first - power)))),
                   bent = num::to_double(Mp100(abs(Mp100(second - power * (power - 1)))));
      CAPTURE(r);
      CAPTURE(power);
      CHECK((off < 1e-80) == (power <= 2 * r));
      CHECK((bent < 1e-80) == (power <= 2 * r + 1));
    }
  }
}

TEST_CASE("polynomials of resolvents and of H give the same exponential and the same integral") {
  const Well well;
  for (const int radius : {0, 12}) {  // a full matrix and a band
    const auto p = well.on(nodes(6, 0.05), radius);
    const auto h = hamiltonian(p);
    const Mp100 upper =
        h.upper(p.diffusion() * num::pi<Mp100>() * num::pi<Mp100>() / (p.grid.spacing * p.grid.spacing));
    const Vector<Mp100> v = root_weight(p);
    Vector<Mp100> start(v.size());
    for (Eigen::Index i = 0; i < v.size(); ++i) start[i] = exp(p.log_initial[static_cast<std::size_t>(i)]) / v[i];
    // before the first resolvent, within the first, beyond it
    const std::vector<Mp100> times{Mp100(0), Mp100("0.1"), Mp100("1.7"), Mp100(30), Mp100(31)};
    const std::vector<int> integrated{1, 3, 4};
    for (const char* digits : {"1e-30", "1e-65"}) {
      if (radius == 0 && digits != std::string("1e-30")) continue;
      const Mp100 epsilon(digits), size = start.norm();
      const auto a = exponential_by_resolvents(h, start, times, upper, epsilon, integrated);
      const auto b = exponential_by_chebyshev(h, start, times, upper, epsilon / 1000, integrated);
      CHECK(largest(a.state - b.state) < num::to_double(Mp100(epsilon * size)));
      CHECK(largest(a.integral - b.integral) < 31 * num::to_double(Mp100(epsilon * size)));
      CHECK(largest(a.state - b.state) > 0);
      // where no integral is asked for, 61 bits do if that is said
      const auto c = exponential_by_resolvents(h, start, times, upper, epsilon, integrated, 61);
      for (Eigen::Index j = 0; j < 5; ++j) {
        const double off = largest(c.state.col(j) - a.state.col(j));
        CHECK(off <= ((j == 0 || j == 2) ? 1e-16 : 1e-30) * num::to_double(size));
      }
    }
  }
}

TEST_CASE("resolvents: more digits than the numbers have, and what is not finite") {
  const Well well;
  const auto p = well.on(nodes(5, 0.1), 8);
  const auto h = hamiltonian(p);
  const Mp100 upper = h.upper(p.diffusion() * num::pi<Mp100>() * num::pi<Mp100>() / (p.grid.spacing * p.grid.spacing));
  Vector<Mp100> v(p.grid.size);
  for (Eigen::Index i = 0; i < v.size(); ++i) v[i] = exp(Mp100(-Mp100(i - 50) * (i - 50) / 40));
  const std::vector<Mp100> times{Mp100(40)};
  // both ways in integers of 150 decimals: what they share is the rounding of H and v
  const auto a = exponential_by_resolvents(h, v, times, upper, Mp100("1e-150"));
  const auto b = exponential_by_chebyshev(h, v, times, upper, Mp100("1e-155"));
  CHECK(largest(a.state - b.state) < 1e-98);  // entries of N and X are rounded separately
  v[3] = num::infinity<Mp100>();
  CHECK_THROWS_AS(exponential_by_resolvents(h, v, times, upper, Mp100("1e-30")), InternalError);
}

TEST_CASE("central differences keep the relative accuracy of tails, which sinc collocation loses") {
  const Well well;
  const std::vector<Mp100> times{Mp100(400)};  // e^-100 from the stationary density
  for (const int radius : {0, 30}) {
    const auto p = well.on(nodes(9, 0.06), radius);
    const auto solution = Spectral<Mp100>(60).solve(p, times);
    // against the Gibbs density, normalised at its top, where it is some e-folds deep and not near the ends
    const auto top = static_cast<std::size_t>(p.grid.size / 2);
    double deep = 0, worst = 0;
    for (std::size_t i = 0; i < p.loss.size(); ++i) {
      const double x = num::to_double(p.grid.node(static_cast<int>(i)));
      if (std::fabs(x) > 5.5) continue;
      const Mp100 s = (p.loss[i] - p.loss[top]) / p.temperature;
      const Mp100 off = solution.log_density[0][i] - solution.log_density[0][top] + s;
      worst = std::max(worst, std::fabs(num::to_double(off)));
      deep = std::max(deep, num::to_double(s));
    }
    CHECK(deep > 50);
    if (radius > 0)
      CHECK(worst < 1e-20);
    else
      CHECK(worst > 1e-15);
  }
}

TEST_CASE("data sets interpolated in many digits are those solved by themselves") {
  const auto grid = nodes(5, 0.08);
  const auto problem = [&](const Mp100& share) {
    Well well;
    well.m = Mp100("-0.4") + Mp100("0.8") * share;
    auto p = well.on(grid, 20);
    p.integrated = {1, 2};
    return p;
  };
  const std::vector<Mp100> times{Mp100("0.3"), Mp100("0.7"), Mp100(5)};
  const Spectral<Mp100> solver(45);
  const Interpolated<Mp100> interpolated(problem, Mp100(0), Mp100(1), 48, solver, times, 2, {});
  const auto p = problem(Mp100("0.123"));
  const auto a = interpolated.solve(p, times), b = solver.solve(p, times);
  for (const std::size_t j : {std::size_t{1}, std::size_t{2}}) {
    double density = 0, tail = 0, sum = 0;
    for (std::size_t i = 0; i < p.loss.size(); ++i) {
      density = std::max(density, num::to_double(Mp100(abs(Mp100(a.density[j][i] - b.density[j][i])))));
      if (b.log_round_off[j][i] < Mp100(1e-20) && a.log_round_off[j][i] < Mp100(1e-20))
        tail = std::max(tail, num::to_double(Mp100(abs(Mp100(a.log_density[j][i] - b.log_density[j][i])))));
      REQUIRE(a.round_off_at[j][i] < Mp100(1e-20));  // also where no ln rho means anything
      sum = std::max(sum, num::to_double(Mp100(abs(Mp100(a.accumulated[j - 1][i] - b.accumulated[j - 1][i])))));
    }
    CHECK(density < 1e-22);
    CHECK(tail < 1e-18);
    CHECK(sum < 1e-20);
    CHECK(density > 0);
    CHECK(num::to_double(Mp100(abs(Mp100(a.ep_rate[j] / b.ep_rate[j] - 1)))) < 1e-11);
  }
}

}  // namespace calor::evolve
