#pragma once
// Informations between B, Θ and X when all are jointly Gaussian (gaussian-mean with a lagging sampler), one coordinate.

#include "analytic/quantities.hpp"

namespace calor::analytic {

/// Second moments about the means. Y = X - Θ is the lag. The pairs (Θ, X) and (Θ, Y) say the same twice; both are kept
/// because each is free of cancellation where the other is not (slow and fast samplers).
template <Number R>
struct JointGaussian {
  R s2;             ///< Var(x|θ) of the model
  R v;              ///< Var(Θ|B)
  R c, vx;          ///< Cov(Θ,X|B), Var(X|B)
  R cy, z;          ///< Cov(Θ,Y|B), Var(Y|B) - s²
  R mtt, mxx;       ///< variances over B of E[Θ|B], E[X|B]
  R mty, myy, mtx;  ///< (co)variances over B of E[Θ|B] with E[Y|B], of E[Y|B], of E[Θ|B] with E[X|B]
};

/// Var(Θ|B) Var(X|B) - Cov² = v Var(X|Θ,B).
template <Number R>
R determinant(const JointGaussian<R>& j);

/// Var(X|Θ,B) - s² = z - cy²/v.
template <Number R>
R excess_given_theta(const JointGaussian<R>& j);

/// -½ ln(1 - ρ²) of (Θ, X) given B.
template <Number R>
R info_x_theta_given_b(const JointGaussian<R>& j);

/// l_info, r_info = I(Θ;B|X), info_x_theta, info_x_theta_given_b, entropy_x, entropy_x_given_b, entropy_x_given_theta
/// (= S(X|Θ,B)).
template <Number R>
Quantities<R> informations(const JointGaussian<R>& j);

}  // namespace calor::analytic
