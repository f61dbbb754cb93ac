#pragma once
// Plug-in mutual information of discrete variables: I = Σ_xy (n_xy/N) ln[n_xy N/(n_x n_y)].
// Bias: upwards, +(K_xy − K_x − K_y + 1)/(2N) + O(1/N²), with K letters of positive probability (Roulston, Physica D
// 125, 285 (1999); Panzeri & Treves, Network 7, 87 (1996)). Regime: N ≫ K_xy, independent samples.

#include <cstdint>
#include <span>

#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// How often letter x met letter y; letters are numbered from 0 in any order. A cell may be listed in parts.
struct Cell {
  std::size_t x = 0, y = 0;
  std::uint64_t count = 0;
};

/// Nats; standard error by the delete-one jackknife (NaN for N = 1). Throws InputError if there are no samples.
Result mi_plugin(std::span<const Cell> cells);

}  // namespace calor::estimators
