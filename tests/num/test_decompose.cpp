#include <doctest/doctest.h>

#include <random>

#include "num/decompose.hpp"

namespace calor::decompose_test {

using namespace num;

namespace {

template <Real R>
Matrix<R> random_matrix(int rows, int columns, std::mt19937_64& random) {
  std::uniform_int_distribution<int> entry(-1000, 1000);
  return Matrix<R>::NullaryExpr(rows, columns, [&] { return R(R(entry(random)) / 1000); });
}

}  // namespace

TEST_SUITE("num/decompose") {
  TEST_CASE_TEMPLATE("eigenvalues, Cholesky factors and elimination undo the products they come from", R, double,
                     Mp100) {
    using std::log;
    std::mt19937_64 random(5);
    const R small = 1000 * epsilon<R>();
    for (int n = 1; n <= 6; ++n) {
      const Matrix<R> root = random_matrix<R>(n, n, random), b = random_matrix<R>(n, 3, random);
      const Matrix<R> a = root * root.transpose() + Matrix<R>::Identity(n, n);
      const auto eigen = symmetric_eigen<R>(a);
      const Matrix<R> apart = a * eigen.vectors - eigen.vectors * eigen.values.asDiagonal();
      CHECK(apart.cwiseAbs().maxCoeff() < small);
      CHECK((symmetric_eigenvalues<R>(a) - eigen.values).cwiseAbs().maxCoeff() < small);
      for (int k = 1; k < n; ++k) CHECK(eigen.values[k - 1] <= eigen.values[k]);
      const Cholesky<R> cholesky(a);
      CHECK((a * cholesky.solve(b) - b).cwiseAbs().maxCoeff() < small);
      CHECK((a * cholesky.solve_vector(b.col(0)) - b.col(0)).cwiseAbs().maxCoeff() < small);
      const Matrix<R> half = cholesky.solve_half(b);  // bᵀA⁻¹b
      CHECK((half.transpose() * half - b.transpose() * cholesky.solve(b)).cwiseAbs().maxCoeff() < small);
      R sum = 0;
      for (const R& value : eigen.values) sum += log(value);
      CHECK(abs(R(cholesky.log_det() - sum)) < small);
      CHECK((a * solve_linear<R>(a, b) - b).cwiseAbs().maxCoeff() < small);
    }
  }

  TEST_CASE("what is not finite has no eigenvalues") {
    Matrix<double> a = Matrix<double>::Identity(2, 2);
    a(0, 0) = std::numeric_limits<double>::infinity();
    CHECK(symmetric_eigenvalues<double>(a).hasNaN());
    CHECK(symmetric_eigen<double>(a).values.hasNaN());
  }

  TEST_CASE("least squares leave a residual orthogonal to the columns") {
    std::mt19937_64 random(6);
    const Matrix<double> a = random_matrix<double>(5, 2, random);
    const Vector<double> b = random_matrix<double>(5, 1, random), x = least_squares(a, b);
    CHECK((a.transpose() * (a * x - b)).cwiseAbs().maxCoeff() < 1e-13);
  }
}

}  // namespace calor::decompose_test
