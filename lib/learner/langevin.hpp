#pragma once
// langevin: d theta = -mu grad L_B dt + sqrt(2 mu T) dW, constant mobility and temperature, Gaussian start (theory.md
// section 2).

#include <vector>

#include "data/ensemble.hpp"
#include "evolve/propagator.hpp"
#include "grid/plan.hpp"
#include "num/eigen.hpp"

namespace calor::learner {

using num::Real;

template <Real R>
struct Langevin {
  R mobility = 1, temperature = 1, weight_decay = 0;
  std::vector<R> initial_mean, initial_stddev;  // one a parameter

  R diffusion() const { return mobility * temperature; }
};

template <Real R>
Langevin<R> langevin(const experiment::Learner& spec);

/// The loss terms l_a and their first two derivatives at the nodes of a one-parameter grid; rows: nodes, columns:
/// terms.
template <Real R>
struct Terms {
  num::Matrix<R> value, slope, curvature;
};

template <Real R>
Terms<R> terms_on(const model::Model<R>& model, const grid::Grid<R>& grid);

/// The Fokker–Planck problem of one data set.
template <Real R>
evolve::Problem<R> problem(const Langevin<R>& learner, const data::DataSet<R>& set, const Terms<R>& terms,
                           const grid::Grid<R>& grid);

/// What grid::plan asks about, in double.
grid::Landscape landscape(const Langevin<double>& learner, const model::Model<double>& model,
                          const data::Ensemble<double>& ensemble, double final_time);

}  // namespace calor::learner
