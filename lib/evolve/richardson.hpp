#pragma once
// Extrapolation to spacing 0 of functionals computed on nested grids, each with half the spacing of the one before,
// whose errors are c_1 h² + c_2 h⁴ + ... (Romberg's table; Stoer and Bulirsch, Introduction to Numerical Analysis,
// section 3.4).

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "num/real.hpp"

namespace calor::evolve {

/// With T(m,k) = T(m,k-1) + [T(m,k-1) - T(m-1,k-1)] / (4^k - 1) and levels 0 .. m: value = T(m,m), and with
/// D_j = |T(j,j) - T(j-1,j-1)|, D = max(D_m, D_{m-1} max(4^{-m}, q/8)), q = min(1, D_{m-1}/D_{m-2}) (0 if m < 3),
/// r = max(D/D_{m-1}, 4^{-m}):  error = 2 D r/(1-r) while r < 1/2, else 4 max(D, D_{m-1});  two levels: error = D_1.
/// D_m r/(1-r) is the tail of a geometric series, what T(m,m) still has to go if each level gains as much as the last
/// (Aitken); levels that resolve the problem gain more each time, up to r = 4^{-m}, where D_m r = |T(m,m) - T(m,m-1)|,
/// the difference of the last two columns. That difference alone is far too small while the coarse levels do not
/// resolve (steps of L/T above 1). D instead of D_m: the last step may be small by chance.
/// A heuristic. Round-off in the levels, amplified by less than 2, is not included.
template <num::Real R>
struct Extrapolated {
  std::vector<R> value;  // [functional]
  std::vector<R> error;  // [functional]
};

/// The error above from D_1 .. D_m.
template <num::Real R>
R remaining(const std::vector<R>& steps) {
  using std::max;
  const std::size_t m = steps.size();
  if (m == 1) return steps[0];
  R gain = 1;
  for (std::size_t k = 0; k < m; ++k) gain /= 4;
  const R before = steps[m - 2];
  R least = gain;
  if (m > 2 && before > 0) least = max(gain, R(steps[m - 3] > before ? before / steps[m - 3] / 8 : R(1) / 8));
  const R step = max(steps[m - 1], R(before * least));
  if (step == 0) return step;
  const R ratio = before > 0 ? max(R(step / before), gain) : R(1);
  return 2 * ratio < 1 ? R(2 * step * ratio / (1 - ratio)) : R(4 * max(step, before));
}

/// levels[level][functional], coarsest first. Throws std::invalid_argument with fewer than two levels or of unequal
/// lengths.
template <num::Real R>
Extrapolated<R> richardson(const std::vector<std::vector<R>>& levels) {
  using std::fabs;
  if (levels.size() < 2) throw std::invalid_argument("richardson: needs two levels or more");
  for (const auto& l : levels)
    if (l.size() != levels[0].size()) throw std::invalid_argument("richardson: levels of unequal lengths");
  Extrapolated<R> out;
  for (std::size_t f = 0; f < levels[0].size(); ++f) {
    std::vector<R> row{levels[0][f]}, steps;  // T(j,0) .. T(j,j); D_1 .. D_j
    for (std::size_t j = 1; j < levels.size(); ++j) {
      std::vector<R> next{levels[j][f]};
      R power = 1;
      for (std::size_t k = 1; k <= j; ++k) {
        power *= 4;
        next.push_back(next[k - 1] + (next[k - 1] - row[k - 1]) / (power - 1));
      }
      steps.push_back(fabs(next.back() - row.back()));
      row = std::move(next);
    }
    out.value.push_back(row.back());
    out.error.push_back(remaining(steps));
  }
  return out;
}

}  // namespace calor::evolve
