#pragma once
// langevin in two or three parameters: which box, spacing and times a level needs, and the loss terms on its nodes.
// Decisions only; a run confirms them by refinement.

#include "data/ensemble.hpp"
#include "evolve/tensor_expansion.hpp"
#include "learner/langevin.hpp"

namespace calor::run {

using num::Matrix;
using num::Vector;

/// How finely a level resolves, in e-folds. Two levels differ in all of it.
struct TensorResolution {
  double tail = 27;     // densities are followed down to exp(-tail) of their top
  double spacing = 15;  // Fourier transforms of the densities at the edge of the grid's band: exp(-spacing)
  double data = 0;      // spacing of averages over real data sets; 0: as that of the densities
  // densities by themselves, on their support (DriftDiffusion::support): stationary ones count only where the start can
  // have got by then
  bool on_support = false;
  int time_order = 10;  // nodes a time panel, for currents; 0: nothing is integrated over time
  int fine_order = 16;  // nodes a time panel, for averages linear in the density
  // where rates have kinks (kink_mesh.hpp): the order of the elements, their length in units of (order x spacing)
  int element_order = 10;
  double element_share = 0.6;
  // a real x that lags in continuous time (thermo::Splitting): longest substep in units of the fastest time, columns
  double lag_substep = 0.4;
  int lag_columns = 6;

  /// `finer` than the first level, for a number of digits.
  void split_time(int digits, double finer);
};

/// The loss terms l_a of the model at the nodes; rows: nodes, columns: terms.
struct TensorTerms {
  Matrix<double> value, laplacian;
  std::vector<Matrix<double>> slope;  // [axis]
};

TensorTerms terms_on(const model::Model<double>& model, const grid::Tensor& grid);
/// At any nodes, one a row.
TensorTerms terms_on(const model::Model<double>& model, const Matrix<double>& nodes);
Matrix<double> nodes_of(const grid::Tensor& grid);

struct TensorPlan {
  grid::Tensor grid;
  double fastest_time = 1;  // shortest time scale of the densities' change
};

/// Box that hugs every data set's density at all times up to `final_time`, found by scanning the losses on coarse
/// grids.
TensorPlan plan(const learner::Langevin<double>& learner, const model::Model<double>& model,
                const data::Ensemble<double>& ensemble, double final_time, const TensorResolution& resolution);

/// By when densities are as good as stationary.
double settling_time(const learner::Langevin<double>& learner);

/// p(B) of the most probable data set.
double most_probable(const data::Ensemble<double>& ensemble);

/// From the support on, ln P(theta|B) is followed down to minus this many times the tail.
constexpr double depth_on_support = 6;

/// The Fokker–Planck problem of one data set, V cut off above what the places reach where the start or the stationary
/// density exceeds exp(-tail - 12 + rare) of its top, or on the support where the stationary density exceeds
/// exp(-depth_on_support tail); rare: ln of the most probable set's p(B) over that of this set.
evolve::TensorProblem tensor_problem(const learner::Langevin<double>& learner, const data::DataSet<double>& set,
                                     const TensorTerms& terms, const grid::Tensor& grid,
                                     const TensorResolution& resolution, double rare);

}  // namespace calor::run
