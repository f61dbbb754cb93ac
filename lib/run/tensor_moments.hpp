#pragma once
// Fluctuations in continuous time on tensor grids (theory.md I13, I15): densities weighted by powers of heat and work
// obey the equation of the joint density with feeds from the lower powers (evolve/block_flow.hpp). Units: nats.

#include <map>
#include <span>
#include <string>
#include <vector>

#include "evolve/drift_diffusion.hpp"
#include "evolve/tensor_joint.hpp"
#include "info/information.hpp"

namespace calor::run {

/// [quantity][point]: "_heat_x_1" .. "_3", "_work_x_1" .. "_3", "ift_x", and of equilibrium_moments "ift_theta".
using Moments = std::map<std::string, std::vector<double>>;

/// X lagging. M_k, weighted by the k-th power of the heat q so far:
///   dM_k/dt = L M_k + sum_l binom(k, l) g q^l M_{k-l},  q(x' <- x) = phi(x') - phi(x),
/// and w = phi_t(x_t) - phi_0(x_0) - q. The density weighted by e^{-sigma_X} is P itself: where X jumps, P(x') g(x, x')
/// arrives from x and as much leaves, and the rest grows by the change of ln P; so ift_x is the mass of P.
/// energy: n x classes; points: from 0.
Moments lagging_moments(const evolve::DriftDiffusion& problem, const info::Spaces<double>& spaces,
                        const num::Matrix<double>& energy, const evolve::JointRates& rates,
                        std::span<const double> points);

/// Adds one data set's share to the rows.
void add_moments(const Moments& moments, double weight, std::span<info::Row<double>> rows);

/// The equilibrium sampler: thermo/equilibrium_fluctuations.hpp with tr(D F) for D F. fisher: [a d + b] F_ab.
Moments equilibrium_moments(const evolve::DriftDiffusion& problem, const info::Spaces<double>& spaces,
                            const std::vector<num::Vector<double>>& fisher, std::span<const double> points);

/// <e^{-sigma_Theta}> = int int rho_t(theta') K(theta|theta') d theta d theta', K by the course in reverse.
std::vector<double> parameter_ift(const evolve::DriftDiffusion& problem, std::span<const double> points);

}  // namespace calor::run
