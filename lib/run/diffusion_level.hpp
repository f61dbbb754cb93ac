#pragma once
// One resolution of an sgd-diffusion run in two parameters (theory.md section 2): every data set has its own diffusion
// matrix D_B(theta) = (eta/2m) Cov_i[grad l_i] + T 1, currents need not vanish in the stationary state. Discrete
// models, equilibrium sampler, constant learning rate and temperature, double precision.

#include "evolve/drift_diffusion.hpp"
#include "run/level.hpp"
#include "run/tensor_plan.hpp"
#include "run/tensor_spaces.hpp"

namespace calor::run {

struct DiffusionLayout {
  TensorPlan plan;
  data::Ensemble<double> ensemble;
};

DiffusionLayout lay_out_diffusion(const Study<double>& study, const TensorResolution& resolution);

/// The loss terms l_c and their derivatives at the nodes; rows: nodes, columns: terms.
struct DiffusionTerms {
  TensorTerms own;
  std::vector<Matrix<double>> bend;  // [a d + b] second derivatives
};

DiffusionTerms diffusion_terms(const model::Model<double>& model, const grid::Tensor& grid);

/// The equation of one data set. D_ab = T delta_ab + (eta/2m) sum_cd Cov(T_c, T_d) d_a l_c d_b l_d.
evolve::DriftDiffusion diffusion_problem(const learner::Langevin<double>& learner, const data::DataSet<double>& set,
                                         const DiffusionTerms& terms, const grid::Tensor& grid);

/// One row a point of the study; with `parts` also ep_theta_housekeeping and ep_theta_excess (I9), which need every
/// data set's stationary density.
std::vector<info::Row<double>> evaluate_diffusion(const Study<double>& study, const DiffusionLayout& layout,
                                                  const TensorResolution& resolution, bool parts,
                                                  const std::function<void(double)>& fraction);

}  // namespace calor::run
