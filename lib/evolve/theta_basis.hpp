#pragma once
// Functions of one parameter by their values at nodes, for operators that act on the joint density of (x, theta): sinc
// on a uniform grid where everything is smooth in theta, spectral elements where something has a kink (the rates of
// metropolis). In symmetrised form rho = sqrt(w) psi, w = exp(-(L - min L)/T), the Fokker-Planck operator of langevin
// is -H,
//   H = D (d/dtheta + g)^T (d/dtheta + g) = -D d²/dtheta² + V,  g = L'/(2T),  V = D (g² - g')
// (Risken, The Fokker-Planck Equation, section 5.4). Double precision.

#include <span>
#include <vector>

#include "grid/grid.hpp"
#include "num/eigen.hpp"

namespace calor::evolve {

/// Nodes, their quadrature weights, and the derivative of a function from its values at them.
struct ThetaBasis {
  num::Vector<double> theta, weight;  // n
  num::Matrix<double> gradient;       // n x n
  std::vector<int> element;           // rows of `elements` to nodes; empty for sinc
  num::Vector<double> share;          // weight of each row of `elements`
  num::Matrix<double> elements;       // derivative within each element at its own nodes, element by element

  Eigen::Index size() const { return theta.size(); }
};

/// n = grid.size nodes; exact for functions of bandwidth pi/spacing (sinc.hpp).
ThetaBasis sinc_basis(const grid::Grid<double>& grid);

/// Gauss-Lobatto-Legendre nodes, order + 1 a panel, panels joined at their ends: functions are continuous, and what the
/// weak form makes continuous besides is their flux, which is what a kink of the rates asks for. `breaks`: at least
/// two, increasing; panels lie between them and are at most `length` long (C. Canuto et al., Spectral Methods, 2006,
/// section 2.3).
ThetaBasis panel_basis(std::span<const double> breaks, double length, int order);

/// Ends of panels of at most this length between the breaks, which are among them.
std::vector<double> panel_ends(std::span<const double> breaks, double length);

/// The langevin dynamics of one data set at the nodes of a basis.
struct ThetaDynamics {
  double mobility = 1, temperature = 1;
  num::Vector<double> loss, slope, curvature;  // L_B, L_B', L_B''

  double diffusion() const { return mobility * temperature; }
  /// sqrt(w).
  num::Vector<double> root() const;
};

/// Eigenvectors of H + diag(killing) in the scalar product of the basis.
class Modes {
 public:
  /// killing: n entries >= 0, or empty.
  Modes(const ThetaBasis& basis, const ThetaDynamics& dynamics, const num::Vector<double>& killing);

  const num::Vector<double>& values() const { return values_; }
  /// Coefficients of functions given at the nodes, one a column, and back.
  num::Matrix<double> analyse(const num::Matrix<double>& f) const { return forth_ * f; }
  num::Matrix<double> synthesise(const num::Matrix<double>& c) const { return back_ * c; }
  /// exp(-time (H + killing)) on values at the nodes, n x n.
  num::Matrix<double> kernel(double time) const;

 private:
  num::Vector<double> values_;
  num::Matrix<double> forth_, back_;
};

}  // namespace calor::evolve
