#pragma once
// The ensemble of training sets: every value of the sufficient statistic with its probability.

#include <vector>

#include "experiment/experiment.hpp"
#include "model/model.hpp"

namespace calor::data {

using num::Real;

/// All data sets with one value of the statistic (and of what else the learner sees: covariance, frequency).
template <Real R>
struct DataSet {
  R weight = 0;              // p(B), or its share of a quadrature
  std::vector<R> statistic;  // <T_a>_B
  /// sgd-diffusion: Cov(T_a, T_b) over the examples of B, row-major; 0 where grad l_a = 0 anyway. Else empty.
  std::vector<R> covariance = {};
  /// sgld with minibatches, discrete x: shares of the examples with each distinct statistic, in increasing order. Else
  /// empty.
  std::vector<R> frequency = {};
  /// sgld with minibatches, real x from a target: the statistic of every example. Else empty.
  std::vector<std::vector<R>> examples = {};
};

template <Real R>
struct Ensemble {
  std::vector<DataSet<R>> sets;     // weights sum to 1 up to `dropped`
  std::vector<R> target_statistic;  // E_p*[T_a]; empty for a fixed data set
  bool fixed = false;               // one given data set
  R type_entropy = 0;               // H(statistic) of a discrete ensemble (I3)
  bool discrete = true;
  R dropped = 0;  // probability of the sets left out
};

/// `tail`: sets are left out while their probabilities sum to less than this. Real data are integrated over the exact
/// distribution of what enters the gradient of the loss, by trapezoidal rules (spectrally accurate) with tails cut at
/// `tail`; `resolution` is the spacing on each axis in standard deviations (the last entry serves all further axes):
///   gaussian-mean: the mean, d axes (with sgd-diffusion also the scatter, which is the gradients' covariance);
///   gaussian: the mean, the logarithm of the scatter;
///   linear-regression: the principal axes of sum_j y_j u_j/N, those of positive variance, widest first;
///   sgld with minibatches of gaussian-mean and linear-regression, one parameter, and sgd-diffusion of
///   linear-regression with one weight: every example, an axis each.
/// Of statistics that only shift the loss (Model::constant) a set holds the mean given what else it holds. Throws
/// InputError when the number of data sets does not fit.
template <Real R>
Ensemble<R> enumerate(const model::Model<R>& model, const experiment::Experiment& experiment, const R& tail,
                      const std::vector<R>& resolution);

/// The same resolution on all axes.
template <Real R>
Ensemble<R> enumerate(const model::Model<R>& model, const experiment::Experiment& experiment, const R& tail,
                      const R& resolution);

}  // namespace calor::data
