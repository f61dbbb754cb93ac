#pragma once
// Nodes and weights of the integrals over theta in discrete time: the trapezoidal rule where everything is smooth in
// theta, Gauss-Legendre panels on both sides of a place where the sampler's probabilities have a kink (metropolis:
// min(1, e^{-dphi})). Both converge exponentially.

#include "grid/plan.hpp"
#include "learner/langevin.hpp"

namespace calor::learner {

template <Real R>
struct Nodes {
  num::Vector<R> theta, weight;
  R spacing = 0;  // of uniform nodes; 0 of others

  Eigen::Index size() const { return theta.size(); }

  /// theta_j - theta_i, without cancellation where the nodes are uniform.
  R difference(Eigen::Index j, Eigen::Index i) const {
    return spacing > 0 ? R(spacing * static_cast<int>(j - i)) : R(theta[j] - theta[i]);
  }
};

/// The trapezoidal rule with spacing at most `spacing`.
template <Real R>
Nodes<R> uniform_nodes(const grid::Interval& interval, double spacing);

/// Gauss-Legendre panels of `order` nodes whose mean distance is 0.6 spacing, cut at `kink` if that is inside.
template <Real R>
Nodes<R> broken_nodes(const grid::Interval& interval, double kink, double spacing, int order);

/// The loss terms and their derivatives at the nodes.
template <Real R>
Terms<R> terms_at(const model::Model<R>& model, const num::Vector<R>& theta);

}  // namespace calor::learner
