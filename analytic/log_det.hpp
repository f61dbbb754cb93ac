#pragma once
// Determinants of covariances by their Cholesky factors.

#include "num/decompose.hpp"

namespace calor::analytic {

/// ln det A for A > 0.
template <num::Real R>
R log_det(const num::Matrix<R>& a) {
  return num::Cholesky<R>(a).log_det();
}

/// ln det(1 + A⁻¹ D) for A > 0 and A + D > 0, from the eigenvalues of the symmetric L⁻¹ D L⁻ᵀ, A = L Lᵀ.
template <num::Real R>
R log_det_ratio(const num::Matrix<R>& a, const num::Matrix<R>& d) {
  using std::log1p;
  const num::Cholesky<R> root(a);
  const num::Matrix<R> both = root.solve_half(root.solve_half(d).transpose());
  R sum = 0;
  for (const R& value : num::symmetric_eigenvalues<R>((both + both.transpose()) / 2)) sum += log1p(value);
  return sum;
}

}  // namespace calor::analytic
