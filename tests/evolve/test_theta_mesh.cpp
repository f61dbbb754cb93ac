// Spectral elements: an Ornstein-Uhlenbeck process on bent elements, by both integrators of block_flow.

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "evolve/block_flow.hpp"
#include "evolve/lobatto.hpp"
#include "evolve/theta_mesh.hpp"

namespace calor::evolve::test {

namespace {

constexpr double warmth = 0.3, mean_at_start = 0.7, variance_at_start = 0.5;
constexpr double stiff[] = {1.0, 0.6};  // loss = sum stiff_a theta_a²/2

/// cells² images of squares, or cells images of intervals.
std::shared_ptr<const ThetaMesh> bent_mesh(int dimension, int cells, int order) {
  const auto node = lobatto(order).node;
  const double length = 12.0 / cells;
  const auto place = [&](int cell, Eigen::Index i) { return -6 + length * (cell + (1 + node[i]) / 2); };
  std::vector<num::Matrix<double>> elements;
  for (int j = 0; j < (dimension > 1 ? cells : 1); ++j)
    for (int i = 0; i < cells; ++i) {
      num::Matrix<double> e(dimension > 1 ? node.size() * node.size() : node.size(), dimension);
      for (Eigen::Index k = 0; k < e.rows(); ++k) {
        const double u = place(i, k % node.size());
        e(k, 0) = u;
        if (dimension == 1) continue;
        const double v = place(j, k / node.size());
        e(k, 0) += 0.3 * std::sin(v);
        e(k, 1) = v + 0.3 * std::sin(u);
      }
      elements.push_back(e);
    }
  return std::make_shared<const ThetaMesh>(order, elements);
}

DriftDiffusion relaxation(const std::shared_ptr<const ThetaMesh>& mesh) {
  const auto& theta = mesh->theta();
  const num::Vector<double> none = num::Vector<double>::Zero(mesh->size());
  DriftDiffusion out;
  out.mesh = mesh;
  out.symmetric = true;
  out.log_initial = out.weight = none;
  const auto d = theta.cols();
  for (Eigen::Index a = 0; a < d; ++a) {
    out.drift.push_back(-stiff[a] * theta.col(a));
    out.divergence.push_back(none);
    for (Eigen::Index b = 0; b < d; ++b) out.diffusion.push_back((none.array() + (a == b ? warmth : 0.0)).matrix());
    out.weight -= stiff[a] / (4 * warmth) * theta.col(a).cwiseAbs2();
    out.weight_gradient.push_back(-stiff[a] / (2 * warmth) * theta.col(a));
    out.log_initial.array() -= (theta.col(a).array() - mean_at_start).square() / (2 * variance_at_start) +
                               std::log(2 * M_PI * variance_at_start) / 2;
  }
  return out;
}

void check_moments(const DriftDiffusion& p) {
  const std::vector<double> times{0, 0.4, 1.5};
  const num::Vector<double> start = (p.log_initial - p.weight).array().exp(),
                            weight = p.node_weight().array() * p.weight.array().exp();
  int seen = 0;
  block_flow(p, {}, start, times, [&](std::size_t j, const num::Vector<double>& psi, double) {
    ++seen;
    const num::Vector<double> share = weight.cwiseProduct(psi);
    CHECK(std::fabs(share.sum() - 1) < 1e-9);
    for (Eigen::Index a = 0; a < p.mesh->theta().cols(); ++a) {
      const auto theta = p.mesh->theta().col(a);
      const double k = stiff[a], decay = std::exp(-k * times[j]), mean = share.dot(theta);
      CHECK(std::fabs(mean - mean_at_start * decay) < 1e-9);
      CHECK(std::fabs(share.dot(theta.cwiseAbs2()) - mean * mean - variance_at_start * decay * decay -
                      warmth / k * (1 - decay * decay)) < 1e-9);
    }
  });
  CHECK(seen == 3);
}

}  // namespace

TEST_CASE("spectral elements: quadrature, derivatives, and common edges") {
  const auto mesh = bent_mesh(2, 3, 8);
  CHECK(mesh->size() == 25 * 25);
  const auto& theta = mesh->theta();
  const num::Vector<double> f = (theta.col(0).array() * 0.5).sin() * (theta.col(1).array() * 0.4).cos();
  const auto slope = mesh->gradient(f);
  const num::Vector<double> exact =
      mesh->gather(0.5 * (theta.col(0).array() * 0.5).cos() * (theta.col(1).array() * 0.4).cos());
  CHECK((slope[0] - exact).cwiseAbs().maxCoeff() < 2e-3);
  const auto finer = bent_mesh(2, 6, 12);
  const auto& there = finer->theta();
  const num::Vector<double> g = (there.col(0).array() * 0.5).sin() * (there.col(1).array() * 0.4).cos();
  const num::Vector<double> exact_there =
      finer->gather(0.5 * (there.col(0).array() * 0.5).cos() * (there.col(1).array() * 0.4).cos());
  CHECK((finer->gradient(g)[0] - exact_there).cwiseAbs().maxCoeff() < 1e-8);
  // (v, div flux) by parts: constants get nothing
  const num::Vector<double> gained = finer->weak(finer->gradient(g), num::Vector<double>::Zero(exact_there.size()));
  CHECK(std::fabs(finer->weight().dot(gained)) < 1e-9 * gained.cwiseAbs().maxCoeff() * finer->weight().sum());
}

TEST_CASE("spectral elements: an Ornstein-Uhlenbeck process by Chebyshev expansions and by Taylor series") {
  for (const int dimension : {1, 2}) {
    auto p = relaxation(bent_mesh(dimension, dimension == 1 ? 12 : 8, dimension == 1 ? 14 : 12));
    check_moments(p);
    if (dimension == 2) continue;
    // the same as a course: diffusion heat 1 + noise C, with C = 0
    p.symmetric = false;
    for (auto& d : p.diffusion) d.setZero();
    p.course = {{0, {Coefficients{1, warmth, 0}, {0, 0, 0}, {0, 0, 0}}}};
    check_moments(p);
  }
}

}  // namespace calor::evolve::test
