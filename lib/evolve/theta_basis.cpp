#include "evolve/theta_basis.hpp"

#include <cmath>

#include "evolve/lobatto.hpp"
#include "evolve/sinc.hpp"
#include "num/decompose.hpp"
#include "num/errors.hpp"

namespace calor::evolve {

namespace {

using Dense = num::Matrix<double>;
using Column = num::Vector<double>;

Dense hamiltonian(const ThetaBasis& basis, const ThetaDynamics& d) {
  const Eigen::Index n = basis.size();
  if (basis.element.empty()) {
    const double h = basis.weight[0];
    Dense out(n, n);
    for (Eigen::Index j = 0; j < n; ++j)
      for (Eigen::Index i = 0; i < n; ++i)
        out(i, j) = -d.diffusion() / (h * h) * sinc_second<double>(static_cast<int>(i - j));
    for (Eigen::Index i = 0; i < n; ++i)
      out(i, i) += d.mobility * (d.slope[i] * d.slope[i] / (4 * d.temperature) - d.curvature[i] / 2);
    return out;
  }
  Dense factor = basis.elements;
  for (Eigen::Index r = 0; r < factor.rows(); ++r) {
    const int i = basis.element[static_cast<std::size_t>(r)];
    factor(r, i) += d.slope[i] / (2 * d.temperature);
    factor.row(r) *= std::sqrt(d.diffusion() * basis.share[r]);
  }
  for (Eigen::Index i = 0; i < n; ++i) factor.col(i) /= std::sqrt(basis.weight[i]);
  return factor.transpose() * factor;
}

}  // namespace

std::vector<double> panel_ends(std::span<const double> breaks, double length) {
  std::vector<double> ends{breaks.front()};
  for (std::size_t k = 1; k < breaks.size(); ++k) {
    const double a = breaks[k - 1], b = breaks[k];
    const int count = std::max(1, static_cast<int>(std::ceil((b - a) / length)));
    for (int i = 1; i <= count; ++i) ends.push_back(i == count ? b : a + (b - a) * i / count);
  }
  return ends;
}

ThetaBasis sinc_basis(const grid::Grid<double>& grid) {
  const Eigen::Index n = grid.size;
  ThetaBasis out{Column(n), Column::Constant(n, grid.spacing), Dense(n, n), {}, {}, {}};
  for (Eigen::Index j = 0; j < n; ++j) {
    out.theta[j] = grid.node(static_cast<int>(j));
    for (Eigen::Index i = 0; i < n; ++i)
      out.gradient(i, j) = sinc_first<double>(static_cast<int>(i - j)) / grid.spacing;
  }
  return out;
}

ThetaBasis panel_basis(std::span<const double> breaks, double length, int order) {
  const auto rule = lobatto(order);
  const auto ends = panel_ends(breaks, length);
  const auto panels = static_cast<Eigen::Index>(ends.size()) - 1;
  const Eigen::Index n = panels * order + 1, rows = panels * (order + 1);
  ThetaBasis out{Column(n),    Column::Zero(n),     {}, std::vector<int>(static_cast<std::size_t>(rows)),
                 Column(rows), Dense::Zero(rows, n)};
  for (Eigen::Index p = 0; p < panels; ++p) {
    const double a = ends[static_cast<std::size_t>(p)], b = ends[static_cast<std::size_t>(p) + 1], half = (b - a) / 2;
    for (int k = 0; k <= order; ++k) {
      const Eigen::Index at = p * order + k, row = p * (order + 1) + k;
      out.theta[at] = k == 0 ? a : k == order ? b : a + half * (1 + rule.node[k]);
      out.share[row] = half * rule.weight[k];
      out.weight[at] += out.share[row];
      out.element[static_cast<std::size_t>(row)] = static_cast<int>(at);
      for (int l = 0; l <= order; ++l) out.elements(row, p * order + l) = rule.derivative(k, l) / half;
    }
  }
  out.gradient = Dense::Zero(n, n);  // at a joint the mean of both sides
  for (Eigen::Index r = 0; r < rows; ++r) {
    const int i = out.element[static_cast<std::size_t>(r)];
    out.gradient.row(i) += out.share[r] / out.weight[i] * out.elements.row(r);
  }
  return out;
}

Column ThetaDynamics::root() const { return (-(loss.array() - loss.minCoeff()) / (2 * temperature)).exp(); }

Modes::Modes(const ThetaBasis& basis, const ThetaDynamics& dynamics, const Column& killing) {
  Dense h = hamiltonian(basis, dynamics);
  if (killing.size()) h.diagonal() += killing;
  const auto eigen = num::symmetric_eigen<double>(h);
  if (eigen.values.hasNaN()) throw InternalError("theta basis: a generator that is not finite");
  values_ = eigen.values.cwiseMax(0.0);  // H >= 0; below 0 by truncation and round-off only
  const Column root = basis.weight.cwiseSqrt();
  forth_ = eigen.vectors.transpose() * root.asDiagonal();
  back_ = root.cwiseInverse().asDiagonal() * eigen.vectors;
}

Dense Modes::kernel(double time) const {
  const Column decay = (-time * values_).array().exp();
  return back_ * decay.asDiagonal() * forth_;
}

}  // namespace calor::evolve
