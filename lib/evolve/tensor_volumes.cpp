#include "evolve/tensor_volumes.hpp"

#include <algorithm>
#include <cmath>

namespace calor::evolve {

namespace {

/// B(u) = u/(e^u - 1).
double bernoulli(double u) { return std::fabs(u) < 1e-10 ? 1 - u / 2 : u / std::expm1(u); }

/// (u/2)/sinh(u/2) = sqrt(B(u) B(-u)).
double symmetric(double u) {
  const double x = std::fabs(u / 2);
  return x < 1e-6 ? 1 - x * x / 6 : x > 700 ? 0 : x / std::sinh(x);
}

}  // namespace

TensorVolumes::TensorVolumes(const TensorProblem& p) : TensorExpansion(p) {
  const auto& grid = *p.grid;
  const Eigen::Index n = grid.size();
  Vector<double> leaving = Vector<double>::Zero(n), reach = Vector<double>::Zero(n);
  for (int a = 0; a < grid.dimension(); ++a) {
    const auto& axis = grid.axes[static_cast<std::size_t>(a)];
    const Eigen::Index stride = grid.stride(a);
    const double rate = p.diffusion() / (axis.spacing * axis.spacing);
    Vector<double> edge = Vector<double>::Zero(n);
    for (Eigen::Index i = 0; i + stride < n; ++i) {
      if (grid.position(i, a) + 1 == axis.size) continue;
      const double u = (p.loss[i + stride] - p.loss[i]) / p.temperature;
      edge[i] = rate * symmetric(u);
      leaving[i] += rate * bernoulli(u);
      leaving[i + stride] += rate * bernoulli(-u);
      reach[i] += edge[i];
      reach[i + stride] += edge[i];
    }
    edge_.push_back(std::move(edge));
  }
  // steep places beyond `cap` hold nothing: leaving faster would only lengthen the expansion
  double fastest = 0;
  for (const auto& axis : grid.axes) fastest += 4 * p.diffusion() / (axis.spacing * axis.spacing);
  leaving = leaving.cwiseMin(fastest + p.cap);
  const double upper = (leaving + reach).maxCoeff();  // Gershgorin
  set_diagonal(leaving, upper);
  scale_ = 4 / upper;
  for (auto& edge : edge_) edge *= scale_;
}

void TensorVolumes::couple(const Vector<double>& in, Vector<double>& out) const {
  const auto& grid = *problem().grid;
  const Eigen::Index n = in.size();
  for (int a = 0; a < grid.dimension(); ++a) {
    const Eigen::Index stride = grid.stride(a), rest = n - stride;
    const auto& edge = edge_[static_cast<std::size_t>(a)];
    out.head(rest) += edge.head(rest).cwiseProduct(in.tail(rest));
    out.tail(rest) += edge.head(rest).cwiseProduct(in.head(rest));
  }
}

TensorExpansion::Rate TensorVolumes::entropy_production_rate(const Vector<double>& psi) const {
  const auto& p = problem();
  const Vector<double> rho = root().cwiseProduct(psi);
  const double floor = p.floor * rho.maxCoeff(), unit = p.grid->cell() / scale_;
  Rate out;
  for (int a = 0; a < p.grid->dimension(); ++a) {
    const Eigen::Index stride = p.grid->stride(a);
    const auto& edge = edge_[static_cast<std::size_t>(a)];
    for (Eigen::Index i = 0; i + stride < psi.size(); ++i) {
      const Eigen::Index j = i + stride;
      const double low = std::min(psi[i], psi[j]), less = std::min(rho[i], rho[j]);
      if (edge[i] == 0 || !(low > absolute_noise()) || !(less > floor)) continue;
      // w rho = sqrt(w w') sqrt(w/w') sqrt(pi) psi: with sqrt(w_ij/w_ji) = sqrt(pi_j/pi_i)
      const double up = edge[i] * psi[i] * root()[j], down = edge[i] * psi[j] * root()[i];
      const double term = unit * std::fabs(up - down) * std::log1p(std::fabs(up - down) / std::min(up, down));
      out.value += term;
      if (low < 100 * absolute_noise() || less < 100 * floor) out.uncertain += term;
    }
  }
  return out;
}

}  // namespace calor::evolve
