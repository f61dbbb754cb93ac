#pragma once
// The fixed design of linear-regression: M = (1/N) sum_j u_j u_jᵀ, its exact rank and its principal axes.

#include <vector>

#include "num/eigen.hpp"
#include "num/exact.hpp"

namespace calor::data {

using num::Real;

/// The rank of the rows, by elimination in rational arithmetic.
int rank(std::vector<std::vector<num::Rational>> rows);

template <Real R>
struct Design {
  explicit Design(const std::vector<std::vector<num::Rational>>& inputs);

  /// The statistic of data with (1/N) sum y_j u_j = g and (1/N) sum y_j² = square, in the order of the model's T.
  std::vector<R> statistic(const num::Vector<R>& g, const R& square) const;

  num::Matrix<R> moment;      // M, exact products rounded once
  int rank = 0;               // of M
  num::Vector<R> eigenvalue;  // descending; those from `rank` on are 0
  num::Matrix<R> axes;        // orthonormal columns
};

}  // namespace calor::data
