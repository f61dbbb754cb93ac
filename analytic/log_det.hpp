#pragma once
// Determinants of covariances by their Cholesky factors.

#include "num/eigen.hpp"

namespace calor::analytic {

/// ln det A for A > 0.
template <num::Real R>
R log_det(const num::Matrix<R>& a) {
  using std::log;
  const Eigen::LLT<num::Matrix<R>> root(a);
  R sum = 0;
  for (Eigen::Index k = 0; k < a.rows(); ++k) sum += 2 * log(root.matrixLLT()(k, k));
  return sum;
}

/// ln det(1 + A⁻¹ D) for A > 0 and A + D > 0, from the eigenvalues of the symmetric L⁻¹ D L⁻ᵀ, A = L Lᵀ.
template <num::Real R>
R log_det_ratio(const num::Matrix<R>& a, const num::Matrix<R>& d) {
  using std::log1p;
  const Eigen::LLT<num::Matrix<R>> root(a);
  const num::Matrix<R> left = root.matrixL().solve(d), both = root.matrixL().solve(num::Matrix<R>(left.transpose()));
  const num::Matrix<R> symmetric = (both + both.transpose()) / 2;
  const Eigen::SelfAdjointEigenSolver<num::Matrix<R>> solver(symmetric, Eigen::EigenvaluesOnly);
  R sum = 0;
  for (const R& value : solver.eigenvalues()) sum += log1p(value);
  return sum;
}

}  // namespace calor::analytic
