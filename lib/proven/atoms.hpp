#pragma once
// sgld without noise from a point, in balls: theta' = theta - eta grad L^(theta), so that Theta given B has finitely
// many values. Every ball contains the atom it stands for; that two of them are one atom is known from the batches that
// led there, that they are two from their balls being apart.

#include <string>
#include <vector>

#include "experiment/experiment.hpp"
#include "proven/rows.hpp"

namespace calor::proven {

/// "" if atoms_book covers this experiment; else what it does not: models whose loss is not linear in a statistic, or
/// noise, or too many atoms or steps.
std::string why_no_atoms(const experiment::Experiment& experiment);

/// Bits that balls may lose on the way to the last point.
long atom_bits(const experiment::Experiment& experiment);

/// All quantities at `points` (numbers of steps, the first 0) to the thread's precision; those that are infinite as
/// +inf. Empty if atoms of different batches cannot be told apart with this precision.
std::vector<BallRow> atoms_book(const experiment::Experiment& experiment, const std::vector<num::Rational>& points);

}  // namespace calor::proven
