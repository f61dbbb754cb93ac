#pragma once
// Standard error of nearest-neighbour estimators by random halving.
// Two disjoint halves A, B of independent samples give independent T_A, T_B, so ⟨(T_A − T_B)²⟩/4 = Var[T_{N/2}]/2,
// which is Var[T_N] where the variance goes like 1/N (Politis & Romano, Ann. Stat. 22, 2031 (1994); Holmes & Nemenman,
// PRE 100, 022404 (2019) split in the same way for KSG). The delete-one jackknife is not valid here (about 20 to 50 %
// too large: neighbours are not smooth functions of the sample), the scatter of the local terms about 20 % too small
// (neighbours are shared).

#include <cstddef>
#include <functional>
#include <span>

#include "validation/estimators/points.hpp"
#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// How many random halvings are averaged: the error's own relative error is about 20 % (1/√2 at 1 halving).
inline constexpr int default_halvings = 8;

/// √ of the mean of (T_A − T_B)²/4 over `halvings` random halvings of 0..n−1, the same ones at every call. `value` gets
/// the indices of a half.
double halving_error(std::size_t n, int halvings, const std::function<double(std::span<const std::size_t>)>& value);

/// The rows of `points` with these indices.
std::vector<double> rows(Points points, std::span<const std::size_t> indices);

/// Sets the standard error of `result`, an estimate with k neighbours whose local terms gave the one it has: by halving
/// if halvings > 0 and half the samples are more than k, else it stays (NaN if it is 0: too few local terms). Notes it
/// among the conventions.
void set_error(Result& result, int k, int halvings, const std::function<double(std::span<const std::size_t>)>& value);

}  // namespace calor::estimators
