#pragma once
// From the histories at one point to a row of quantities: informations, thermodynamics and learning, averaged over the
// data sets with their round-off.

#include "run/sgld_setting.hpp"

namespace calor::run {

/// What a walk has come to, for `assemble`.
template <Real R>
SgldRecord<R> record(const SgldSetting<R>& setting, const SgldWalk<R>& walk, const R& weight, std::vector<R> statistic);

/// All quantities at one point; `start`: the row of t = 0, null for that row itself.
template <Real R>
info::Row<R> assemble(const SgldSetting<R>& setting, std::vector<SgldRecord<R>> records, const info::Row<R>* start);

}  // namespace calor::run
