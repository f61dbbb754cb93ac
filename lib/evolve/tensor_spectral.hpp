#pragma once
// langevin in two or three parameters by sinc collocation of the symmetrised equation:
//   H = -D sum_a d²/dtheta_a² + V,  V = mu |grad L|²/(4T) - mu Laplacian(L)/2
// (Risken, The Fokker–Planck Equation, section 5.4). Axes need an even number of nodes.

#include "evolve/tensor_expansion.hpp"
#include "evolve/tensor_operator.hpp"

namespace calor::evolve {

/// V at the nodes, cut off at `cap`.
Vector<double> spectral_potential(const TensorProblem& problem);

class TensorSpectral final : public TensorExpansion {
 public:
  explicit TensorSpectral(const TensorProblem& problem);
  Rate entropy_production_rate(const Vector<double>& psi) const override;
  /// |J|²/(D² w) of a state psi: |grad psi + psi grad L/(2T)|².
  Vector<double> squared_currents(const Vector<double>& psi) const;

 private:
  void couple(const Vector<double>& in, Vector<double>& out) const override;

  std::vector<FoldedAxis> second_, first_;  // kinetic part of 2X, diagonal included; d/dtheta_a
  mutable std::vector<double> scratch_;
};

}  // namespace calor::evolve
