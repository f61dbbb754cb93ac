#pragma once
// Mixtures over the scatter of the data. With sgd-diffusion of gaussian-mean the noise of the learner depends on the
// scatter S = (1/N) Σ (b_i - b̄)² of its data; given S, (B̄, Θ, X) is jointly Gaussian, and S is independent of b̄.

#include <vector>

#include "analytic/quantities.hpp"

namespace calor::analytic {

template <num::Real R>
struct ScatterNode {
  R scatter, weight;  ///< weights add up to 1
};

/// Quadrature over S ~ variance χ²_{N-1}/N: leaves out exp(-goal), and errs by about as much; if `inverse`, also of
/// integrands that grow as 1/S (N > 3), which a learner without a temperature has.
template <num::Real R>
std::vector<ScatterNode<R>> scatter_nodes(long size, const R& variance, const R& goal, bool inverse);

/// Entropy of Σ_j w_j N(0, width_j), but for errors near exp(-goal).
template <num::Real R>
R mixture_entropy(const std::vector<ScatterNode<R>>& nodes, const std::vector<R>& width, const R& goal);

/// Covariance of two variables.
template <num::Real R>
struct Covariance2 {
  R xx, xy, yy;
};

/// Entropy of Σ_j w_j N(0, C_j) in two dimensions: in coordinates in which the shapes are as round as can be, along the
/// radius as above, over the angle by the trapezoidal rule with `angles` points of a half turn (exponentially
/// convergent).
template <num::Real R>
R mixture_entropy(const std::vector<ScatterNode<R>>& nodes, const std::vector<Covariance2<R>>& covariance,
                  const R& goal, int angles);

/// The quantities of the mixture from those given S at one time (analytic/linear_gaussian.hpp, one channel), all of one
/// learner: what is linear in the law is averaged; entropies of Θ and X and the informations in them are those of the
/// mixture. `at_start`: the quantities at t = 0. `lags`: (Θ, X) needs an entropy of its own, with `angles`.
template <num::Real R>
Quantities<R> mix(const std::vector<ScatterNode<R>>& nodes, const std::vector<Quantities<R>>& given,
                  const Quantities<R>& at_start, bool lags, const R& goal, int angles);

}  // namespace calor::analytic
