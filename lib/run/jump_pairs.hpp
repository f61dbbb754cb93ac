#pragma once
// Theta jumps and X moves in continuous time as one finite chain, whose states are pairs of a state of Theta and a
// label of X: x itself, or what is known of x (jump_redraws.cpp).

#include <functional>

#include "run/jump_moves.hpp"

namespace calor::run {

/// The pair (theta_i, label k) has index i labels + k.
template <Real R>
struct PairChain {
  int labels = 0;
  Matrix<R> energy;              // states x labels: <phi>
  Vector<R> start;               // probabilities of the pairs
  std::vector<Edge<R>> x_moves;  // those of Theta follow from its rates
  /// dS(X,Theta|B)/dt while X moves, the same while Theta moves, and the entropy production of X by currents.
  std::function<Rates<R>(const learner::Ladder<R>&, const Vector<R>&)> rates;
  std::function<Matrix<R>(const Vector<R>&)> joint;  // density of (theta, x), n x K
};

/// What becomes of the chain, along a schedule or not: see follow_lagging.
template <Real R>
PairHistory<R> follow_pairs(const JumpSetting<R>& setting, const Vector<R>& loss, const PairChain<R>& chain);

/// Probabilities of the pairs as a matrix, states x labels.
template <Real R>
Matrix<R> as_matrix(const Vector<R>& pairs, Eigen::Index states) {
  return Eigen::Map<const Matrix<R>>(pairs.data(), pairs.size() / states, states).transpose();
}

/// The inverse of as_matrix.
template <Real R>
Vector<R> as_pairs(const Matrix<R>& matrix) {
  const Matrix<R> by_label = matrix.transpose();
  return Eigen::Map<const Vector<R>>(by_label.data(), by_label.size());
}

}  // namespace calor::run
