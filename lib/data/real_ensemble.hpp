#pragma once
// Ensembles of real data: what data::enumerate does for models with real x.

#include "data/ensemble.hpp"

namespace calor::data {

/// The learner feels the covariance of the gradients over examples, not only their mean.
inline bool by_covariance(const experiment::Experiment& e) { return e.learner.kind == "sgd-diffusion"; }

/// Data drawn from the experiment's target.
template <Real R>
Ensemble<R> real_target(const model::Model<R>& model, const experiment::Experiment& experiment, const R& tail,
                        const std::vector<R>& resolution);

/// The one data set of `values`.
template <Real R>
Ensemble<R> real_fixed(const model::Model<R>& model, const experiment::Experiment& experiment);

}  // namespace calor::data
