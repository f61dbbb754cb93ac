#include "validation/judge/pool.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "num/errors.hpp"
#include "num/exact.hpp"
#include "num/parallel.hpp"
#include "run/run.hpp"
#include "validation/judge/exact.hpp"

namespace calor::judge {

namespace {

constexpr std::size_t most_types = 3000;
constexpr std::size_t most_densities = 20'000'000;  // ln rho(theta|B) of every theta and type

/// Visits every way to put n examples into the letters.
template <class Use>
bool compositions(std::vector<int>& count, std::size_t letter, int n, std::size_t& left, const Use& use) {
  if (letter + 1 == count.size()) {
    count[letter] = n;
    if (left-- == 0) return false;
    use();
    return true;
  }
  for (int k = 0; k <= n; ++k) {
    count[letter] = k;
    if (!compositions(count, letter + 1, n - k, left, use)) return false;
  }
  return true;
}

std::vector<Type> discrete_types(const simulator::Setting& s) {
  std::map<std::vector<double>, double> found;
  std::vector<int> count(s.target.size());
  std::size_t left = 200000;
  const bool all = compositions(count, 0, s.size, left, [&] {
    double log_weight = std::lgamma(s.size + 1);
    std::vector<double> mean(static_cast<std::size_t>(s.model->statistics()), 0.0), t(mean.size());
    for (std::size_t x = 0; x < count.size(); ++x) {
      if (count[x] == 0) continue;
      log_weight += count[x] * std::log(s.target[x]) - std::lgamma(count[x] + 1);
      const auto outcome = static_cast<double>(x);
      s.model->statistic(&outcome, t.data());
      for (std::size_t a = 0; a < t.size(); ++a) mean[a] += count[x] * t[a];
    }
    for (double& a : mean) a /= s.size;
    if (log_weight > -std::numeric_limits<double>::infinity()) found[mean] += std::exp(log_weight);
  });
  std::vector<Type> types;
  if (!all || found.size() > most_types) return types;
  for (const auto& [statistic, weight] : found) types.push_back({statistic, weight});
  return types;
}

/// Trapezoidal nodes of the mean of N Gaussian examples in one dimension.
std::vector<Type> mean_nodes(const simulator::Setting& s) {
  std::vector<Type> types;
  const double spread = s.target_stddev[0] / std::sqrt(s.size);
  double sum = 0;
  for (double z = -7; z <= 7; z += 0.125) {
    types.push_back({{s.target_mean[0] + z * spread, 0.0}, std::exp(-z * z / 2)});
    sum += types.back().weight;
  }
  for (Type& t : types) t.weight /= sum;
  return types;
}

/// The mean of N counts of this rate: all values but what has probability e^{-60}.
std::vector<Type> mean_counts(const simulator::Setting& s) {
  std::vector<Type> types;
  const double log_rate = s.target_mean[0] + std::log(s.size), rate = std::exp(log_rate);
  for (double k = 0; k <= 2 * rate + 200; ++k) {
    const double log_weight = k * log_rate - rate - std::lgamma(k + 1);
    if (log_weight > -60) types.push_back({{k / s.size}, std::exp(log_weight)});
  }
  if (types.size() > most_types) types.clear();
  return types;
}

/// Counts: up to twelve standard deviations beyond the mean of the largest theta seen.
void know_letters(Pool& pool) {
  const simulator::Model& model = *pool.setting.model;
  pool.letters = static_cast<std::size_t>(model.outcomes());
  if (!model.endless()) return;
  double theta = pool.theta(0)[0], x = 0;
  for (std::size_t i = 0; i < pool.sample.replicates; ++i) {
    theta = std::max(theta, pool.theta(i)[0]);
    x = std::max(x, pool.x(i)[0]);
  }
  for (const auto& state : pool.setting.states) theta = std::max(theta, state[0]);
  const double rate = std::exp(theta);
  pool.letters = static_cast<std::size_t>(std::max(x, rate + 12 * std::sqrt(rate) + 40)) + 1;
}

void know_types(Pool& pool) {
  if (pool.fixed_data() || pool.setting.stream) return;
  pool.types = types_of(pool.experiment, pool.setting);
  pool.discrete_data = pool.discrete_x() && !pool.types.empty();
  if (!pool.discrete_data) return;
  std::map<std::vector<double>, int> index;
  for (std::size_t b = 0; b < pool.types.size(); ++b) index[pool.types[b].statistic] = static_cast<int>(b);
  for (std::size_t i = 0; i < pool.sample.replicates; ++i) {
    const double* t = pool.statistic(i);
    const auto place = index.find({t, t + pool.sample.statistics});
    if (place == index.end()) throw InternalError("judge: a data set of no known type");
    pool.type.push_back(place->second);
  }
}

/// Without types: of the data sets that were drawn.
void know_drawn_densities(Pool& pool, int threads) {
  if (!pool.law || !pool.types.empty()) return;
  std::set<std::vector<double>> drawn;
  for (std::size_t i = 0; i < pool.sample.replicates; ++i) drawn.insert(pool.sample.given(i));
  pool.law->prepare({drawn.begin(), drawn.end()}, threads);
}

void know_densities(Pool& pool, int threads) {
  if (!pool.law || pool.types.empty() || pool.types.size() * pool.sample.replicates > most_densities) return;
  const std::size_t t = pool.sample.times - 1, b = pool.types.size();
  std::vector<std::vector<double>> statistics;
  for (const Type& type : pool.types) statistics.push_back(type.statistic);
  pool.law->prepare(statistics, threads);
  pool.log_given.resize(pool.sample.replicates * b);
  num::parallel_for(static_cast<int>(pool.sample.replicates), threads, [&](int i) {
    const auto at = static_cast<std::size_t>(i);
    for (std::size_t j = 0; j < b; ++j)
      pool.log_given[at * b + j] = pool.law->log_density(t, pool.theta(at), pool.types[j].statistic.data());
  });
}

}  // namespace

std::vector<Type> types_of(const experiment::Experiment& e, const simulator::Setting& s) {
  if (!s.examples.empty() || s.stream) return {};
  // the simulator's means of T are sums in the order of the examples: whole numbers, so they are the same
  if (!s.target.empty()) return discrete_types(s);
  if (s.model->endless()) return mean_counts(s);
  // sgd-diffusion feels the scatter of the examples, too
  if (e.model.kind == "gaussian-mean" && s.model->parameters() == 1 && s.mover != simulator::Mover::diffusion)
    return mean_nodes(s);
  return {};
}

namespace {

/// A quarter of the simulator's; all of it where Theta's law takes a lattice in the plane, whose work grows as the
/// square of the number of steps.
double default_step_of(const experiment::Experiment& e) {
  const auto s = simulator::make_setting(e, 0);
  const bool plane =
      s.model->parameters() == 2 && e.model.kind != "gaussian-mean" && e.model.kind != "linear-regression";
  return plane ? s.micro : s.micro / 4;
}

/// In several parameters it takes long, and only these estimators and their predictions use it.
bool law_wanted(const Pool& pool, const Options& options) {
  if (pool.setting.model->parameters() == 1 || pool.setting.mover == simulator::Mover::jump) return true;
  for (const char* name : {"mean", "path-likelihood-ratio", "integral-fluctuation", "detailed-fluctuation", "nested-mc",
                           "leave-one-out", "info-nce"})
    if (wanted(options, name)) return true;
  return false;
}

}  // namespace

std::shared_ptr<Pool> make_pool(const experiment::Experiment& experiment, const Options& options) {
  auto pool = std::make_shared<Pool>();
  pool->experiment = experiment;
  auto& points = pool->experiment.time.points;
  for (const auto& t : points)
    if (pool->first_time == 0 && t > 0) pool->first_time = t;
  points = {num::Rational(0), points.back()};
  if (points.back() == 0) points.pop_back();
  pool->options.step = options.step;
  if (options.step <= 0) pool->options.step = default_step_of(pool->experiment);
  pool->options.seed = options.seed;
  pool->options.threads = options.threads;
  pool->options.transitions = true;
  pool->options.follow = experiment.learner.kind == "sgld" || experiment.learner.kind == "jump";
  pool->setting = simulator::make_setting(pool->experiment, pool->options.step);
  pool->most = *std::max_element(options.sizes.begin(), options.sizes.end());
  pool->options.replicates = pool->most * options.replicates;
  const bool with_law = law_wanted(*pool, options);
  pool->options.batches = with_law && pool->setting.stream;
  pool->sample = simulator::simulate(pool->experiment, pool->options);
  if (with_law)
    pool->law = simulator::make_law(pool->experiment, pool->options, pool->no_law);
  else
    pool->no_law = "no estimator that needs the law was asked for";
  know_letters(*pool);
  know_types(*pool);
  try {
    know_drawn_densities(*pool, options.threads);
    know_densities(*pool, options.threads);
  } catch (const InputError& e) {  // a lattice that is too large shows only on the way
    pool->law = nullptr;
    pool->log_given.clear();
    pool->no_law = e.what();
  }
  pool->exact = make_exact(*pool, pool->law.get());
  return pool;
}

std::vector<double> data_columns(const Pool& pool, std::size_t from, std::size_t n, std::size_t& dimension) {
  const auto& kind = pool.experiment.model.kind;
  const std::size_t d = pool.sample.parameters;
  const std::size_t first = kind == "linear-regression" ? 1 : 0;
  dimension = kind == "linear-regression" || kind == "gaussian-mean" ? d : pool.sample.statistics;
  std::vector<double> out;
  for (std::size_t i = from; i < from + n; ++i)
    out.insert(out.end(), pool.statistic(i) + first, pool.statistic(i) + first + dimension);
  return out;
}

std::vector<double> outcome_given_type(const Pool& pool) {
  if (!pool.exact || pool.exact->outcome.empty() || !pool.setting.equilibrium()) return {};
  const Exact& e = *pool.exact;
  const std::size_t outcomes = e.outcome.front().size();
  std::vector<double> out(e.weight.size() * outcomes, 0.0);
  for (std::size_t b = 0; b < e.weight.size(); ++b)
    for (std::size_t i = 0; i < e.nodes.size(); ++i)
      for (std::size_t x = 0; x < outcomes; ++x) out[b * outcomes + x] += e.share[b][i] * e.outcome[i][x];
  return out;
}

bool exact_value(Case& test, const Pool& pool, const std::string& quantity, double& value) {
  run::Options wanted;
  wanted.digits = 6;
  wanted.quantities = {quantity};
  try {
    const auto table = run::compute(pool.experiment, wanted);
    for (const auto& cell : table.rows.back().cells) {
      if (cell.quantity != quantity) continue;
      value = std::stod(cell.value);
      if (std::isfinite(value)) return true;
    }
    test.left_out.push_back(quantity + ": not defined by this experiment");
  } catch (const InputError& e) {
    test.left_out.push_back(quantity + ": no exact value: " + e.what());
  }
  return false;
}

}  // namespace calor::judge
