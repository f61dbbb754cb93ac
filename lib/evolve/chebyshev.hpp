#pragma once
// exp(-tH) v by Chebyshev polynomials: in multiprecision with fixed-point integers, in double with Fourier transforms.

#include "evolve/exponential.hpp"

namespace calor::evolve {

/// By one Chebyshev expansion shared by all times; `upper` bounds the spectrum from above, its lower end is 0. Terms:
/// about sqrt(upper t ln(1/epsilon)). As |T_k(X)| <= 1, everything is an integer times one power of two, and H times a
/// vector is one product of polynomials (FLINT). What is cut and rounded stays below epsilon |v|, in the integrals
/// below t times that. `rough`, if not 0: at times that are not `integrated`, 2^(8-rough) |v| at most. Throws
/// InternalError if H or v are not finite.
Propagated<num::Mp100> exponential_by_chebyshev(const ToeplitzPlusDiagonal<num::Mp100>& h,
                                                const num::Vector<num::Mp100>& v, std::span<const num::Mp100> times,
                                                const num::Mp100& upper, const num::Mp100& epsilon,
                                                std::span<const int> integrated = {}, long rough = 0);

/// The same in double: H times a vector by Fourier transforms, n ln n a term. Round-off: of the size of that of
/// eigenvectors or smaller, mostly in the lowest mode: below epsilon |v| (4 + upper t/50) (measured,
/// tests/evolve/test_exponential.cpp).
Propagated<double> exponential_by_chebyshev(const ToeplitzPlusDiagonal<double>& h, const num::Vector<double>& v,
                                            std::span<const double> times, const double& upper, const double& epsilon,
                                            std::span<const int> integrated = {});

/// exp(-z) I_k(z) for k = 0, 1, ... until the terms stay below epsilon, by Miller's backward recurrence normalised with
/// exp(-z)(I_0 + 2 sum I_k) = 1 (DLMF 10.35.5): all terms positive.
template <num::Real R>
std::vector<R> scaled_bessel(const R& z, const R& epsilon = num::epsilon<R>());

}  // namespace calor::evolve
