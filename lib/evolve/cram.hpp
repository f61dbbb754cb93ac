#pragma once
// exp(t W) p for a birth–death chain by the Chebyshev rational approximation of order 16 in incomplete partial
// fractions,
//   exp(-x) ≈ r(x) = r(∞) prod_k [1 - 2 Re(residue_k / (x + pole_k))],  |r - exp| <= 1e-15 on [0, ∞)
// (M. Pusa, Nucl. Sci. Eng. 182, 297 (2016), doi 10.13182/NSE15-26, table for order 16). Eight complex tridiagonal
// solves for any t.

#include <array>
#include <complex>
#include <span>
#include <vector>

#include "evolve/chain.hpp"

namespace calor::evolve {

struct Cram16 {
  static constexpr double at_infinity = 2.124853710495224e-16;
  static const std::array<std::complex<double>, 8> residue;
  static const std::array<std::complex<double>, 8> pole;
};

/// exp(t_j W) start at times >= 0, each from the start directly, in one step; [time][state]. Linear in the states.
/// With detailed balance towards pi, |error|_1 <= 1e-15 sqrt(sum start²/pi); round-off, too, falls like sqrt(pi) in the
/// tails. Without that bound (start much wider than pi) the result means nothing: r approximates exp on the real axis
/// only.
std::vector<std::vector<double>> exponential_by_cram(const Chain& chain, std::span<const double> start,
                                                     std::span<const double> times);

}  // namespace calor::evolve
