#pragma once
// Several functions of theta that move by one drift-diffusion equation (drift_diffusion.hpp, with or without a course)
// and feed each other at every node:
//   d psi_i/dt = L(t) psi_i + sum_j (g_ij + heat(t) h_ij + noise(t) n_ij) psi_j,
// e.g. the joint densities of Theta and of X's classes, and densities weighted by powers of heat and work. L is a
// polynomial in time on each piece of the course, so Taylor's series of psi follows by recurrence
// (d psi/dt = sum_m s^m L_m psi: (k+1) c_{k+1} = sum_m L_m c_{k-m}) and gives psi at every time between. A symmetric L
// on spectral elements: Chebyshev expansions, restarted before the feeds, which are not symmetric, make them grow.

#include <functional>
#include <span>
#include <vector>

#include "evolve/drift_diffusion.hpp"

namespace calor::evolve {

/// What block `from` adds to block `to`; fields of problem.size() entries or empty (0).
struct Feed {
  Eigen::Index to = 0, from = 0;
  num::Vector<double> constant = {}, heated = {}, noised = {};
};

/// Called at each time with psi (blocks one after another) and a bound on its round-off in the 2-norm.
using BlockVisit = std::function<void(std::size_t time, const num::Vector<double>& psi, double round_off)>;

/// start: psi at times[0], blocks * problem.size() entries; times increasing, from any time >= 0. Throws AccuracyError
/// if the series does not converge.
void block_flow(const DriftDiffusion& problem, const std::vector<Feed>& feeds, const num::Vector<double>& start,
                std::span<const double> times, const BlockVisit& visit);

/// A node's own share of round-off that is known in the 2-norm over `size` entries: taken as 16 times an even one.
double share_of_a_node(Eigen::Index size);

/// L(t) psi, block by block, without the feeds.
num::Vector<double> block_motion(const DriftDiffusion& problem, double time, const num::Vector<double>& psi);

}  // namespace calor::evolve
