#include "evolve/tensor_spectral.hpp"

#include <algorithm>
#include <cmath>

namespace calor::evolve {

Vector<double> spectral_potential(const TensorProblem& p) {
  Vector<double> v = -p.laplacian * (p.mobility / 2);
  for (const auto& slope : p.slope) v += (slope.array().square() * (p.mobility / (4 * p.temperature))).matrix();
  return v.cwiseMin(p.cap);
}

TensorSpectral::TensorSpectral(const TensorProblem& p) : TensorExpansion(p) {
  const Vector<double> v = spectral_potential(p);
  double upper = std::max(v.maxCoeff(), 0.0);  // the symbol of -D d²/dtheta² on the grid rises to D pi²/h²
  for (const auto& axis : p.grid->axes) upper += p.diffusion() * std::pow(M_PI / axis.spacing, 2);
  set_diagonal(v, upper);
  for (const auto& axis : p.grid->axes) {
    second_.push_back(second_derivative(axis, 4 * p.diffusion() / upper));
    first_.push_back(first_derivative(axis, 1));
  }
}

void TensorSpectral::couple(const Vector<double>& in, Vector<double>& out) const {
  const auto& grid = *problem().grid;
  for (int a = 0; a < grid.dimension(); ++a)
    second_[static_cast<std::size_t>(a)].add(grid, a, in.data(), out.data(), scratch_);
}

Vector<double> TensorSpectral::squared_currents(const Vector<double>& psi) const {
  const auto& p = problem();
  Vector<double> out = Vector<double>::Zero(psi.size()), u(psi.size());
  for (int a = 0; a < p.grid->dimension(); ++a) {
    const auto axis = static_cast<std::size_t>(a);
    u = p.slope[axis].cwiseProduct(psi) / (2 * p.temperature);
    first_[axis].add(*p.grid, a, psi.data(), u.data(), scratch_);
    out += u.cwiseAbs2();
  }
  return out;
}

TensorExpansion::Rate TensorSpectral::entropy_production_rate(const Vector<double>& psi) const {
  const auto& p = problem();
  const Vector<double> squares = squared_currents(psi);
  // Where there is no density, u is what band and box leave of the derivatives of the rest: its size e is the error of
  // u everywhere. Nodes that it dominates are left out, at the others it is the uncertainty (the factor 4 is a guess).
  const Vector<double> rho = root().cwiseProduct(psi);
  const double floor = p.floor * rho.maxCoeff(), unit = p.diffusion() * p.grid->cell();
  double error = 0;
  Eigen::Index empty = 0;
  for (Eigen::Index i = 0; i < psi.size(); ++i)
    if (!(rho[i] > floor)) error += squares[i], ++empty;
  error /= static_cast<double>(std::max<Eigen::Index>(empty, 1));
  Rate out;
  for (Eigen::Index i = 0; i < psi.size(); ++i) {
    if (!(psi[i] > absolute_noise()) || !(rho[i] > floor) || !(squares[i] > 9 * error)) continue;
    out.value += unit * root()[i] * squares[i] / psi[i];
    out.uncertain += 12 * unit * root()[i] * error / psi[i];
  }
  return out;
}

}  // namespace calor::evolve
