#pragma once
// langevin: d theta = -mu grad L_B dt + sqrt(2 mu T) dW, constant mobility and temperature, Gaussian start (theory.md
// section 2). sgd-diffusion in one parameter, where the gradient noise does not depend on theta, is the same with
// mobility 1 and a temperature of each data set's own, T_B = D_B = (eta/2m) Var_i[l_i'] + T.

#include <functional>
#include <vector>

#include "data/ensemble.hpp"
#include "evolve/propagator.hpp"
#include "grid/plan.hpp"
#include "learner/course.hpp"
#include "num/eigen.hpp"

namespace calor::learner {

using num::Real;

template <Real R>
struct Langevin {
  R mobility = 1, temperature = 1, weight_decay = 0;
  std::vector<R> initial_mean, initial_stddev;  // one a parameter
  R noise = 0;                                  // sgd-diffusion: eta/2m
  // Schedules: mobility, temperature and noise are then the largest that occur.
  std::vector<Piece<R>> course = {};
  R coldest = 1, quietest = 0;  // the smallest temperature and noise

  /// What data sets without gradient noise have.
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

/// sum_ab Cov_B(T_a, T_b) l_a' l_b' at any node; 0 without covariance. Throws InternalError if it depends on theta.
template <Real R>
R gradient_covariance(const data::DataSet<R>& set, const Terms<R>& terms);

/// T_B: the temperature and, with sgd-diffusion, the gradient noise.
template <Real R>
R temperature(const Langevin<R>& learner, const data::DataSet<R>& set, const Terms<R>& terms);

/// The Fokker–Planck problem of one data set.
template <Real R>
evolve::Problem<R> problem(const Langevin<R>& learner, const data::DataSet<R>& set, const Terms<R>& terms,
                           const grid::Grid<R>& grid);

/// L_B' at any theta, for Problem::force; the arguments must outlive it.
template <Real R>
std::function<R(R)> force(const Langevin<R>& learner, const data::DataSet<R>& set, const model::Model<R>& model);

/// What grid::plan asks about, in double.
grid::Landscape landscape(const Langevin<double>& learner, const model::Model<double>& model,
                          const data::Ensemble<double>& ensemble, double final_time);

}  // namespace calor::learner
