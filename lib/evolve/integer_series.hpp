#pragma once
// Sums of Chebyshev polynomials of a symmetric matrix X, |X| <= 1, times a vector, in fixed-point integers: as
// |T_k(X)| <= 1, everything is an integer times one power of two.

#include <functional>
#include <span>
#include <vector>

#include "evolve/toeplitz.hpp"

namespace calor::evolve {

/// ChebyshevSeries of T_0, T_1, ... of one function of X.
using ChebyshevSeries = std::vector<num::Mp100>;

/// ChebyshevSeries without the last ones that stay below epsilon/16 of the largest.
ChebyshevSeries without_tail(ChebyshevSeries c, const num::Mp100& epsilon);

/// Which of the functions at `times`, and of their integrals, need no more than 17 decimals: none unless `roughly`,
/// else those at times without an integral.
std::vector<bool> rough(std::size_t times, std::span<const int> integrated, bool roughly);

/// sum_k c_k T_k(X) v for every function, a column each; with coefficients of 62 bits only, which take half the time,
/// where `roughly` says so (empty: nowhere). `twice` makes out = 2 X here - before of vectors in units of
/// 2^-point; v must not be 0 or infinite.
num::Matrix<num::Mp100> chebyshev_sums(
    const std::vector<ChebyshevSeries>& functions, const std::vector<bool>& roughly, const num::Vector<num::Mp100>& v,
    long point, const std::function<void(Integers& here, Integers& before, Integers& out)>& twice);

}  // namespace calor::evolve
