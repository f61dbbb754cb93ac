#pragma once
// What the ledgers in balls share: quantities that follow from others by definition.

#include <map>
#include <string>

#include "proven/ball.hpp"

namespace calor::proven {

/// Quantities of the ledger at one time, names that begin with '_' for the identities.
using BallRow = std::map<std::string, Ball>;

/// Heat and entropy production of Theta under detailed balance at a fixed temperature (I4-I6), from _loss, the
/// entropies of Theta and m_info, and _free = <L>/T - S(Theta|B).
void parameter_thermodynamics(const Ball& temperature, const BallRow& start, BallRow& row);

/// I13, from fisher_dissipation, entropy_x_given_theta and info_x_theta_given_b.
void equilibrium_sampler(const BallRow& start, BallRow& row);

/// The observers of I12 and I14, whatever the sampler.
void observers(const BallRow& start, BallRow& row);

/// What is 0 by definition, at t = 0 or with fixed data, is exactly 0.
void exact_zeros(bool start, bool fixed, BallRow& row);

}  // namespace calor::proven
