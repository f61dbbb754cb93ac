#pragma once
// Judgements against exact predictions.

#include "validation/judge/judge.hpp"

namespace calor::judge::test {

/// Every bias with an exact prediction lies within 4 of its standard errors; returns how many were compared.
int check_exact(const Case& test, const Options& options);

}  // namespace calor::judge::test
