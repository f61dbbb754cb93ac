#pragma once
// What a closed form returns: named values in the order of experiment.md. Units are nats, k_B = 1.

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analytic/number.hpp"

namespace calor::analytic {

/// Quantity names of experiment.md with their values; a quantity that the experiment leaves undefined is absent.
template <Number R>
using Quantities = std::vector<std::pair<std::string, R>>;

/// The value called `name`, or null.
template <Number R>
const R* find(const Quantities<R>& q, std::string_view name) {
  for (const auto& [key, value] : q)
    if (key == name) return &value;
  return nullptr;
}

/// The value called `name`. Throws std::out_of_range if there is none.
template <Number R>
const R& value_of(const Quantities<R>& q, std::string_view name) {
  if (const R* value = find(q, name)) return *value;
  throw std::out_of_range("no quantity " + std::string(name));
}

/// Adds each value of `part` to the one of the same name in `sum`, or appends it (independent coordinates: all
/// informations, entropies, heats and losses add).
template <Number R>
void accumulate(Quantities<R>& sum, const Quantities<R>& part) {
  for (const auto& part_entry : part) {
    const auto& name = part_entry.first;
    const R& value = part_entry.second;
    auto old = std::find_if(sum.begin(), sum.end(), [&](const auto& entry) { return entry.first == name; });
    if (old == sum.end())
      sum.emplace_back(name, value);
    else
      old->second += value;
  }
}

}  // namespace calor::analytic
