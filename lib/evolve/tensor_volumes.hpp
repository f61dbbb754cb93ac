#pragma once
// langevin in two or three parameters by finite volumes: the reversible chain on the nodes of a tensor grid with the
// rates of Scharfetter and Gummel along every axis (evolve/scharfetter_gummel.hpp),
//   w(i -> j) = D/h_a² B((L_j - L_i)/T),  B(u) = u / (e^u - 1),  j a neighbour of i along axis a,
// symmetrised: H_ij = -sqrt(w_ij w_ji) = -D/h_a² (u/2)/sinh(u/2). Detailed balance with exp(-L/T) at the nodes and
// probability are exact; the ends reflect. Functionals have errors c_1 h² + c_2 h⁴ + ...: see richardson.hpp.

#include "evolve/tensor_expansion.hpp"

namespace calor::evolve {

class TensorVolumes final : public TensorExpansion {
 public:
  explicit TensorVolumes(const TensorProblem& problem);
  /// Sum over edges of (w rho - w' rho') ln(w rho/w' rho') (I7), both ends above the round-off and `floor`.
  Rate entropy_production_rate(const Vector<double>& psi) const override;

 private:
  void couple(const Vector<double>& in, Vector<double>& out) const override;

  std::vector<Vector<double>> edge_;  // [axis][node]: sqrt(w w') to the next node along the axis, 0 at the end
  double scale_ = 0;                  // 4/upper
};

}  // namespace calor::evolve
