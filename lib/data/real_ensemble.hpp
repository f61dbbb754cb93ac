#pragma once
// Ensembles of real data: what data::enumerate does for models with real x.

#include <functional>

#include "data/ensemble.hpp"

namespace calor::data {

/// The learner feels the covariance of the gradients over examples, not only their mean.
inline bool by_covariance(const experiment::Experiment& e) { return e.learner.kind == "sgd-diffusion"; }

/// The learner feels every example: minibatches of more than one, real x.
inline bool by_examples(const experiment::Experiment& e) {
  return e.learner.kind == "sgld" && e.learner.batch == "minibatch" && e.data.size > 1;
}

/// An ensemble whose statistic is a function of independent standard normals, one an axis.
template <Real R>
struct Family {
  std::size_t axes = 0;
  std::function<std::vector<R>(const std::vector<R>&)> statistic;
  std::vector<R> target_statistic;  // E_p*[T_a]
};

/// True for gaussian-mean and linear-regression: not for an ensemble over widths.
template <Real R>
bool is_gaussian_family(const model::Model<R>& model, const experiment::Experiment& experiment);

template <Real R>
Family<R> gaussian_family(const model::Model<R>& model, const experiment::Experiment& experiment);

/// Data drawn from the experiment's target.
template <Real R>
Ensemble<R> real_target(const model::Model<R>& model, const experiment::Experiment& experiment, const R& tail,
                        const std::vector<R>& resolution);

/// The one data set of `values`.
template <Real R>
Ensemble<R> real_fixed(const model::Model<R>& model, const experiment::Experiment& experiment);

}  // namespace calor::data
