#pragma once
// The joint density P(x, theta | B) under langevin in several parameters while X, an outcome of one of C classes, moves
// at finite speed in continuous time: with P(c, theta) = sqrt(w) psi_c, density of one outcome of the class,
//   d psi_c/dt = -H psi_c + sum_c' g(c, c') psi_c',
// H as in tensor_spectral.hpp, g the rates of X at theta. The generator is not symmetric, but g is bounded: over times
// dt the Chebyshev expansions of tensor_expansion.hpp lose a factor of about exp(dt |g|/2).

#include "evolve/tensor_expansion.hpp"
#include "evolve/tensor_operator.hpp"

namespace calor::evolve {

/// Rates between classes at the nodes, on densities of outcomes: [to * classes + from] of n entries, that of to = from
/// being minus what leaves.
struct JointRates {
  Eigen::Index classes = 0;
  std::vector<Vector<double>> rate;

  /// Largest sum of |rates| into or out of a class: a bound of |g|.
  double bound() const;
};

/// The problem of the joint density from that of Theta: vectors class after class. conditional: n x C, p of an outcome.
TensorProblem joint_problem(const TensorProblem& theta, const Matrix<double>& conditional);

/// psi holds classes * grid.size() entries. `joint`: joint_problem(theta, ...), outlives it.
class TensorJoint final : public TensorExpansion {
 public:
  TensorJoint(const TensorProblem& theta, const TensorProblem& joint, const JointRates& rates);

  /// L P: what the motion of Theta does to every class's density, n x C.
  Matrix<double> theta_moves(const Vector<double>& psi) const;
  Rate entropy_production_rate(const Vector<double>& psi) const override;

 private:
  void couple(const Vector<double>& in, Vector<double>& out) const override;
  void add_kinetic(const double* in, double* out) const;

  const JointRates& rates_;
  Vector<double> potential_;
  std::vector<FoldedAxis> second_;  // kinetic part of 2X
  double scale_ = 1;                // 4/upper
  mutable std::vector<double> scratch_;
};

}  // namespace calor::evolve
