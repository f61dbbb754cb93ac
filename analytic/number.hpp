#pragma once
// Number types of closed forms that also serve as proofs: floating point, and balls.

#include "num/real.hpp"
#include "proven/ball.hpp"

namespace calor::analytic {

/// Comparisons of balls hold for all their members, or are false: a branch on one may be taken only where it is right
/// either way.
template <class R>
concept Number = num::Real<R> || std::same_as<R, proven::Ball>;

#define CALOR_FOR_EACH_NUMBER(M) CALOR_FOR_EACH_REAL(M) M(::calor::proven::Ball)

}  // namespace calor::analytic
