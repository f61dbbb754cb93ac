#pragma once
// Learners at temperature 0: what of the deterministic limits is exact.

#include "run/job.hpp"

namespace calor::run {

/// True for langevin and sgld at temperature 0.
bool without_noise(const experiment::Learner& learner);

/// Throws InputError for what has neither a closed form nor finitely many atoms.
void require_limit(const experiment::Experiment& experiment);

/// What is printed of a number that is known far better than asked: six digits more.
inline num::Estimate<num::Mp100> shortened(const num::Mp100& value, const num::Mp100& error, int digits) {
  if (error == 0) return {value, error};
  return {value, error + pow(num::Mp100(10), -digits - 6) * (1 + abs(value))};
}

/// gaussian-mean: the closed forms as T -> 0, and as the start's width -> 0 where it is 0, at two small values each in
/// a hundred digits; what differs by more than a tenth between them is infinite.
void closed_limit(Job& job);

/// sgld from a point, discrete models of one parameter: Theta is discrete.
void atoms(Job& job);

}  // namespace calor::run
