#pragma once
// One resolution of the joint dynamics of (x, theta) under langevin in one parameter: the histories of all data sets.

#include <span>

#include "info/information.hpp"
#include "run/level.hpp"
#include "thermo/joint.hpp"

namespace calor::run {

/// The nodes of the joint densities with the model on them, and each data set's history.
struct JointLevel {
  info::Spaces<double> spaces;
  num::Matrix<double> energy;  // phi, nodes x outcomes or nodes of x
  std::vector<thermo::JointHistory<double>> histories;
};

/// Discrete x: classes of equal outcomes, on the layout's grid, or on panels cut where the rates have a kink
/// (metropolis). `fluctuations`: moments of heat and work, ift_x and ift_theta besides.
/// Real x (gaussian-mean): the grid of x in `spaces`, the model at the nodes of the layout's grid; sampler ou, or
/// redraws.
JointLevel joint_level(const Study<double>& study, const Layout<double>& layout, const Resolution& resolution,
                       const info::Spaces<double>& spaces, bool fluctuations);

/// Equilibrium sampler in continuous time (thermo/equilibrium_fluctuations.hpp): adds the moments of heat and work,
/// ift_x and ift_theta to every row (one a point of the study), averaged over the data sets. spaces, fisher, terms: at
/// the nodes of the layout's grid.
void add_equilibrium_fluctuations(const Study<double>& study, const Layout<double>& layout,
                                  const Resolution& resolution, const info::Spaces<double>& spaces,
                                  const num::Vector<double>& fisher, const learner::Terms<double>& terms,
                                  std::span<info::Row<double>> rows);

/// Takes out the moments of heat and work of `ou` in continuous time: the large powers of phi in the tails of x meet
/// the round-off of the extrapolation.
void drop_moments(thermo::JointHistory<double>& history);

/// True if any of the quantities of I15 is printed.
bool fluctuations_wanted(const Options& options);

}  // namespace calor::run
