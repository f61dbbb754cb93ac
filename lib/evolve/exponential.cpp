#include "evolve/exponential.hpp"

#include <algorithm>
#include <vector>

#include "num/decompose.hpp"
#include "num/errors.hpp"

namespace calor::evolve {

using num::Matrix;
using num::Vector;

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
Eigen::Index ToeplitzPlusDiagonal<R>::band() const {
  Eigen::Index k = toeplitz.size() - 1;
  while (k > 0 && toeplitz[k] == 0) --k;
  return k;
}

template <num::Real R>
R ToeplitzPlusDiagonal<R>::upper(const R& symbol_maximum) const {
  return symbol_maximum + diagonal.maxCoeff();
}

template <num::Real R>
void require_finite(const ToeplitzPlusDiagonal<R>& h, const Vector<R>& v) {
  if (!h.toeplitz.allFinite() || !h.diagonal.allFinite() || !v.allFinite())
    throw InternalError("spectral: a generator or a start that is not finite");
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

template struct ToeplitzPlusDiagonal<double>;
template struct ToeplitzPlusDiagonal<num::Mp100>;
template void require_finite(const ToeplitzPlusDiagonal<double>&, const Vector<double>&);
template void require_finite(const ToeplitzPlusDiagonal<num::Mp100>&, const Vector<num::Mp100>&);
template Propagated<double> exponential_by_eigenvectors(const ToeplitzPlusDiagonal<double>&, const Vector<double>&,
                                                        std::span<const double>, std::span<const int>);

}  // namespace calor::evolve
