#pragma once
// exp(-tH) v in multiprecision by Chebyshev polynomials of the resolvent A = (1 + gamma H)^-1, whose spectrum lies in
// (0, 1] however wide that of H is: exp(-tH) = sum_k c_k T_k(2A - 1), and some hundred terms do for all times between
// gamma tau and 16 gamma tau, where polynomials of H need sqrt(t |H|) and more. (Rational approximations with one
// repeated pole, S. P. Nørsett, BIT 14, 63 (1974).) A times a vector is a Cholesky solution in double, refined with
// residuals in integers until the digits are there.

#include "evolve/exponential.hpp"

namespace calor::evolve {

/// By as many resolvents as the times need, polynomials of H for the earliest. `upper` bounds the spectrum from above,
/// its lower end is 0. What is cut and rounded stays below epsilon |v|, in the integrals below t times that. `rough`,
/// if not 0: at times that are not `integrated`, 2^(8-rough) |v| at most. Throws InternalError if H or v are not
/// finite, AccuracyError where t |H| is so large (about 1e16) that solutions in double are no use for the refinement.
Propagated<num::Mp100> exponential_by_resolvents(const ToeplitzPlusDiagonal<num::Mp100>& h,
                                                 const num::Vector<num::Mp100>& v, std::span<const num::Mp100> times,
                                                 const num::Mp100& upper, const num::Mp100& epsilon,
                                                 std::span<const int> integrated = {}, long rough = 0);

/// Whether that takes less time than polynomials of H alone until t with t upper = z (measured with 300 to 1600 nodes:
/// a product with a resolvent takes as long as four with H).
bool resolvents_pay(double z, const num::Mp100& epsilon);
/// How many products of H and a vector the cheaper way needs, or takes as long as, for so many decimals.
double products_needed(double z, double decimals);

}  // namespace calor::evolve
