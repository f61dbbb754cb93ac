#pragma once
// The joint density P_t(x, theta | B) of one data set under langevin and a sampler at finite speed (theory.md sections
// 3 and 6).
//
// Theta moves by the exact kernel of langevin over a time tau, exp(-tau H) in the symmetrised sinc basis
// (evolve/spectral.hpp), X by the exact kernel of its sampler at fixed theta. In the lagged dynamics (`step`) these
// moves alternate, and are all there is. In continuous time they are composed symmetrically, X(tau/2) Theta(tau)
// X(tau/2): the error of every state and every accumulated quantity is even in tau and is extrapolated to tau = 0 over
// substeps 1/1, 1/2, 1/3, ...

#include <optional>

#include "evolve/propagator.hpp"
#include "sampler/sampler.hpp"
#include "thermo/joint.hpp"

namespace calor::thermo {

/// How X is sampled, and how finely continuous time is split.
struct Lag {
  experiment::Sampler sampler;
  std::vector<std::vector<int>> neighbours;  // sampler::site_neighbours
  std::optional<num::Rational> step;         // lagged dynamics; else continuous time
  double substep = 0.1;                      // continuous time: longest tau of the coarsest column
  int columns = 6;                           // continuous time: columns of the extrapolation
};

/// `points` increasing, points[0] = 0; X_0 ~ p(.|Theta_0). totals: heat_x, work_x, flow_x, flow_theta, ep_x.
JointHistory<double> follow_lagged(const evolve::Problem<double>& problem, const info::Spaces<double>& spaces,
                                   const Lag& lag, std::span<const double> points);

}  // namespace calor::thermo
