#pragma once
// linear-regression, langevin, equilibrium sampler, in balls. Everything is Gaussian; covariances are functions of the
// matrix of the drift, without its eigenvectors (analytic/regression.hpp uses those):
//   L_B = ½ θᵀHθ - θ·g/s² + const,  H = M/s² + λ,  M = (1/N) Σ u_j u_jᵀ,  g = (1/N) Σ y_j u_j, Cov(g) = (s*²/N) M,
//   E = e^{-μHt},  A = (μ/s²) int_0^t e^{-μHr} dr,  V = E V_0 E + 2μT int_0^t e^{-2μHr} dr,  S = (s*²/N) A M A,
//   Θ | B ~ N(E m_0 + A g, V),  and S is the covariance of the means over B.

#include <vector>

#include "experiment/experiment.hpp"
#include "proven/rows.hpp"

namespace calor::proven {

/// All quantities at `points` (the first is 0) of an experiment with a closed form, to the thread's precision.
std::vector<BallRow> regression_book(const experiment::Experiment& experiment,
                                     const std::vector<num::Rational>& points);

}  // namespace calor::proven
