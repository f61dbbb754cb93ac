#include "run/nested.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "evolve/richardson.hpp"

namespace calor::run {

namespace {

using Rows = std::vector<info::Row<double>>;
using Levels = std::vector<Rows>;

evolve::Extrapolated<double> extrapolate(const Levels& levels, std::size_t time, const std::string& name) {
  std::vector<std::vector<double>> column;
  for (const auto& level : levels) column.push_back({level[time].at(name).value});
  return evolve::richardson(column);
}

/// A ratio is left out at levels that cannot tell its denominator from 0.
bool everywhere(const std::array<Levels, 2>& family, std::size_t time, const std::string& name) {
  return std::all_of(family.begin(), family.end(), [&](const Levels& levels) {
    return std::all_of(levels.begin(), levels.end(), [&](const Rows& rows) { return rows[time].contains(name); });
  });
}

ledger::Book<double> book_of(const std::array<Levels, 2>& family) {
  const Rows& last = family[1].back();
  ledger::Book<double> book(last.size());
  for (std::size_t j = 0; j < last.size(); ++j)
    for (const auto& [name, raw] : last[j]) {
      if (!everywhere(family, j, name)) continue;
      const auto a = extrapolate(family[0], j, name), b = extrapolate(family[1], j, name);
      const double value = b.value.front();
      const double error = b.error.front() + 2 * std::fabs(value - a.value.front()) + 2 * raw.noise;
      book[j][name] = {value, error < HUGE_VAL ? error : HUGE_VAL};  // NaN counts as infinite
    }
  return book;
}

}  // namespace

ledger::Book<double> nested_families(const std::function<std::vector<info::Row<double>>(int, int)>& rows, int most,
                                     const Goal<double>& goal) {
  std::array<Levels, 2> family;
  ledger::Book<double> best;
  for (int level = 0; level < most; ++level) {
    for (int f = 0; f < 2; ++f) family[static_cast<std::size_t>(f)].push_back(rows(f, level));
    if (level < 2) continue;
    auto book = book_of(family);
    bool met = true;
    for (std::size_t j = 0; j < book.size(); ++j)
      for (auto& [name, e] : book[j]) {
        met = met && (!goal.wants(name) || goal.met(e));
        if (best.empty()) continue;
        const auto old = best[j].find(name);
        if (old != best[j].end() && old->second.error < e.error) e = old->second;
      }
    best = std::move(book);
    if (met) break;
  }
  return best;
}

}  // namespace calor::run
