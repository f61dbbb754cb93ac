#pragma once
// The generator of drift_diffusion.hpp on spectral elements (theta_mesh.hpp), in weak form: with rho = e^g psi, for all
// v
//   (v, d psi/dt) = (grad v - v grad g, e^{-g} J),
//   e^{-g} J_a = f_a psi - sum_b D_ab (d_b + g_b) psi - sum_b d_b D_ab psi.
// Edges reflect.

#include "evolve/drift_diffusion.hpp"
#include "evolve/theta_mesh.hpp"

namespace calor::evolve {

/// The problem has a mesh and a weight, and outlives this.
class MeshGenerator {
 public:
  using Field = num::Vector<double>;

  explicit MeshGenerator(const DriftDiffusion& problem);

  /// As Generator::apply.
  void apply(const Field& paced, const Field* heated, const Field* noised, Field& out) const;
  const Coefficients& bound() const { return bound_; }

 private:
  const ThetaMesh& mesh_;
  std::size_t d_;
  // element by element
  std::vector<Field> drift_, slope_;  // f_a, g_a
  std::vector<Field> diffusion_;      // D_ab; empty where 0
  std::vector<Field> divergence_;     // empty where 0
  Coefficients bound_;
};

}  // namespace calor::evolve
