#pragma once
// The pieces of a joint level that all data sets share: nodes of theta, the model on them by class of outcomes, the
// langevin dynamics of one data set.

#include "evolve/theta_basis.hpp"
#include "info/information.hpp"
#include "run/level.hpp"
#include "sampler/classes.hpp"

namespace calor::run {

/// The classes of a discrete model's outcomes under the experiment's sampler.
struct OutcomeClasses {
  sampler::Classes classes;
  std::vector<std::vector<int>> neighbours;  // of outcomes; empty where the sampler has no sites
  num::Matrix<double> statistic;             // T, one column a class
};

OutcomeClasses outcome_classes(const Study<double>& study);

/// One turn of X at every node, on densities: a redraw, sweeps, or the exact moves over the step where a rate is given.
/// spaces: by class; thetas: the nodes, one a row.
std::vector<num::Matrix<double>> turn_kernels(const Study<double>& study, const OutcomeClasses& outcomes,
                                              const info::Spaces<double>& spaces, const num::Matrix<double>& thetas);

/// The rates of X between the classes at every node (units of 1/rate), probabilities of classes.
std::vector<num::Matrix<double>> class_generators(const Study<double>& study, const OutcomeClasses& outcomes,
                                                  const info::Spaces<double>& spaces,
                                                  const num::Matrix<double>& thetas);

/// A discrete model at the nodes of theta; columns: classes of outcomes (sampler/classes.hpp). spaces: x_weight is the
/// size of a class, conditional the probability of one outcome of it.
struct ClassModel {
  OutcomeClasses outcomes;
  learner::Terms<double> terms;
  info::Spaces<double> spaces;
  num::Matrix<double> energy, slope, bend;  // phi, phi', phi''
};

ClassModel class_model(const Study<double>& study, const evolve::ThetaBasis& basis);

/// The ends of the grid of one parameter and, between them, where two outcomes that a move joins change places in
/// energy: the rates of metropolis have a kink there. Increasing.
std::vector<double> kinks_and_ends(const Study<double>& study, const grid::Grid<double>& grid);

/// The layout's grid; or panels, where the rates have a kink in theta (metropolis), which they lie between, or where
/// the start is so sharp in so wide a range that panels which widen with the distance from it have fewer nodes.
evolve::ThetaBasis theta_basis(const Study<double>& study, const Layout<double>& layout, const Resolution& resolution);

/// terms: at the nodes of the basis.
evolve::ThetaDynamics dynamics(const Study<double>& study, const data::DataSet<double>& set,
                               const learner::Terms<double>& terms, const evolve::ThetaBasis& basis);

/// ln rho_0 at the nodes.
num::Vector<double> log_initial(const Study<double>& study, const evolve::ThetaBasis& basis);

}  // namespace calor::run
