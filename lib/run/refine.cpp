#include "run/refine.hpp"

#include <algorithm>
#include <array>

#include "num/errors.hpp"

namespace calor::run {

template <num::Real R>
bool Goal<R>::wants(const std::string& quantity) const {
  if (quantity.front() == '_') return false;
  return quantities.empty() || std::find(quantities.begin(), quantities.end(), quantity) != quantities.end();
}

template <num::Real R>
bool Goal<R>::met(const num::Estimate<R>& e) const {
  using std::fabs;
  const R size = fabs(e.value) > 1 ? R(fabs(e.value)) : R(1);
  return e.error * R(1.2) <= accuracy * size;  // printing adds up to 15 % (table/format.hpp)
}

template <num::Real R>
ledger::Book<R> compare(const std::vector<info::Row<R>>& coarse, const std::vector<info::Row<R>>& fine,
                        const R& caution) {
  using std::fabs;
  ledger::Book<R> book(fine.size());
  for (std::size_t j = 0; j < fine.size(); ++j)
    for (const auto& [name, raw] : fine[j]) {
      num::Estimate<R> e{raw.value, num::infinity<R>()};
      if (const auto old = coarse[j].find(name); old != coarse[j].end()) {
        const R error = caution * fabs(raw.value - old->second.value) + raw.noise;
        if (error < num::infinity<R>()) e.error = error;  // also false for NaN
      }
      book[j][name] = e;
    }
  return book;
}

template <num::Real R>
void raise_to_common(ledger::Book<R>& book, const R& share) {
  constexpr std::array ledger{"heat_x",
                              "work_x",
                              "flow_x",
                              "flow_theta",
                              "ep_x",
                              "ep_x_given_b",
                              "ep_x_naive",
                              "entropy_x",
                              "entropy_x_given_b",
                              "entropy_x_given_theta",
                              "info_x_theta",
                              "info_x_theta_given_b",
                              "reservoir_gap",
                              "l_info",
                              "r_info"};
  for (auto& entries : book) {
    R most = 0;
    for (const char* name : ledger)
      if (const auto e = entries.find(name);
          e != entries.end() && e->second.error > most && e->second.error < num::infinity<R>())
        most = e->second.error;
    for (const char* name : ledger)
      if (const auto e = entries.find(name); e != entries.end() && e->second.error < share * most)
        e->second.error = share * most;
  }
}

namespace {

/// What a finer level says in place of a coarser one, unless the coarser one, which the finer one confirms, has the
/// smaller error (round-off grows with the number of nodes).
template <num::Real R>
void replace(ledger::Book<R>& best, ledger::Book<R>& book, const std::vector<info::Row<R>>& fine) {
  using std::fabs;
  for (std::size_t j = 0; j < book.size(); ++j)
    for (auto& [name, e] : book[j]) {
      const auto old = best[j].find(name);
      if (old != best[j].end() && old->second.error < e.error &&
          fabs(e.value - old->second.value) <= old->second.error + fine[j].at(name).noise)
        continue;
      best[j][name] = e;
    }
}

}  // namespace

template <num::Real R>
ledger::Book<R> refine(const std::function<std::vector<info::Row<R>>(int)>& level, int most, const Goal<R>& goal,
                       const std::vector<ledger::Identity<R>>& identities) {
  std::vector<info::Row<R>> coarse = level(0);
  ledger::Book<R> best;
  bool consistent = true;
  for (int k = 1; k < most; ++k) {
    std::vector<info::Row<R>> fine;
    try {
      fine = level(k);
    } catch (const AccuracyError&) {
      if (best.empty()) throw;
      break;
    }
    ledger::Book<R> book = compare(coarse, fine, goal.caution);
    if (goal.common > 0) raise_to_common(book, goal.common);
    if (best.empty() || !consistent)
      best = std::move(book);
    else
      replace(best, book, fine);
    consistent = ledger::consistent(best, identities);
    bool met = true, hopeful = false;
    for (std::size_t j = 0; j < best.size(); ++j)
      for (const auto& [name, e] : best[j]) {
        if (!goal.wants(name) || goal.met(e)) continue;
        met = false;
        const auto here = fine[j].find(name);  // gone, where noise hides it all
        hopeful = hopeful || (here != fine[j].end() && goal.met({e.value, here->second.noise}));
      }
    // round-off may be a hundred times smaller on the third level: a start in the tails is met by a wider box
    if (consistent && (met || (!hopeful && k > 1))) break;
    coarse = std::move(fine);
  }
  return best;
}

template <num::Real R>
void settle_infinities(ledger::Book<R>& book) {
  using std::fabs;
  for (auto& entries : book)
    for (auto& [name, e] : entries)
      if (!(fabs(e.value) < num::infinity<R>())) e.error = 0;
}

#define CALOR_INSTANTIATE(R)                                                                                      \
  template struct Goal<R>;                                                                                        \
  template void settle_infinities(ledger::Book<R>&);                                                              \
  template ledger::Book<R> compare(const std::vector<info::Row<R>>&, const std::vector<info::Row<R>>&, const R&); \
  template void raise_to_common(ledger::Book<R>&, const R&);                                                      \
  template ledger::Book<R> refine(const std::function<std::vector<info::Row<R>>(int)>&, int, const Goal<R>&,      \
                                  const std::vector<ledger::Identity<R>>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
