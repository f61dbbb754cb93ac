#pragma once
// Wrong values that look like something known: another unit, sign, normalisation, quantity or time.

#include <string>
#include <vector>

#include "validation/crosscheck/verdict.hpp"

namespace calor::crosscheck {

/// One sentence for each explanation that fits; empty where none does. An explanation fits a group of rows if it
/// predicts each one whose true value is not 0 to a relative 10^-3 and ten times better than the true value does
/// (within four standard errors where there is one), and some of them fail. Tried on all rows together (units,
/// normalisations), then quantity by quantity.
std::vector<std::string> recognise(const TruthTable& table, const std::vector<Row>& rows);

/// Quantities that may be taken for `quantity`: what must be in the table so that it can be recognised.
std::vector<std::string> mistakable(const std::string& quantity);

}  // namespace calor::crosscheck
