#pragma once
// exp(-t H) v for the symmetric, non-negative H = toeplitz + diag, at many times.

#include <span>

#include "num/eigen.hpp"

namespace calor::evolve {

/// H_ij = toeplitz[|i-j|] + diagonal[i] delta_ij.
template <num::Real R>
struct ToeplitzPlusDiagonal {
  num::Vector<R> toeplitz;
  num::Vector<R> diagonal;

  num::Matrix<R> dense() const;
  /// The largest |i - j| with H_ij != 0.
  Eigen::Index band() const;
  /// Gershgorin-type upper bound of the spectrum: that of the symbol plus max of the diagonal.
  R upper(const R& symbol_maximum) const;
};

/// Throws InternalError if H or v are not finite.
template <num::Real R>
void require_finite(const ToeplitzPlusDiagonal<R>& h, const num::Vector<R>& v);

/// exp(-tH) v at several times, and its integral over time from 0 to some of them.
template <num::Real R>
struct Propagated {
  num::Matrix<R> state;     // n x times
  num::Matrix<R> integral;  // n x integrated
};

/// By the eigenvectors of H: n³ once, then n² a time. `integrated`: indices of times.
template <num::Real R>
Propagated<R> exponential_by_eigenvectors(const ToeplitzPlusDiagonal<R>& h, const num::Vector<R>& v,
                                          std::span<const R> times, std::span<const int> integrated = {});

}  // namespace calor::evolve
