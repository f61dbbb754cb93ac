#include "evolve/tensor_joint.hpp"

#include <algorithm>
#include <cmath>

#include "evolve/tensor_spectral.hpp"
#include "num/errors.hpp"

namespace calor::evolve {

double JointRates::bound() const {
  Vector<double> most = Vector<double>::Zero(rate.front().size());
  for (Eigen::Index c = 0; c < classes; ++c) {
    Vector<double> in = Vector<double>::Zero(most.size()), out = in;
    for (Eigen::Index k = 0; k < classes; ++k) {
      in += rate[static_cast<std::size_t>(c * classes + k)].cwiseAbs();
      out += rate[static_cast<std::size_t>(k * classes + c)].cwiseAbs();
    }
    most = most.cwiseMax(in).cwiseMax(out);
  }
  return most.maxCoeff();
}

TensorProblem joint_problem(const TensorProblem& theta, const Matrix<double>& conditional) {
  TensorProblem out;
  out.grid = theta.grid;
  out.mobility = theta.mobility;
  out.temperature = theta.temperature;
  const Eigen::Index n = theta.loss.size(), classes = conditional.cols();
  out.loss = theta.loss.replicate(classes, 1);
  out.log_initial.resize(n * classes);
  for (Eigen::Index c = 0; c < classes; ++c)
    out.log_initial.segment(c * n, n) = theta.log_initial.array() + conditional.col(c).array().max(1e-300).log();
  return out;
}

TensorJoint::TensorJoint(const TensorProblem& theta, const TensorProblem& joint, const JointRates& rates)
    : TensorExpansion(joint), rates_(rates), potential_(spectral_potential(theta)) {
  const Eigen::Index n = potential_.size();
  Vector<double> diagonal(n * rates.classes);
  for (Eigen::Index c = 0; c < rates.classes; ++c)
    diagonal.segment(c * n, n) = potential_ - rates.rate[static_cast<std::size_t>(c * (rates.classes + 1))];
  double upper = std::max(diagonal.maxCoeff(), 0.0) + rates.bound();
  for (const auto& axis : theta.grid->axes) upper += theta.diffusion() * std::pow(M_PI / axis.spacing, 2);
  scale_ = 4 / upper;
  set_diagonal(diagonal, upper);
  for (const auto& axis : theta.grid->axes) second_.push_back(second_derivative(axis, scale_ * theta.diffusion()));
}

void TensorJoint::add_kinetic(const double* in, double* out) const {
  const auto& grid = *problem().grid;
  for (int a = 0; a < grid.dimension(); ++a) second_[static_cast<std::size_t>(a)].add(grid, a, in, out, scratch_);
}

void TensorJoint::couple(const Vector<double>& in, Vector<double>& out) const {
  const Eigen::Index n = potential_.size(), classes = rates_.classes;
  for (Eigen::Index to = 0; to < classes; ++to) {
    add_kinetic(in.data() + to * n, out.data() + to * n);
    for (Eigen::Index from = 0; from < classes; ++from) {
      const auto& rate = rates_.rate[static_cast<std::size_t>(to * classes + from)];
      if (from != to && rate.size()) out.segment(to * n, n) += scale_ * rate.cwiseProduct(in.segment(from * n, n));
    }
  }
}

Matrix<double> TensorJoint::theta_moves(const Vector<double>& psi) const {
  const Eigen::Index n = potential_.size();
  Matrix<double> out = Matrix<double>::Zero(n, rates_.classes);
  for (Eigen::Index c = 0; c < rates_.classes; ++c) {
    add_kinetic(psi.data() + c * n, out.col(c).data());
    out.col(c) = root().head(n).cwiseProduct(out.col(c) / scale_ - potential_.cwiseProduct(psi.segment(c * n, n)));
  }
  return out;
}

TensorExpansion::Rate TensorJoint::entropy_production_rate(const Vector<double>&) const {
  throw InternalError("tensor: the joint density has no currents of its own");
}

}  // namespace calor::evolve
