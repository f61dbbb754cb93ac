#pragma once
// Spectral elements in one or two parameters, for densities that are smooth in theta up to points or curves where
// rates have a kink (metropolis). Elements are images of [-1, 1]^d, with Gauss–Lobatto–Legendre nodes; where their
// edges follow the kinks, functions are smooth in each of them. Functions are continuous; derivatives act in weak form,
// where fluxes are continuous (C. Canuto et al., Spectral Methods, 2007, chapter 5). Double precision.

#include <vector>

#include "num/eigen.hpp"

namespace calor::evolve {

class ThetaMesh {
 public:
  using Field = num::Vector<double>;

  /// elements: the positions of each one's nodes, (order + 1)^dimension x dimension, the first coordinate of [-1, 1]^d
  /// running fastest. Nodes in the same place are one; common edges must have all nodes in common.
  ThetaMesh(int order, const std::vector<num::Matrix<double>>& elements);

  int dimension() const { return static_cast<int>(theta_.cols()); }
  Eigen::Index size() const { return theta_.rows(); }
  /// The nodes, one a row, and their quadrature weights.
  const num::Matrix<double>& theta() const { return theta_; }
  const Field& weight() const { return weight_; }
  /// A bound of the largest eigenvalue of minus the Laplacian: a power iteration's value and 15 percent more.
  double stiffness() const { return stiffness_; }

  /// Values element by element.
  Field gather(const Field& f) const;
  /// The derivative along each axis, element by element.
  std::vector<Field> gradient(const Field& f) const;
  /// g with (v, g) = (grad v, flux) + (v, rest) for all v on the mesh, (,) the scalar product by quadrature; flux and
  /// rest element by element.
  Field weak(const std::vector<Field>& flux, const Field& rest) const;

 private:
  void number(const std::vector<num::Matrix<double>>& elements);
  void measure(const std::vector<num::Matrix<double>>& elements);
  Field along(int axis, const Field& local) const;                   // derivative in [-1, 1]^d
  void add_adjoint(int axis, const Field& local, Field& out) const;  // its transpose

  int side_;  // nodes along an edge
  num::Matrix<double> derivative_, transposed_;
  num::Matrix<double> theta_;
  Field weight_;
  std::vector<int> node_;       // element by element
  std::vector<Field> inverse_;  // [r d + a] d xi_r / d theta_a, element by element
  Field share_;                 // weights, element by element
  double stiffness_ = 0;
};

}  // namespace calor::evolve
