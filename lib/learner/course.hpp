#pragma once
// Schedules: mobility, temperature and learning rate as piecewise linear functions of time (experiment.md).

#include <vector>

#include "evolve/propagator.hpp"
#include "experiment/experiment.hpp"

namespace calor::learner {

using num::Real;

/// All schedules of a learner from `start` until the next piece. langevin: noise 0. sgd-diffusion: mobility 1, noise
/// eta/2m, and D_B = temperature + noise Cov_B.
template <Real R>
struct Piece {
  R start = 0;
  evolve::Linear<R> mobility, temperature, noise;
};

/// True if mobility, temperature or learning rate change in time.
bool scheduled(const experiment::Learner& spec);

/// Cut at the knots of all schedules, the first piece from t = 0; empty if nothing changes.
template <Real R>
std::vector<Piece<R>> course(const experiment::Learner& spec);

/// The times at which a piece ends, increasing.
template <Real R>
std::vector<R> knots(const std::vector<Piece<R>>& course);

/// Integral of the mobility from 0 to t.
template <Real R>
R clock(const std::vector<Piece<R>>& course, const R& t);

/// The stretches of a data set whose gradient noise has this covariance.
template <Real R>
std::vector<evolve::Stretch<R>> stretches(const std::vector<Piece<R>>& course, const R& covariance);

}  // namespace calor::learner
