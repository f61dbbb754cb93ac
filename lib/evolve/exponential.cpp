#include "evolve/exponential.hpp"

#include <algorithm>
#include <vector>

#include "num/decompose.hpp"
#include "num/errors.hpp"

namespace calor::evolve {

using num::Matrix;
using num::Vector;

template <num::Real R>
Vector<R> ToeplitzPlusDiagonal<R>::apply(const Vector<R>& v) const {
  const Eigen::Index n = v.size();
  Vector<R> out(n);
  for (Eigen::Index i = 0; i < n; ++i) out[i] = (toeplitz[0] + diagonal[i]) * v[i];
  for (Eigen::Index i = 0; i < n; ++i) {  // pair the neighbours at equal distance: half the multiplications
    R sum = 0;
    const Eigen::Index near = std::min(i, n - 1 - i);
    for (Eigen::Index k = 1; k <= near; ++k) sum += toeplitz[k] * (v[i - k] + v[i + k]);
    for (Eigen::Index k = near + 1; k <= i; ++k) sum += toeplitz[k] * v[i - k];
    for (Eigen::Index k = near + 1; k < n - i; ++k) sum += toeplitz[k] * v[i + k];
    out[i] += sum;
  }
  return out;
}

template <num::Real R>
Matrix<R> ToeplitzPlusDiagonal<R>::dense() const {
  const Eigen::Index n = diagonal.size();
  Matrix<R> h(n, n);
  for (Eigen::Index j = 0; j < n; ++j)
    for (Eigen::Index i = 0; i < n; ++i) h(i, j) = toeplitz[i > j ? i - j : j - i];
  h.diagonal() += diagonal;
  return h;
}

template <num::Real R>
R ToeplitzPlusDiagonal<R>::upper(const R& symbol_maximum) const {
  return symbol_maximum + diagonal.maxCoeff();
}

template <num::Real R>
Propagated<R> exponential_by_eigenvectors(const ToeplitzPlusDiagonal<R>& h, const Vector<R>& v,
                                          std::span<const R> times, std::span<const int> integrated) {
  using std::exp, std::expm1;
  const auto eigen = num::symmetric_eigen<R>(h.dense());
  if (eigen.values.hasNaN()) throw InternalError("spectral: a generator that is not finite");
  const Vector<R> c = eigen.vectors.transpose() * v;
  // H >= 0; the computed spectrum may dip below by truncation and round-off only
  const Vector<R> rate = eigen.values.cwiseMax(R(0));
  const auto m = static_cast<Eigen::Index>(times.size()), extra = static_cast<Eigen::Index>(integrated.size());
  Matrix<R> coefficients(v.size(), m + extra);
  for (Eigen::Index j = 0; j < m; ++j) {
    const R& t = times[static_cast<std::size_t>(j)];
    for (Eigen::Index k = 0; k < v.size(); ++k)
      coefficients(k, j) = t * rate[k] > 745 ? R(0) : c[k] * exp(-t * rate[k]);
  }
  for (Eigen::Index j = 0; j < extra; ++j) {
    const R& t = times[static_cast<std::size_t>(integrated[static_cast<std::size_t>(j)])];
    for (Eigen::Index k = 0; k < v.size(); ++k)
      coefficients(k, m + j) = c[k] * (rate[k] > 0 ? R(-expm1(-t * rate[k]) / rate[k]) : t);
  }
  const Matrix<R> all = eigen.vectors * coefficients;
  return {all.leftCols(m), all.rightCols(extra)};
}

template <num::Real R>
std::vector<R> scaled_bessel(const R& z) {
  using std::log, std::sqrt;
  const double x = num::to_double(z), decades = 2.31 * (num::digits10<R>() + 5);
  // I_k/I_0 ~ exp(-k²/2z) for k < z and faster beyond: enough terms for epsilon, and half as many to start the
  // recurrence
  const int terms = static_cast<int>(std::sqrt(2 * x * decades) + decades) + 10;
  const int start = terms + terms / 2 + 20;
  if (x == 0) return {R(1)};
  std::vector<R> value(static_cast<std::size_t>(start) + 1, R(0));
  R above = 0, here = R(1e-200), sum = 0;
  for (int k = start; k >= 0; --k) {
    value[static_cast<std::size_t>(k)] = here;
    sum += k ? 2 * here : here;
    const R below = above + 2 * k / z * here;
    above = here;
    here = below;
    if (here > R(1e200)) {
      const R scale = R(1e-200);  // its square is 0 in double
      above *= scale, here *= scale, sum *= scale;
      for (int j = k; j <= start; ++j) value[static_cast<std::size_t>(j)] *= scale;
    }
  }
  for (auto& v : value) v /= sum;
  value.resize(static_cast<std::size_t>(terms));
  return value;
}

namespace {

/// Integrals G_k of exp(-y) I_k(y) from 0 to z from b_k = exp(-z) I_k(z): 2 (exp(-y) I_k)' = exp(-y) (I_{k-1} - 2 I_k +
/// I_{k+1}) (DLMF 10.29.1) gives G_{k-1} = 2 G_k - G_{k+1} + 2 b_k for k >= 1, hence G_k = 2 sum_{j>k} (j-k) b_j: all
/// terms positive.
template <num::Real R>
std::vector<R> integrated_bessel(const std::vector<R>& b) {
  std::vector<R> g(b.size(), R(0));
  R slope = 0;  // G_{k-1} - G_k
  for (std::size_t k = b.size(); k-- > 1;) {
    slope += 2 * b[k];
    g[k - 1] = g[k] + slope;
  }
  return g;
}

/// Coefficients of T_0, T_1, ...: b times `factor`, doubled beyond T_0, without what stays below epsilon.
template <num::Real R>
std::vector<R> coefficients(std::vector<R> b, const R& factor) {
  const R small = b.front() * num::epsilon<R>() / 16;
  while (b.size() > 1 && b.back() < small) b.pop_back();
  for (std::size_t k = 0; k < b.size(); ++k) b[k] *= k ? R(2 * factor) : factor;
  return b;
}

}  // namespace

template <num::Real R>
Propagated<R> exponential_by_chebyshev(const ToeplitzPlusDiagonal<R>& h, const Vector<R>& v, std::span<const R> times,
                                       const R& upper, std::span<const int> integrated) {
  // exp(-tH) = exp(-z) [I_0(z) + 2 sum_k I_k(z) T_k(X)], z = t upper/2, X = 1 - 2H/upper
  std::vector<std::vector<R>> series;
  for (const auto& t : times) series.push_back(coefficients(scaled_bessel<R>(t * upper / 2), R(1)));
  for (const int j : integrated)
    series.push_back(coefficients(integrated_bessel(scaled_bessel<R>(times[static_cast<std::size_t>(j)] * upper / 2)),
                                  R(2 / upper)));
  std::size_t terms = 1;
  for (const auto& s : series) terms = std::max(terms, s.size());
  const auto apply = [&](const Vector<R>& x) -> Vector<R> { return x - h.apply(x) * (2 / upper); };
  const auto m = static_cast<Eigen::Index>(times.size());
  Matrix<R> out = Matrix<R>::Zero(v.size(), static_cast<Eigen::Index>(series.size()));
  Vector<R> before = v, here = apply(v);
  for (std::size_t k = 0; k < terms; ++k) {
    const Vector<R>& t_k = k == 0 ? before : here;
    for (std::size_t j = 0; j < series.size(); ++j) {
      if (k >= series[j].size() || series[j][k] == 0) continue;
      const R& c = series[j][k];
      for (Eigen::Index i = 0; i < v.size(); ++i) out(i, static_cast<Eigen::Index>(j)) += c * t_k[i];
    }
    if (k == 0) continue;
    Vector<R> next = 2 * apply(here) - before;
    before = std::move(here);
    here = std::move(next);
  }
  return {out.leftCols(m), out.rightCols(out.cols() - m)};
}

#define CALOR_INSTANTIATE(R)                                                                           \
  template struct ToeplitzPlusDiagonal<R>;                                                             \
  template Propagated<R> exponential_by_chebyshev(const ToeplitzPlusDiagonal<R>&, const Vector<R>&,    \
                                                  std::span<const R>, const R&, std::span<const int>); \
  template std::vector<R> scaled_bessel(const R&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE
template Propagated<double> exponential_by_eigenvectors(const ToeplitzPlusDiagonal<double>&, const Vector<double>&,
                                                        std::span<const double>, std::span<const int>);

}  // namespace calor::evolve
