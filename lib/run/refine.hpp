#pragma once
// From levels of resolution to numbers with errors.

#include <functional>

#include "info/row.hpp"
#include "ledger/ledger.hpp"

namespace calor::run {

/// What a refinement must reach: error <= goal * max(1, |value|) for these quantities (all printed ones if empty).
template <num::Real R>
struct Goal {
  R accuracy;
  std::vector<std::string> quantities;
  R caution = 2;  // error: the difference of two levels, this many times
  // share of the largest error in the ledger of X that every error in it has at least (raise_to_common)
  R common = 0;

  bool wants(const std::string& quantity) const;
  bool met(const num::Estimate<R>& e) const;
};

/// value: the finer level; error: `caution` times the difference of the last two levels plus the round-off of the finer
/// one. All sources of discretisation error differ between levels (resolution.hpp), and convergence is exponential, so
/// the difference is the coarser level's error, far above the finer's; where it is not, caution is more than 2.
template <num::Real R>
ledger::Book<R> compare(const std::vector<info::Row<R>>& coarse, const std::vector<info::Row<R>>& fine,
                        const R& caution = R(2));

/// Where levels converge slowly, and from both sides, two of them agree by chance in one quantity or another: raises
/// the errors in X's ledger to at least `share` of the largest finite one of them.
template <num::Real R>
void raise_to_common(ledger::Book<R>& book, const R& share);

/// Evaluates levels 0, 1, 2, ... until two neighbours agree to the goal and the book satisfies the identities within
/// its errors, or `most` levels, or round-off alone exceeds what is left to gain from the third level on. Differences
/// of levels that the identities refute are forgotten. A third or later level that throws AccuracyError (it does not
/// fit) ends the refinement.
template <num::Real R>
ledger::Book<R> refine(const std::function<std::vector<info::Row<R>>(int)>& level, int most, const Goal<R>& goal,
                       const std::vector<ledger::Identity<R>>& identities);

/// Values that are infinite at every level are known exactly: their errors become 0.
template <num::Real R>
void settle_infinities(ledger::Book<R>& book);

}  // namespace calor::run
