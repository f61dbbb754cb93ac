#pragma once
// A Gaussian x that is redrawn now and then (heat-bath) behind a learner whose drift is linear: given the time of its
// last redraw, x and the parameters are jointly Gaussian, so that the density of x is a mixture over that time.

#include "run/job.hpp"

namespace calor::run {

/// Doubles give no more.
constexpr int most_redraw_digits = 11;

/// heat-bath behind gaussian-mean and linear-regression, in continuous time or in turns, under langevin, sgld with full
/// batches, or sgd-diffusion of gaussian-mean (in several dimensions with given examples); noise > 0.
bool redraws_linearly(const experiment::Experiment& experiment);

/// True for redraws_linearly where --method is auto. Not where a grid has what is asked for, and mixtures have not:
/// fluctuations of x, and more digits than doubles give.
bool mixes_redraws(const Job& job);

/// All quantities but fluctuations of x: theta's by second moments (linear_way.hpp), those of x by quadrature over it
/// and what an observer knows (info/mixture_entropy.hpp), exchanges by their rates. In double precision. Throws
/// AccuracyError before it begins where the digits asked for take too many numbers, with those that do not.
void gaussian_redraws(Job& job);

}  // namespace calor::run
