#pragma once
// Ratios of determinants of covariances.

#include "num/decompose.hpp"

namespace calor::analytic {

/// ln det(1 + A⁻¹ D) for A = L Lᵀ > 0 (`root`) and A + D > 0, from the eigenvalues of the symmetric L⁻¹ D L⁻ᵀ.
template <num::Real R>
R log_det_ratio(const num::Cholesky<R>& root, const num::Matrix<R>& d) {
  using std::log1p;
  const num::Matrix<R> both = root.solve_half(root.solve_half(d).transpose());
  R sum = 0;
  for (const R& value : num::symmetric_eigenvalues<R>((both + both.transpose()) / 2)) sum += log1p(value);
  return sum;
}

}  // namespace calor::analytic
