#include "validation/estimators/transition_counts.hpp"

#include <cmath>
#include <limits>

#include "num/errors.hpp"
#include "validation/estimators/entropy_plugin.hpp"

namespace calor::estimators {

namespace {

void check_square_counts(Counts counts, std::size_t states) {
  if (states > 0 && counts.size() == states * states) return;
  throw InputError("transition counts: " + std::to_string(counts.size()) + " counts for " + std::to_string(states) +
                   " states; allowed: one for each ordered pair");
}

/// Calls visit(i, j, n_ij, n_ji) for each pair i != j seen at least once from i to j and back; tells how many were seen
/// from i to j only.
template <class Visit>
std::size_t for_each_transition(Counts counts, std::size_t states, Visit visit) {
  std::size_t one_way = 0;
  for (std::size_t i = 0; i < states; ++i) {
    for (std::size_t j = 0; j < states; ++j) {
      const auto there = static_cast<double>(counts[i * states + j]),
                 back = static_cast<double>(counts[j * states + i]);
      if (i == j || there == 0) continue;
      if (back == 0) {
        ++one_way;
      } else {
        visit(i, j, there, back);
      }
    }
  }
  return one_way;
}

void conclude(Result& result, std::size_t dropped, OneWay one_way) {
  if (dropped > 0 && one_way == OneWay::infinite) {
    result.value = HUGE_VAL;
    result.standard_error = std::numeric_limits<double>::quiet_NaN();
  }
  result.conventions = {{"transitions seen in one direction only", std::to_string(dropped)},
                        {"treatment of those", one_way == OneWay::drop ? "dropped" : "infinite"}};
}

void check_run(const RunCounts& g, std::size_t states) {
  check_square_counts(g.transitions, states);
  if (g.dwell.size() == states && g.first.size() == states && g.last.size() == states &&
      total(g.first) == total(g.last))
    return;
  throw InputError("transition counts: first, last states and times of " + std::to_string(states) +
                   " states do not fit together; allowed: one number a state, as many runs that end as begin");
}

/// sum + sign · g, sign = ±1.
void add(RunCounts& sum, const RunCounts& g, int sign) {
  const auto each = [sign](auto& to, const auto& from) {
    using Number = typename std::decay_t<decltype(to)>::value_type;
    for (std::size_t i = 0; i < to.size(); ++i)
      to[i] = sign > 0 ? to[i] + from[i] : static_cast<Number>(to[i] - from[i]);
  };
  each(sum.transitions, g.transitions);
  each(sum.dwell, g.dwell);
  each(sum.first, g.first);
  each(sum.last, g.last);
}

struct Pooled {
  double value;
  std::size_t one_way;
};

Pooled pooled(const RunCounts& g) {
  const std::size_t states = g.dwell.size();
  const auto runs = static_cast<double>(total(g.first));
  double value = entropy_plugin(g.last).value - entropy_plugin(g.first).value;
  const auto visit = [&](std::size_t i, std::size_t j, double there, double back) {
    if (!(g.dwell[i] > 0 && g.dwell[j] > 0)) {
      throw InputError("transition counts: state " + std::to_string(g.dwell[i] > 0 ? j : i) +
                       " was left, but no time was spent there; allowed: times > 0");
    }
    value += there / runs * (std::log(there / g.dwell[i]) - std::log(back / g.dwell[j]));
  };
  const std::size_t one_way = for_each_transition(g.transitions, states, visit);
  return {value, one_way};
}

double jackknife(std::span<const RunCounts> groups, const RunCounts& sum, OneWay one_way) {
  const auto n = static_cast<double>(groups.size());
  if (groups.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> left_out;
  double mean = 0, square = 0;
  for (const RunCounts& g : groups) {
    RunCounts rest = sum;
    add(rest, g, -1);
    const Pooled p = pooled(rest);
    left_out.push_back(p.one_way > 0 && one_way == OneWay::infinite ? HUGE_VAL : p.value);
    mean += left_out.back() / n;
  }
  for (const double v : left_out) square += (v - mean) * (v - mean);
  return std::sqrt(square * (n - 1) / n);
}

}  // namespace

Result stationary_entropy_production(Counts counts, std::size_t states, OneWay one_way) {
  check_square_counts(counts, states);
  const auto n = static_cast<double>(total(counts));
  // ∂/∂p_ij of Σ p ln(p_ij/p_ji): ln(p_ij/p_ji) + 1 − p_ji/p_ij; its mean over p is the value itself.
  double value = 0, square = 0;
  const auto dropped = for_each_transition(counts, states, [&](std::size_t, std::size_t, double there, double back) {
    const double log_ratio = std::log(there / back), gradient = log_ratio + 1 - back / there;
    value += there / n * log_ratio;
    square += there / n * gradient * gradient;
  });
  Result result{value, std::sqrt(std::max(0.0, square - value * value) / n), static_cast<std::size_t>(n), {}};
  conclude(result, dropped, one_way);
  result.conventions.emplace_back("standard error", "delta method");
  return result;
}

Result relaxing_entropy_production(std::span<const RunCounts> groups, OneWay one_way) {
  if (groups.empty()) throw InputError("transition counts: there are no runs; allowed: at least one");
  RunCounts sum = groups.front();
  for (const RunCounts& g : groups) {
    check_run(g, sum.dwell.size());
    if (&g != &groups.front()) add(sum, g, 1);
  }
  const Pooled all = pooled(sum);
  Result result{all.value, jackknife(groups, sum, one_way), static_cast<std::size_t>(total(sum.first)), {}};
  conclude(result, all.one_way, one_way);
  result.conventions.emplace_back("standard error", "delete-one-group jackknife");
  return result;
}

}  // namespace calor::estimators
