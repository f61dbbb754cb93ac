#include "num/decompose.hpp"

#include "num/errors.hpp"

namespace calor::num {

namespace {

template <Real R>
Eigen::SelfAdjointEigenSolver<Matrix<R>> solved(const Matrix<R>& a, int options) {
  Eigen::SelfAdjointEigenSolver<Matrix<R>> solver(a, options);
  if (solver.info() != Eigen::Success) throw InternalError("the iteration for eigenvalues did not converge");
  return solver;
}

}  // namespace

template <Real R>
SymmetricEigen<R> symmetric_eigen(const Matrix<R>& a) {
  if (!a.allFinite()) {
    const R nan = std::numeric_limits<R>::quiet_NaN();
    return {Vector<R>::Constant(a.rows(), nan), Matrix<R>::Constant(a.rows(), a.cols(), nan)};
  }
  const auto solver = solved<R>(a, Eigen::ComputeEigenvectors);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

template <Real R>
Vector<R> symmetric_eigenvalues(const Matrix<R>& a) {
  if (!a.allFinite()) return Vector<R>::Constant(a.rows(), std::numeric_limits<R>::quiet_NaN());
  return solved<R>(a, Eigen::EigenvaluesOnly).eigenvalues();
}

template <Real R>
Cholesky<R>::Cholesky(const Matrix<R>& a) : root_(a) {}

template <Real R>
Matrix<R> Cholesky<R>::solve(const Matrix<R>& b) const {
  return root_.solve(b);
}

template <Real R>
Vector<R> Cholesky<R>::solve_vector(const Vector<R>& b) const {
  return root_.solve(b);
}

template <Real R>
Matrix<R> Cholesky<R>::solve_half(const Matrix<R>& b) const {
  return root_.matrixL().solve(b);
}

template <Real R>
R Cholesky<R>::log_det() const {
  using std::log;
  R sum = 0;
  for (Eigen::Index k = 0; k < root_.rows(); ++k) sum += 2 * log(root_.matrixLLT()(k, k));
  return sum;
}

template <Real R>
Matrix<R> solve_linear(const Matrix<R>& a, const Matrix<R>& b) {
  return a.partialPivLu().solve(b);
}

Vector<double> least_squares(const Matrix<double>& a, const Vector<double>& b) {
  return a.colPivHouseholderQr().solve(b);
}

#define CALOR_INSTANTIATE(R)                                       \
  template SymmetricEigen<R> symmetric_eigen<R>(const Matrix<R>&); \
  template Vector<R> symmetric_eigenvalues<R>(const Matrix<R>&);   \
  template class Cholesky<R>;                                      \
  template Matrix<R> solve_linear<R>(const Matrix<R>&, const Matrix<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::num
