#pragma once
// The generator of drift_diffusion.hpp on the nodes. It is linear in the three coefficients of a course, so that pace,
// heat and noise may each act on a vector of their own: L(c) psi = apply(c.pace psi, c.heat psi, c.noise psi).

#include <optional>
#include <utility>
#include <vector>

#include "evolve/drift_diffusion.hpp"
#include "evolve/mesh_generator.hpp"
#include "evolve/tensor_operator.hpp"

namespace calor::evolve {

/// d/dx and d²/dx² along each axis; axes have an even number of nodes.
struct Derivatives {
  explicit Derivatives(const grid::Tensor& grid);

  std::vector<FoldedAxis> first, second;
};

/// With everything that does not depend on psi made once; on spectral elements by mesh_generator.hpp. The arguments
/// must outlive it; one thread at a time.
class Generator {
 public:
  using Field = num::Vector<double>;

  Generator(const DriftDiffusion& problem, const Derivatives& derivatives);

  /// out = L psi for an equation that is what it is.
  void apply(const Field& psi, Field& out) const { apply(psi, nullptr, &psi, out); }
  /// With a course. heated, noised: nullptr where the coefficient is 0.
  void apply(const Field& paced, const Field* heated, const Field* noised, Field& out) const;
  /// e^{-g} J_a, without a course; on grids.
  std::vector<Field> current(const Field& psi) const;

  /// Bounds of the norms of what the three coefficients multiply.
  const Coefficients& bound() const { return bound_; }

 private:
  Field covariant(int b, const Field& f) const;

  const DriftDiffusion& p_;
  int d_;
  const std::vector<FoldedAxis>&first_, &second_;
  mutable std::vector<double> scratch_;
  std::vector<Field> twice_;                // [a] 2 g_a
  Field drift_rate_;                        // -sum g_a f_a
  std::vector<Field> bend_rate_;            // [a] g_a² - g_aa
  std::vector<bool> noisy_;                 // [a] D_aa != 0
  std::vector<std::pair<int, int>> mixed_;  // axes with D_ab != 0
  Coefficients bound_;
  std::optional<MeshGenerator> elements_;
};

}  // namespace calor::evolve
