#pragma once
// The nodes of a tensor grid as info::Spaces: weights, the model at every node, Fisher information.

#include "grid/sinh.hpp"
#include "info/information.hpp"
#include "run/tensor_plan.hpp"

namespace calor::run {

/// Real x (given the row of a fixed design, if the model has one): nodes that resolve p(x|theta) at every node of the
/// grid; x_weight includes the share of the row, so that every entropy of X is the mean over the rows.
info::Spaces<double> spaces(const model::Model<double>& model, const TensorTerms& terms, const grid::Tensor& grid,
                            const TensorResolution& resolution = {});

/// phi = -ln p(x|theta) at the nodes, one column a node of x or an outcome, as spaces() has them: finite where p
/// underflows.
Matrix<double> energies(const model::Model<double>& model, const TensorTerms& terms, const grid::Tensor& grid,
                        const TensorResolution& resolution = {});

/// A real x on one of the distinct rows of the design.
struct RealRow {
  Vector<double> mean, width;  // of p(x|theta) at every node of theta
  int count = 1;               // rows it stands for: those that are the same, or each other's mirror image
  grid::SinhGrid x;            // as narrow as the narrowest p(x|theta) asks where means lie, wider beyond
};

/// The rows of a model with real x, of which spaces() has the nodes one after the other.
std::vector<RealRow> real_rows(const model::Model<double>& model, const grid::Tensor& grid,
                               const TensorResolution& resolution);

/// How many nodes of x, or outcomes, spaces() has on each distinct row of the design.
std::vector<Eigen::Index> nodes_of_rows(const model::Model<double>& model, const grid::Tensor& grid,
                                        const TensorResolution& resolution);

/// How many nodes of x, or outcomes, spaces() has.
double x_nodes(const model::Model<double>& model, const grid::Tensor& grid, const TensorResolution& resolution);

/// Fisher information F_ab(theta) = sum_x p d_a ln p d_b ln p at the nodes, [a d + b]: tr(D F) is what 𝓕 integrates.
std::vector<Vector<double>> fisher_matrix(const model::Model<double>& model, const TensorTerms& terms,
                                          const grid::Tensor& grid, const info::Spaces<double>& at);

}  // namespace calor::run
