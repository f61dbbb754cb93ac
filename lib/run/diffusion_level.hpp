#pragma once
// One resolution of an sgd-diffusion run on a tensor grid (theory.md section 2): every data set has its own diffusion
// matrix D_B(theta) = (eta/2m) Cov_i[grad l_i] + T 1, Itô convention; currents need not vanish in the stationary state
// of two parameters. One or two parameters, equilibrium sampler, constant learning rate and temperature, double
// precision.

#include <algorithm>
#include <cmath>

#include "evolve/drift_diffusion.hpp"
#include "run/level.hpp"
#include "run/tensor_plan.hpp"
#include "run/tensor_spaces.hpp"

namespace calor::run {

struct DiffusionLayout {
  TensorPlan plan;
  data::Ensemble<double> ensemble;
};

/// Box, spacing and times (diffusion_plan.cpp). Where D_B depends on theta, densities are expected to fall like the
/// stationary ones along rays, exp(-int (D' - f)/D dr), or like those that have had no more time than there is.
/// `settled`: the stationary density must find room, however short the run.
DiffusionLayout lay_out_diffusion(const Study<double>& study, bool settled, const TensorResolution& resolution);

/// Points and quadrature nodes of a level.
evolve::TimeNodes<double> diffusion_times(const Study<double>& study, const DiffusionLayout& layout,
                                          const TensorResolution& resolution);

/// Smallest and largest eigenvalue of D on a grid.
struct Range {
  double least = HUGE_VAL, most = 0;

  void include(const Range& other) {
    least = std::min(least, other.least);
    most = std::max(most, other.most);
  }
};

Range eigenvalues(const evolve::DriftDiffusion& problem);

/// The loss terms l_c and their derivatives at the nodes; rows: nodes, columns: terms.
struct DiffusionTerms {
  TensorTerms own;
  std::vector<Matrix<double>> bend;  // [a d + b] second derivatives
};

DiffusionTerms diffusion_terms(const model::Model<double>& model, const grid::Tensor& grid);
/// At any nodes, one a row.
DiffusionTerms diffusion_terms(const model::Model<double>& model, const Matrix<double>& nodes);

/// The equation of one data set. D_ab = T delta_ab + (eta/2m) sum_cd Cov(T_c, T_d) d_a l_c d_b l_d.
evolve::DriftDiffusion diffusion_problem(const learner::Langevin<double>& learner, const data::DataSet<double>& set,
                                         const DiffusionTerms& terms, const grid::Tensor& grid);
evolve::DriftDiffusion diffusion_problem(const learner::Langevin<double>& learner, const data::DataSet<double>& set,
                                         const DiffusionTerms& terms,
                                         const std::shared_ptr<const evolve::ThetaMesh>& mesh);

/// ln rho_ss at the nodes, and its error; 1 or more where it is not known.
struct LogStationary {
  Vector<double> value, uncertain;
};

/// From e^{-g} rho_ss, which round-off hides below 1e-13 of its top.
LogStationary log_stationary(const evolve::DriftDiffusion& problem, const Vector<double>& rest);

/// One parameter, where J_ss = 0: ln rho_ss = int (f - D')/D, by Gauss's rule between the nodes, to all depths.
LogStationary log_stationary(const learner::Langevin<double>& learner, const model::Model<double>& model,
                             const data::DataSet<double>& set, const grid::Tensor& grid);

/// One row a point of the study; with `parts` also ep_theta_housekeeping and ep_theta_excess (I9), which need every
/// data set's stationary density.
std::vector<info::Row<double>> evaluate_diffusion(const Study<double>& study, const DiffusionLayout& layout,
                                                  const TensorResolution& resolution, bool parts,
                                                  const std::function<void(double)>& fraction);

}  // namespace calor::run
