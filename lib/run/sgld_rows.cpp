#include "run/sgld_rows.hpp"

#include <algorithm>
#include <atomic>

#include "num/parallel.hpp"
#include "run/sgld_assemble.hpp"

namespace calor::run {

using info::Row;
using learner::Batches;
using num::Vector;

namespace {

/// One data set from the start to the last point.
template <Real R>
std::vector<SgldRecord<R>> follow(const SgldSetting<R>& s, std::size_t set) {
  auto walk = start_walk(s.room, s.initial);
  const auto& data = s.ensemble.sets[set];
  std::vector<SgldRecord<R>> out;
  SgldMove<R> move;
  std::size_t next = 0;
  for (std::size_t n = 0;; ++n) {
    while (next < s.points.size() && s.points[next] == static_cast<long>(n)) {
      out.push_back(record(s, walk, data.weight, data.statistic));
      ++next;
    }
    if (n == s.steps.size()) return out;
    if (n == 0 || !(s.steps[n] == s.steps[n - 1]))
      move =
          make_move(s.room, learner::sgld_kernel(s.families[set], s.terms, s.room.nodes, s.weight_decay, s.steps[n]));
    advance(s.room, move, walk);
  }
}

template <Real R>
std::vector<Row<R>> over_data_sets(const SgldSetting<R>& s, int threads, const std::function<void(double)>& progress) {
  const std::size_t sets = s.families.size();
  std::vector<std::vector<SgldRecord<R>>> by_set(sets);
  std::atomic<int> done{0};
  num::parallel_for(static_cast<int>(sets), threads, [&](int b) {
    by_set[static_cast<std::size_t>(b)] = follow(s, static_cast<std::size_t>(b));
    if (progress) progress(static_cast<double>(++done) / static_cast<double>(sets));
  });
  std::vector<Row<R>> rows;
  for (std::size_t j = 0; j < s.points.size(); ++j) {
    std::vector<SgldRecord<R>> records;
    for (auto& history : by_set) records.push_back(std::move(history[j]));
    rows.push_back(assemble(s, std::move(records), j ? &rows.front() : nullptr));
  }
  return rows;
}

/// A sequence of batches so far.
template <Real R>
struct Branch {
  SgldWalk<R> walk;
  R weight = 1;
  std::vector<R> sum;  // of the batches' statistics
};

template <Real R>
std::vector<SgldMove<R>> stream_moves(const SgldSetting<R>& s, const learner::StepSize& size) {
  const auto& f = s.families.front();
  std::vector<SgldMove<R>> out;
  for (Eigen::Index c = 0; c < f.statistic.cols(); ++c) {
    const Batches<R> one{{R(1)}, f.statistic.col(c)};
    out.push_back(make_move(s.room, learner::sgld_kernel(one, s.terms, s.room.nodes, s.weight_decay, size)));
    out.back().loss = Vector<R>(s.terms.value * f.statistic.col(c)) + s.decay_loss;
  }
  return out;
}

template <Real R>
std::vector<Branch<R>> grow(const SgldSetting<R>& s, const std::vector<Branch<R>>& from,
                            const std::vector<SgldMove<R>>& moves, int threads) {
  const auto& f = s.families.front();
  std::vector<Branch<R>> out(from.size() * moves.size());
  num::parallel_for(static_cast<int>(out.size()), threads, [&](int k) {
    const auto c = static_cast<std::size_t>(k) % moves.size();
    auto& branch = out[static_cast<std::size_t>(k)];
    branch = from[static_cast<std::size_t>(k) / moves.size()];
    branch.weight *= f.weight[c];
    if (branch.sum.empty()) branch.sum.assign(static_cast<std::size_t>(f.statistic.rows()), R(0));
    for (std::size_t a = 0; a < branch.sum.size(); ++a)
      branch.sum[a] += f.statistic(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(c));
    advance(s.room, moves[c], branch.walk);
  });
  return out;
}

template <Real R>
std::vector<Row<R>> over_stream(const SgldSetting<R>& s, int threads, const std::function<void(double)>& progress) {
  std::vector<Branch<R>> branches(1);
  branches.front().walk = start_walk(s.room, s.initial);
  std::vector<SgldMove<R>> moves;
  std::vector<Row<R>> rows;
  for (std::size_t n = 0;; ++n) {
    if (std::find(s.points.begin(), s.points.end(), static_cast<long>(n)) != s.points.end()) {
      std::vector<SgldRecord<R>> records;
      for (const auto& b : branches) {
        auto statistic = b.sum;
        for (auto& x : statistic) x /= static_cast<int>(n);
        records.push_back(record(s, b.walk, b.weight, std::move(statistic)));
      }
      rows.push_back(assemble(s, std::move(records), rows.empty() ? nullptr : &rows.front()));
    }
    if (n == s.steps.size()) return rows;
    if (n == 0 || !(s.steps[n] == s.steps[n - 1])) moves = stream_moves(s, s.steps[n]);
    branches = grow(s, branches, moves, threads);
    if (progress) progress(static_cast<double>(n + 1) / static_cast<double>(s.steps.size()));
  }
}

}  // namespace

template <Real R>
std::vector<Row<R>> sgld_rows(const experiment::Experiment& e, const std::vector<R>& points,
                              const Resolution& resolution, int threads, const std::function<void(double)>& progress,
                              const SgldExtras& extras) {
  const auto setting = make_setting(e, points, resolution, extras);
  return setting.stream ? over_stream(setting, threads, progress) : over_data_sets(setting, threads, progress);
}

#define CALOR_INSTANTIATE(R)                                                                                           \
  template std::vector<Row<R>> sgld_rows(const experiment::Experiment&, const std::vector<R>&, const Resolution&, int, \
                                         const std::function<void(double)>&, const SgldExtras&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
