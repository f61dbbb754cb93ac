#pragma once
// Sums of Chebyshev polynomials of a symmetric matrix X, |X| <= 1, times a vector, in fixed-point integers: as
// |T_k(X)| <= 1, everything is an integer times one power of two.

#include <functional>
#include <span>
#include <vector>

#include "evolve/exponential.hpp"
#include "evolve/toeplitz.hpp"

namespace calor::evolve {

/// Coefficients of T_0, T_1, ... of one function of X.
using ChebyshevSeries = std::vector<num::Mp100>;

/// The series without its last coefficients, which stay below epsilon/16 of the largest.
ChebyshevSeries without_tail(ChebyshevSeries c, const num::Mp100& epsilon);

/// sum_k c_k T_k(X) v for every function: those of the times, then those of the integrals up to the times that are
/// `integrated`. Coefficients have `point` bits, but no more than `rough` (if that is not 0; the fewer, the faster) at
/// times without an integral. `twice` makes out = 2 X here - before of vectors in units of 2^-point; v must not be 0 or
/// infinite.
Propagated<num::Mp100> chebyshev_sums(
    const std::vector<ChebyshevSeries>& functions, std::span<const int> integrated, long rough,
    const num::Vector<num::Mp100>& v, long point,
    const std::function<void(Integers& here, Integers& before, Integers& out)>& twice);

}  // namespace calor::evolve
