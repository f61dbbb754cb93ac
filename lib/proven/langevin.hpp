#pragma once
// langevin in one parameter, equilibrium sampler, in balls: Fokker-Planck solutions with a-posteriori bounds.

#include <vector>

#include "experiment/experiment.hpp"
#include "proven/rows.hpp"

namespace calor::proven {

/// "" if langevin_book covers this experiment, else what it does not: see relaxation.hpp and density_entropy.hpp.
std::string why_not_relaxation(const experiment::Experiment& experiment);

/// Bits of the balls.
long bits_for(int digits);

/// All quantities at `points` (the first is 0) for about 10^-digits; level 0, 1, ... takes more functions; nothing if
/// that would take minutes. Left out are
/// lautum_info, which needs the densities' relative accuracy in the tails, and the fluctuations on request.
std::vector<BallRow> langevin_book(const experiment::Experiment& experiment, const std::vector<num::Rational>& points,
                                   int digits, int level, int threads);

}  // namespace calor::proven
