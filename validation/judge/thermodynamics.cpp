// Heat, work and entropy production from trajectories.

#include <cmath>

#include "num/errors.hpp"
#include "num/exact.hpp"
#include "run/run.hpp"
#include "validation/estimators/exponential_average.hpp"
#include "validation/estimators/mean.hpp"
#include "validation/estimators/path_likelihood_ratio.hpp"
#include "validation/estimators/short_time_tur.hpp"
#include "validation/estimators/transition_counts.hpp"
#include "validation/judge/pool.hpp"

namespace calor::judge {

namespace {

using estimators::Result;
using Shared = std::shared_ptr<Pool>;
using Array = std::vector<double> simulator::Sample::*;

std::vector<double> values(const Pool& pool, Array which, std::size_t n, std::size_t r) {
  std::vector<double> out;
  for (std::size_t i = r * pool.most; i < r * pool.most + n; ++i) out.push_back((pool.sample.*which)[pool.last(i)]);
  return out;
}

Prediction unbiased() {
  return {"exact", [](std::size_t) { return 0.0; }};
}

void add_average(Case& test, const Shared& pool, const std::string& quantity, Array which) {
  double truth = 0;
  if (!exact_value(test, *pool, quantity, truth)) return;
  Subject s{"mean", quantity, truth,
            [=](std::size_t n, std::size_t r) { return estimators::mean(values(*pool, which, n, r)); }};
  s.prediction = unbiased();
  test.subjects.push_back(s);
}

/// σ_Θ of n trajectories: boundary terms from the law, and the entropy given to the medium.
std::vector<double> sigma(const Pool& pool, std::size_t n, std::size_t r) {
  std::vector<double> forward, backward, first, last;
  const auto& s = pool.sample;
  for (std::size_t i = r * pool.most; i < r * pool.most + n; ++i) {
    first.push_back(pool.law->log_density(0, &s.theta[i * s.times * s.parameters], pool.statistic(i)));
    last.push_back(pool.law->log_density(s.times - 1, pool.theta(i), pool.statistic(i)));
    forward.push_back(s.medium[pool.last(i)]);
    backward.push_back(0);
  }
  return estimators::path_entropy_production(forward, backward, 1, first, last);
}

void add_path_ratio(Case& test, const Shared& pool) {
  if (!pool->law || (pool->discrete_data && pool->log_given.empty()) ||
      (pool->setting.batch > 0 && std::isnan(pool->sample.medium[pool->last(0)]))) {
    test.left_out.push_back("path-likelihood-ratio of ep_theta: " +
                            (pool->no_law.empty() ? std::string("too many types or minibatches") : pool->no_law));
    return;
  }
  pool->law->log_density(pool->sample.times - 1, pool->theta(0), pool->statistic(0));  // fixed data: fills its memory
  double truth = 0;
  if (exact_value(test, *pool, "ep_theta", truth)) {
    Subject s{"path-likelihood-ratio", "ep_theta", truth,
              [=](std::size_t n, std::size_t r) { return estimators::path_likelihood_ratio(sigma(*pool, n, r)); }};
    s.prediction = unbiased();
    test.subjects.push_back(s);
    if (truth > 3)
      test.notes +=
          " <exp(-sigma_theta)> is unbiased, but with an entropy production of several nats it is ruled by "
          "trajectories too "
          "rare for these samples: what is seen falls short of 1.";
  }
  Subject s{"integral-fluctuation", "<exp(-sigma_theta)>", 1,
            [=](std::size_t n, std::size_t r) { return estimators::integral_fluctuation(sigma(*pool, n, r)); }};
  s.prediction = unbiased();
  test.subjects.push_back(s);
}

/// jump: by transition counts, data set type by type (the rates depend on B), averaged with the types' shares.
void add_transition_counts(Case& test, const Shared& pool) {
  double truth = 0;
  if (pool->setting.mover != simulator::Mover::jump || !pool->setting.temperature.constant() || !pool->discrete_data ||
      !exact_value(test, *pool, "ep_theta", truth))
    return;
  const std::size_t states = pool->setting.states.size();
  Subject s{"transition-counts", "ep_theta", truth, nullptr};
  s.run = [=](std::size_t n, std::size_t r) {
    const auto& sample = pool->sample;
    std::vector<std::vector<estimators::RunCounts>> groups(pool->types.size());
    for (std::size_t i = r * pool->most; i < r * pool->most + n; ++i) {
      estimators::RunCounts run;
      for (std::size_t e = 0; e < states * states; ++e)
        run.transitions.push_back(static_cast<std::uint64_t>(sample.transitions[i * states * states + e]));
      for (std::size_t e = 0; e < states; ++e) run.dwell.push_back(sample.dwell[i * states + e]);
      run.first.resize(states);
      run.last.resize(states);
      ++run.first[static_cast<std::size_t>(sample.state[i * sample.times])];
      ++run.last[static_cast<std::size_t>(sample.state[pool->last(i)])];
      groups[static_cast<std::size_t>(pool->type[i])].push_back(run);
    }
    Result total{0, 0, n, {}};
    for (const auto& group : groups) {
      if (group.empty()) continue;
      const auto one = estimators::relaxing_entropy_production(group, estimators::OneWay::drop);
      const double share = static_cast<double>(group.size()) / static_cast<double>(n);
      total.value += share * one.value;
      total.standard_error += share * share * one.standard_error * one.standard_error;
    }
    total.standard_error = std::sqrt(total.standard_error);
    return total;
  };
  test.subjects.push_back(s);
}

/// The rate of ep_theta at the first point of time after 0, from short displacements: currents (1, theta, statistic) o
/// dtheta, which span the force where it is linear (gaussian-mean) and bound it from below elsewhere.
void add_short_time(Case& test, const Shared& pool, const Options& options) {
  const bool continuous =
      pool->setting.mover == simulator::Mover::euler || pool->setting.mover == simulator::Mover::gaussian;
  if (!continuous || pool->sample.parameters != 1 || pool->setting.turn > 0) return;
  auto e = std::make_shared<experiment::Experiment>(pool->experiment);
  const num::Rational at = pool->first_time;
  if (at == 0) return;
  const num::Rational dt = num::parse_decimal(num::decimal_text(num::Rational(pool->setting.micro), 2));
  e->time.points = {num::Rational(0), at, at + dt};
  run::Options wanted;
  wanted.digits = 8;
  wanted.quantities = {"ep_theta"};
  double early = 0, late = 0;
  const double step = num::from_rational<double>(dt);
  try {
    const auto table = run::compute(*e, wanted);
    early = std::stod(table.rows.at(1).cells.at(0).value);
    late = std::stod(table.rows.at(2).cells.at(0).value);
  } catch (const std::exception& error) {
    test.left_out.push_back(std::string("short-time-tur: no exact value: ") + error.what());
    return;
  }
  auto o = pool->options;
  o.seed = options.seed + 3;
  o.follow = false;
  const auto sample = std::make_shared<simulator::Sample>(simulator::simulate(*e, o));
  const std::string rate = "d ep_theta/dt at " + num::decimal_text(at);
  Subject s{"short-time-tur", rate, (late - early) / step, nullptr};
  s.run = [=](std::size_t n, std::size_t r) {
    std::vector<double> currents;
    const bool no_data = pool->fixed_data();
    for (std::size_t i = r * pool->most; i < r * pool->most + n; ++i) {
      const double before = sample->theta[i * 3 + 1], after = sample->theta[i * 3 + 2], change = after - before;
      currents.push_back(change);
      currents.push_back((before + after) / 2 * change);
      if (!no_data) currents.push_back(sample->statistic[i * sample->statistics] * change);
    }
    return estimators::short_time_tur(currents, no_data ? 2 : 3, step);
  };
  test.subjects.push_back(s);
}

/// phi is normalised, so its free energy is 0 whatever Theta does, if X starts at equilibrium: ⟨e^{−W_X}⟩ = 1.
void add_jarzynski(Case& test, const Shared& pool) {
  bool moves = false;
  for (std::size_t i = 0; i < std::min<std::size_t>(pool->sample.replicates, 100); ++i)
    moves = moves || pool->sample.work_x[pool->last(i)] != 0;
  if (!moves) return;
  test.subjects.push_back({"jarzynski", "free energy of X", 0, [=](std::size_t n, std::size_t r) {
                             return estimators::jarzynski(values(*pool, &simulator::Sample::work_x, n, r), 1);
                           }});
}

}  // namespace

void add_thermodynamics(Case& test, const Shared& pool, const Options& options) {
  add_average(test, pool, "heat_theta", &simulator::Sample::heat_theta);
  if (pool->setting.stream) add_average(test, pool, "work_theta", &simulator::Sample::work_theta);
  if (pool->options.follow || !pool->setting.equilibrium()) {
    add_average(test, pool, "heat_x", &simulator::Sample::heat_x);
    add_average(test, pool, "work_x", &simulator::Sample::work_x);
    add_jarzynski(test, pool);
  }
  add_path_ratio(test, pool);
  add_transition_counts(test, pool);
  add_short_time(test, pool, options);
}

}  // namespace calor::judge
