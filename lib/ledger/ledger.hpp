#pragma once
// The finished numbers of one way of computing them, and the identities of theory.md that they must satisfy.

#include <map>
#include <string>
#include <vector>

#include "num/estimate.hpp"
#include "table/table.hpp"

namespace calor::ledger {

using num::Real;

/// Quantities with errors at one time; names that begin with '_' serve checks only.
template <Real R>
using Entries = std::map<std::string, num::Estimate<R>, std::less<>>;

/// One Entries a time, the first at t = 0.
template <Real R>
using Book = std::vector<Entries<R>>;

/// One term of a linear identity: factor times a quantity, now or at t = 0.
template <Real R>
struct Term {
  R factor;
  std::string quantity;
  bool at_start = false;
};

/// sum of terms = 0, or <= 0.
template <Real R>
struct Identity {
  std::string number;     // "I4"
  std::string statement;  // "ep_theta = ..."
  std::vector<Term<R>> terms;
  bool inequality = false;
  bool stationary = false;  // holds where nothing moves any more: checked where T info::unrelaxed is below 1e-6
};

/// The identities of langevin with the equilibrium sampler at constant temperature T (I1-I6, I10, I12, I13, I16).
template <Real R>
std::vector<Identity<R>> equilibrium_identities(const R& temperature);

/// The identities of langevin with a sampler at finite speed, or with turns of `step`.
template <Real R>
std::vector<Identity<R>> lagging_identities(const R& temperature);

/// Evaluates the identities at every time. An identity whose quantities are absent at a time, or without finite error,
/// is skipped there, and so is the comparison with currents (never printed) where errors add up to more than a
/// thousandth of 1 + its size. The residual may not exceed the sum of the errors of its terms; in the stationary state,
/// what is left of the relaxation comes on top. Throws InternalError, naming identity and time index, if it does;
/// AccuracyError if the errors add up to more than `useless`, where they say only that the numbers did not converge.
template <Real R>
std::vector<table::Check> verify(const Book<R>& book, const std::vector<Identity<R>>& identities,
                                 const R& useless = num::infinity<R>());

/// True if verify would not throw.
template <Real R>
bool consistent(const Book<R>& book, const std::vector<Identity<R>>& identities);

}  // namespace calor::ledger
