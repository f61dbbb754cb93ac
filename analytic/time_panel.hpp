#pragma once
// Linear equations on a stretch of time by Chebyshev collocation.

#include <vector>

#include "num/eigen.hpp"

namespace calor::analytic {

/// Chebyshev–Lobatto points of [0, 1], both ends among them: differentiation by the barycentric formula, integration by
/// Clenshaw and Curtis (L. N. Trefethen, Spectral Methods in MATLAB, SIAM 2000, chapters 6 and 12).
template <num::Real R>
class TimePanel {
 public:
  explicit TimePanel(int order);  ///< even, >= 4: order + 1 points

  const num::Vector<R>& nodes() const { return nodes_; }
  Eigen::Index size() const { return nodes_.size(); }

  /// ∫ over a panel of this length.
  R integral(const num::Vector<R>& values, const R& length) const { return length * weights_.dot(values); }

  /// y' = -rate y + source on a panel of this length, one column a right-hand side: all values, given those at its
  /// beginning. Exponential convergence in the order where rate and source are smooth; any rate >= 0.
  num::Matrix<R> solve(const num::Vector<R>& rate, const num::Matrix<R>& source, const num::Matrix<R>& start,
                       const R& length) const;

 private:
  num::Vector<R> nodes_, weights_;
  num::Matrix<R> derivative_;
};

}  // namespace calor::analytic
