#pragma once
// The nodes of a tensor grid as info::Spaces: weights, the model at every node, Fisher information.

#include "info/information.hpp"
#include "run/tensor_plan.hpp"

namespace calor::run {

info::Spaces<double> spaces(const model::Model<double>& model, const TensorTerms& terms, const grid::Tensor& grid);

/// Trace of the Fisher matrix F(theta) = sum_x p grad ln p grad ln p^T at the nodes: D tr F is what 𝓕 integrates.
Vector<double> fisher_trace(const model::Model<double>& model, const TensorTerms& terms,
                            const info::Spaces<double>& at);

}  // namespace calor::run
