#pragma once
// Decompositions of matrices by Eigen, compiled once: instantiated for all number types they take up to a third of the
// time of a unit that uses them.

#include "num/eigen.hpp"

namespace calor::num {

template <Real R>
struct SymmetricEigen {
  Vector<R> values;   ///< ascending
  Matrix<R> vectors;  ///< columns, orthonormal
};

/// NaN for a matrix with entries that are not finite. Throws InternalError if the iteration does not converge.
template <Real R>
SymmetricEigen<R> symmetric_eigen(const Matrix<R>& a);

/// Ascending; NaN and errors as above.
template <Real R>
Vector<R> symmetric_eigenvalues(const Matrix<R>& a);

/// A = L Lᵀ > 0.
template <Real R>
class Cholesky {
 public:
  explicit Cholesky(const Matrix<R>& a);

  Matrix<R> solve(const Matrix<R>& b) const;         ///< A⁻¹ b
  Vector<R> solve_vector(const Vector<R>& b) const;  ///< A⁻¹ b
  Matrix<R> solve_half(const Matrix<R>& b) const;    ///< L⁻¹ b
  R log_det() const;                                 ///< ln det A

 private:
  Eigen::LLT<Matrix<R>> root_;
};

/// A⁻¹ b by Gaussian elimination with partial pivoting.
template <Real R>
Matrix<R> solve_linear(const Matrix<R>& a, const Matrix<R>& b);

/// The x that minimises |A x - b|, by a QR decomposition with column pivoting.
Vector<double> least_squares(const Matrix<double>& a, const Vector<double>& b);

}  // namespace calor::num
