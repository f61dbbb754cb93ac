#include <doctest/doctest.h>

#include "num/product.hpp"

namespace calor::num::test {

namespace {

/// Whole numbers, so that no order of summation rounds.
Matrix<double> whole(Eigen::Index rows, Eigen::Index columns, int seed) {
  Matrix<double> out(rows, columns);
  for (Eigen::Index j = 0; j < columns; ++j)
    for (Eigen::Index i = 0; i < rows; ++i)
      out(i, j) = static_cast<double>((seed + 37 * i + 101 * j + i * j) % 23 - 11);
  return out;
}

double entry(const Matrix<double>& a, const Matrix<double>& b, Eigen::Index i, Eigen::Index j) {
  double sum = 0;
  for (Eigen::Index k = 0; k < a.cols(); ++k) sum += a(i, k) * b(k, j);
  return sum;
}

}  // namespace

// Sizes on either side of where BLIS takes over, and of its blocks.
TEST_CASE("products of matrices, as parts of larger ones too") {
  const Eigen::Index sizes[][3] = {{1, 1, 1},     {3, 5, 2},    {12, 12, 12}, {17, 40, 33},
                                   {150, 16, 70}, {64, 300, 5}, {7, 0, 4}};
  for (const auto& [m, inner, n] : sizes) {
    const Matrix<double> a = whole(m + 3, inner + 2, 5), b = whole(inner + 4, n + 1, 8),
                         before = whole(m + 1, n + 6, 2);
    const auto left = a.block(2, 1, m, inner), right = b.block(3, 1, inner, n);
    Matrix<double> out = before;
    multiply(left, right, out.block(1, 4, m, n));
    Matrix<double> expected = before;
    for (Eigen::Index j = 0; j < n; ++j)
      for (Eigen::Index i = 0; i < m; ++i) expected(i + 1, j + 4) = entry(left, right, i, j);
    CHECK_MESSAGE(out == expected, m, " ", inner, " ", n);
    add_product(left, right, out.block(1, 4, m, n));
    for (Eigen::Index j = 0; j < n; ++j)
      for (Eigen::Index i = 0; i < m; ++i) expected(i + 1, j + 4) *= 2;
    CHECK_MESSAGE(out == expected, m, " ", inner, " ", n);
  }
}

}  // namespace calor::num::test
