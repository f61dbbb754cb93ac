#include "evolve/tensor_operator.hpp"

#include "evolve/sinc.hpp"
#include "num/errors.hpp"
#include "num/product.hpp"

namespace calor::evolve {

FoldedAxis::FoldedAxis(const Matrix<double>& m, int sign) : half_(m.rows() / 2), sign_(sign) {
  if (m.rows() % 2 || m.rows() != m.cols()) throw InternalError("tensor: an axis needs an even number of nodes");
  // M in blocks [A B; ±JBJ ±JAJ], J the reversal: M f folds to A + BJ on f + Jf and A - BJ on f - Jf; 1/2 from
  // unfolding
  const Matrix<double> a = m.topLeftCorner(half_, half_), b = m.topRightCorner(half_, half_).rowwise().reverse();
  even_ = (a + b) / 2;
  odd_ = (a - b) / 2;
  even_transposed_ = even_.transpose();
  odd_transposed_ = odd_.transpose();
}

void FoldedAxis::add(const grid::Tensor& grid, int axis, const double* in, double* out,
                     std::vector<double>& scratch) const {
  const Eigen::Index inner = grid.stride(axis), n = 2 * half_, size = grid.size();
  if (inner == 1) return add_first(size / n, in, out, scratch);
  for (Eigen::Index at = 0; at < size; at += inner * n) add_slab(inner, in + at, out + at, scratch);
}

void FoldedAxis::add_first(Eigen::Index columns, const double* in, double* out, std::vector<double>& scratch) const {
  const Eigen::Index n = 2 * half_, block = half_ * columns;
  scratch.resize(static_cast<std::size_t>(4 * block));
  double *e = scratch.data(), *o = e + block, *ge = o + block, *go = ge + block;
  for (Eigen::Index c = 0; c < columns; ++c)
    for (Eigen::Index i = 0; i < half_; ++i) {
      const double x = in[c * n + i], y = in[c * n + n - 1 - i];
      e[c * half_ + i] = x + y;
      o[c * half_ + i] = x - y;
    }
  using Block = Eigen::Map<Matrix<double>>;
  num::multiply(even_, Block(e, half_, columns), Block(ge, half_, columns));
  num::multiply(odd_, Block(o, half_, columns), Block(go, half_, columns));
  // even part of the input gives g_i + sign g_{n-1-i}, the odd part g_i - sign g_{n-1-i}
  for (Eigen::Index c = 0; c < columns; ++c)
    for (Eigen::Index i = 0; i < half_; ++i) {
      const double s = ge[c * half_ + i], d = go[c * half_ + i];
      out[c * n + i] += s + d;
      out[c * n + n - 1 - i] += sign_ * (s - d);
    }
}

void FoldedAxis::add_slab(Eigen::Index inner, const double* in, double* out, std::vector<double>& scratch) const {
  const Eigen::Index n = 2 * half_, block = half_ * inner;
  scratch.resize(static_cast<std::size_t>(4 * block));
  double *e = scratch.data(), *o = e + block, *ge = o + block, *go = ge + block;
  for (Eigen::Index i = 0; i < half_; ++i) {
    const double *x = in + i * inner, *y = in + (n - 1 - i) * inner;
    for (Eigen::Index k = 0; k < inner; ++k) {
      e[i * inner + k] = x[k] + y[k];
      o[i * inner + k] = x[k] - y[k];
    }
  }
  using Block = Eigen::Map<Matrix<double>>;
  num::multiply(Block(e, inner, half_), even_transposed_, Block(ge, inner, half_));
  num::multiply(Block(o, inner, half_), odd_transposed_, Block(go, inner, half_));
  for (Eigen::Index i = 0; i < half_; ++i) {
    const double *s = ge + i * inner, *d = go + i * inner;
    double *x = out + i * inner, *y = out + (n - 1 - i) * inner;
    for (Eigen::Index k = 0; k < inner; ++k) {
      x[k] += s[k] + d[k];
      y[k] += sign_ * (s[k] - d[k]);
    }
  }
}

namespace {

template <class Entry>
Matrix<double> toeplitz(int n, const Entry& entry) {
  Matrix<double> m(n, n);
  for (int j = 0; j < n; ++j)
    for (int i = 0; i < n; ++i) m(i, j) = entry(i - j);
  return m;
}

}  // namespace

FoldedAxis first_derivative(const grid::Grid<double>& axis, double factor) {
  const double f = factor / axis.spacing;
  return {toeplitz(axis.size, [f](int k) { return f * sinc_first<double>(k); }), -1};
}

FoldedAxis second_derivative(const grid::Grid<double>& axis, double factor) {
  const double f = factor / (axis.spacing * axis.spacing);
  return {toeplitz(axis.size, [f](int k) { return f * sinc_second<double>(k); }), 1};
}

}  // namespace calor::evolve
