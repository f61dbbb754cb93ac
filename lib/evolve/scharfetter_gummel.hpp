#pragma once
// A one-parameter Fokker–Planck equation as a reversible birth–death chain on the nodes of its grid, with the rates of
// D. L. Scharfetter and H. K. Gummel (IEEE Trans. Electron Devices 16, 64 (1969); J. S. Chang and G. Cooper,
// J. Comput. Phys. 6, 1 (1970)),
//   w(i -> i±1) = D/h² B((L_{i±1} - L_i)/T),  B(u) = u / (e^u - 1).
// B(u)/B(-u) = e^{-u}: detailed balance with exp(-L/T) at the nodes is exact, so is probability h sum rho_i, and rho
// stays positive. The ends reflect. Functionals of rho have errors c_1 h² + c_2 h⁴ + ...: see richardson.hpp.

#include "evolve/chain.hpp"
#include "evolve/propagator.hpp"

namespace calor::evolve {

/// The chain of a problem. Rates in 1/time.
Chain scharfetter_gummel(const Problem<double>& problem);

/// Entropy-production rate of the chain (theory.md I7) in nats per time, for node probabilities spacing * density:
/// sum over edges of (w rho - w' rho') ln(w rho / w' rho'). Edges with an end below `floor` there are left out (pass
/// zeros for none).
double entropy_production_rate(const Chain& chain, double spacing, const std::vector<double>& density,
                               const std::vector<double>& floor);

/// sqrt(1 + chi²) = sqrt(sum h rho²/pi), pi ∝ exp(-L/T) with h sum pi = 1: what the rational exponential's error grows
/// with.
double stationary_norm(const Problem<double>& problem, const std::vector<double>& density);

/// ln pi at the nodes, pi ∝ exp(-L/T) with h sum pi = 1.
std::vector<double> log_stationary(const Problem<double>& problem);

/// ln of the largest rho/sqrt(pi) over the nodes.
double log_largest_ratio(const std::vector<double>& density, const std::vector<double>& log_pi);

}  // namespace calor::evolve
