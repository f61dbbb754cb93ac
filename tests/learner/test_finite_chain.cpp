#include <doctest/doctest.h>

#include "evolve/march.hpp"

namespace calor::finite_chain_test {

using namespace evolve;
using num::Matrix;
using num::Mp100;
using num::Vector;

namespace {

/// A birth–death chain with rates that differ by orders of magnitude, reversible with respect to `pi`.
template <num::Real R>
struct Reversible {
  std::vector<Edge<R>> edges;
  Vector<R> pi;
  explicit Reversible(int n, double spread) : pi(Vector<R>::Ones(n)) {
    using std::exp;
    for (int i = 0; i + 1 < n; ++i) {
      const R u = R(spread * ((7 * i) % 5 - 2));
      edges.push_back({i, i + 1, exp(R(-u / 2)), exp(R(u / 2))});
      pi[i + 1] = pi[i] * exp(-u);
    }
    pi /= R(pi.sum());
  }

  /// exp(tW) p by the eigenvectors of the symmetrised generator.
  Vector<R> spectral(const Vector<R>& p, const R& t) const {
    using std::exp, std::sqrt;
    const Eigen::Index n = pi.size();
    Matrix<R> symmetric = Matrix<R>::Zero(n, n);
    for (const auto& e : edges) {
      symmetric(e.a, e.a) -= e.forth;
      symmetric(e.b, e.b) -= e.back;
      symmetric(e.a, e.b) = symmetric(e.b, e.a) = sqrt(R(e.forth * e.back));
    }
    const Eigen::SelfAdjointEigenSolver<Matrix<R>> solver(symmetric);
    Vector<R> root(n), c(n);
    for (Eigen::Index i = 0; i < n; ++i) root[i] = sqrt(pi[i]);
    c = solver.eigenvectors().transpose() * p.cwiseQuotient(root);
    for (Eigen::Index i = 0; i < n; ++i) c[i] *= exp(R(t * solver.eigenvalues()[i]));
    return root.cwiseProduct(Vector<R>(solver.eigenvectors() * c));
  }
};

}  // namespace

TEST_CASE("finite chain: positive arithmetic agrees with eigenvectors, short and long times, entry by entry") {
  const Reversible<Mp100> exact(9, 2.5);
  const Reversible<double> rough(9, 2.5);
  ChainPropagator<double> propagator({9, rough.edges}, Matrix<double>::Identity(9, 9));
  const Vector<double> start = Vector<double>::Unit(9, 4);
  for (const double t : {1e-3, 0.3, 7.0, 200.0, 3e5, 1e9}) {
    const std::vector<double> times{t};
    const auto flight = propagator.advance(start, times).front();
    const Vector<Mp100> truth = exact.spectral(Vector<Mp100>::Unit(9, 4), Mp100(t));
    for (Eigen::Index i = 0; i < 9; ++i) {
      INFO("t = " << t << ", state " << i);
      const double x = num::to_double(truth[i]);
      CHECK(std::fabs(flight.state[i] / x - 1) < 1e-12);  // also where x is 1e-30
    }
    // int_0^t p = sum over states: t; and W int_0^t p = p(t) - p(0)
    CHECK(flight.integral.sum() == doctest::Approx(t).epsilon(1e-12));
    Vector<double> change = Vector<double>::Zero(9);
    double size = 0;
    for (const auto& e : rough.edges) {
      const double forth = e.forth * flight.integral[e.a], back = e.back * flight.integral[e.b];
      change[e.a] -= forth - back;
      change[e.b] += forth - back;
      size = std::max(size, forth + back);
    }
    CHECK((change - (flight.state - start)).cwiseAbs().maxCoeff() < 1e-12 * (1 + size));
  }
}

TEST_CASE("finite chain: a long time in one go or in pieces") {
  const Reversible<double> chain(40, 1.0);
  ChainPropagator<double> one({40, chain.edges}, Matrix<double>::Zero(0, 40)),
      other({40, chain.edges}, Matrix<double>::Zero(0, 40));
  const std::vector<double> whole{1000.0}, piece{1.0};
  Vector<double> p = Vector<double>::Unit(40, 0);
  const auto ladder = one.advance(p, whole).front();
  for (int k = 0; k < 1000; ++k) p = other.advance(p, piece).front().state;
  CHECK((p - ladder.state).cwiseQuotient(p).cwiseAbs().maxCoeff() < 2e-12);
}

TEST_CASE("finite chain: many states and fast rates by rational approximation agree with uniformization") {
  const int n = 2500;
  std::vector<Edge<double>> edges;  // diffusion in a well, D = 1 in units of 1/400 of the chain
  for (int i = 0; i + 1 < n; ++i) {
    const double x = 10.0 * (i - n / 2) / n, u = 10.0 / n * x;
    edges.push_back({i, i + 1, 6e4 * std::exp(-u / 2), 6e4 * std::exp(u / 2)});
  }
  Vector<double> start = Vector<double>::Zero(n);
  for (int i = 0; i < n; ++i) start[i] = std::exp(-std::pow((i - 1600) / 150.0, 2));
  start /= start.sum();
  ChainPropagator<double> chain({n, edges}, Matrix<double>::Zero(0, n));
  const std::vector<double> whole{0.1, 0.8}, piece{0.1};
  const auto rational = chain.advance(start, whole);  // 0.8 q n = 2.4e8 products
  Vector<double> p = start;
  for (int k = 0; k < 8; ++k) {
    p = chain.advance(p, piece).front().state;
    if (k == 0) CHECK((p - rational[0].state).cwiseAbs().maxCoeff() <= rational[0].left_out + 1e-17);
  }
  CHECK(rational[0].integral.size() == 0);
  CHECK(rational[1].left_out > 0);
  CHECK(rational[1].left_out < 1e-15);
  CHECK((p - rational[1].state).cwiseAbs().maxCoeff() <= rational[1].left_out + 1e-17);
  CHECK(std::fabs(rational[1].state.sum() - 1) < 1e-12);
}

TEST_CASE("march: an entropy production that begins like ln t, two states") {
  using std::exp, std::log, std::fabs;
  // rates a, b; from (0, 1): p(t) = pi (1 - e^{-(a+b)t}); Sigma = D(p_0||pi) - D(p_t||pi)
  const Mp100 a("0.7"), b("1.9"), sum = a + b;
  Vector<Mp100> pi(2), start(2);
  pi << b / sum, a / sum;
  start << Mp100(0), Mp100(1);
  ChainPropagator<Mp100> propagator({2, {{0, 1, a, b}}}, Matrix<Mp100>(0, 2));
  const RateFunction<Mp100> rates = [&](const Vector<Mp100>& p) {
    Rates<Mp100> out{Vector<Mp100>::Zero(1), Vector<Mp100>::Zero(1)};
    const Mp100 forth = a * p[0], back = b * p[1];
    if (forth > 0 && back > 0) {
      out.value[0] = (forth - back) * log(Mp100(forth / back));
      out.size[0] = fabs(out.value[0]);
    }
    return out;
  };
  const std::vector<Mp100> points{Mp100(0), Mp100("0.4"), Mp100(3)};
  const auto q = quadrature<Mp100>(26, true, Mp100("1e-48"), 0.3);
  const auto stations = march(propagator, start, std::span<const Mp100>(points), rates, q);
  for (std::size_t j = 1; j < points.size(); ++j) {
    const Mp100 p = pi[0] * (1 - exp(Mp100(-sum * points[j])));
    const Mp100 exact = -log(pi[1]) - p * log(Mp100(p / pi[0])) - (1 - p) * log(Mp100((1 - p) / pi[1]));
    CHECK(fabs(Mp100(stations[j].integral[0] - exact)) < Mp100("1e-45"));
    CHECK(fabs(Mp100(stations[j].state[0] - p)) < Mp100("1e-47"));
  }
}

}  // namespace calor::finite_chain_test
