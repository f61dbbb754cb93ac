// Heat, work and entropy production from trajectories.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "num/errors.hpp"
#include "num/exact.hpp"
#include "run/run.hpp"
#include "validation/estimators/exponential_average.hpp"
#include "validation/estimators/mean.hpp"
#include "validation/estimators/path_likelihood_ratio.hpp"
#include "validation/estimators/short_time_tur.hpp"
#include "validation/estimators/transition_counts.hpp"
#include "validation/judge/exact.hpp"
#include "validation/judge/pool.hpp"

namespace calor::judge {

namespace {

using estimators::Result;
using Shared = std::shared_ptr<Pool>;
using Array = std::vector<double> simulator::Sample::*;

std::vector<double> values(const Pool& pool, const simulator::Sample& sample, Array which, std::size_t n,
                           std::size_t r) {
  std::vector<double> out;
  for (std::size_t i = r * pool.most; i < r * pool.most + n; ++i) out.push_back((sample.*which)[pool.last(i)]);
  return out;
}

Prediction bias_of(double bias) {
  return {"exact", [=](std::size_t) { return bias; }};
}

Prediction unbiased() { return bias_of(0); }

/// What a scheme's step adds is not at hand.
Prediction unbiased_to_first_order() {
  return {"asymptotic", [](std::size_t) { return 0.0; }};
}

/// Whether Theta moves by a scheme whose steps are finite.
bool stepwise(const Pool& pool) {
  return pool.setting.mover == simulator::Mover::euler || pool.setting.mover == simulator::Mover::diffusion;
}

/// The mean of heat_theta, and of sigma_theta where the temperature is constant: what the scheme's own law says, less
/// the truth. Without the law of a scheme: 0, up to terms of first order in its step.
Prediction mean_over_theta(const Pool& pool, double truth, double (*mean)(const SchemeChange&, double temperature)) {
  if (!stepwise(pool)) return unbiased();
  const bool constant = pool.setting.temperature.constant() && pool.setting.mover == simulator::Mover::euler;
  if (!constant || pool.setting.stream) return unbiased_to_first_order();
  const auto change = scheme_change(pool);
  return change ? bias_of(mean(*change, pool.setting.temperature.at(0)) - truth) : unbiased_to_first_order();
}

void add_average(Case& test, const Shared& pool, const std::string& quantity, Array which,
                 const std::shared_ptr<const simulator::Sample>& sample) {
  double truth = 0;
  if (!exact_value(test, *pool, quantity, truth)) return;
  Subject s{"mean", quantity, truth,
            [=](std::size_t n, std::size_t r) { return estimators::mean(values(*pool, *sample, which, n, r)); }};
  if (which == &simulator::Sample::heat_theta)
    s.prediction = mean_over_theta(*pool, truth, [](const SchemeChange& c, double) { return c.loss; });
  else if (simulator::step_used(pool->experiment, pool->options) > 0)
    s.prediction = unbiased_to_first_order();
  else
    s.prediction = unbiased();
  test.subjects.push_back(s);
}

/// σ_Θ of the trajectories of replicate r from point of time `from` to `to` of the sample, whose laws there are those
/// at points `law_from` and `law_to` of the pool.
struct Span {
  std::size_t from, to, law_from, law_to;
};

std::vector<double> sigma(const Pool& pool, const simulator::Sample& s, Span at, std::size_t n, std::size_t r) {
  std::vector<double> medium, back, first, last;
  const auto log_density = [&](std::size_t law, std::size_t point, const std::vector<double>& given) {
    return pool.law->log_density(law, &s.theta[point * s.parameters], given.data());
  };
  for (std::size_t i = r * pool.most; i < r * pool.most + n; ++i) {
    const std::size_t from = i * s.times + at.from, to = i * s.times + at.to;
    const auto given = s.given(i);
    first.push_back(log_density(at.law_from, from, given));
    last.push_back(log_density(at.law_to, to, given));
    medium.push_back(s.medium[to] - s.medium[from]);
    back.push_back(0);
  }
  return estimators::path_entropy_production(medium, back, 1, first, last);
}

std::vector<double> sigma(const Pool& pool, std::size_t n, std::size_t r) {
  const std::size_t end = pool.sample.times - 1;
  return sigma(pool, pool.sample, {0, end, 0, end}, n, r);
}

/// Where the dynamics of Theta do not change in time, the reversed process is the same dynamics started from the law at
/// the last point t: samples at 0, t, 2t hold it in [t, 2t]. Nothing where that is not so.
std::shared_ptr<const simulator::Sample> continued(const Pool& pool, const Options& options) {
  const auto& s = pool.setting;
  if (s.stream || pool.sample.times < 2 || !s.mobility.constant() || !s.temperature.constant() ||
      !s.learning_rate.constant())
    return nullptr;
  auto e = pool.experiment;
  e.time.points.push_back(num::Rational(2 * e.time.points.back()));
  auto o = pool.options;
  o.seed = options.seed + 5;
  o.follow = o.transitions = false;
  return std::make_shared<simulator::Sample>(simulator::simulate(e, o));
}

std::vector<double> reversed_sigma(const Pool& pool, const simulator::Sample& s, std::size_t n, std::size_t r) {
  return sigma(pool, s, {1, 2, 1, 0}, n, r);
}

/// What the reversed process says of averages over N samples: ⟨e^{−2σ}⟩ is its ⟨e^{σ}⟩ (C. Jarzynski, PRE 73, 046105
/// (2006): its typical paths carry ⟨e^{−σ}⟩). With m = ⟨e^{−2σ}⟩ and Gaussian σ the mean of e^{−σ} has the skewness
/// (m + 2) sqrt((m − 1)/N); beyond 0.3 its standard error is not that of a normal variable.
struct Reach {
  double second = 0, largest = 0;  // m, and the share in it of one sample
  double overlap = 0;              // of the path measures

  bool of_mean(double samples) const {
    return largest < 0.1 && (second + 2) * std::sqrt(second - 1) < 0.3 * std::sqrt(samples);
  }
  bool of_overlap(double samples) const { return overlap * samples >= 100; }
};

Reach reach(const Pool& pool, const simulator::Sample& s, std::size_t replicates) {
  Reach out;
  double count = 0, most = 0;
  for (std::size_t r = 0; r < replicates; ++r)
    for (const double x : reversed_sigma(pool, s, pool.most, r)) {
      ++count;
      out.second += std::exp(x);
      most = std::max(most, std::exp(x));
      out.overlap += std::min(1.0, std::exp(-x));
    }
  out.largest = std::isfinite(out.second) ? most / out.second : 1;
  out.second = std::max(1.0, out.second / count);
  out.overlap /= count;
  return out;
}

/// ⟨e^{−σ}⟩ = 1, and the same of bounded terms; each judged only at sizes where its own error bar can be trusted.
void add_fluctuation_theorems(Case& test, const Shared& pool, const Options& options) {
  Subject whole{"integral-fluctuation", "<exp(-sigma_theta)>", 1,
                [=](std::size_t n, std::size_t r) { return estimators::integral_fluctuation(sigma(*pool, n, r)); }};
  const auto sample = continued(*pool, options);
  if (!sample) {
    test.left_out.push_back("detailed-fluctuation: the dynamics change in time");
    test.subjects.push_back(whole);
    return;
  }
  const auto replicates = static_cast<double>(options.replicates);
  const Reach at = reach(*pool, *sample, options.replicates);
  const auto judged = [replicates](const auto& can) {
    return Prediction{"exact",
                      [=](std::size_t n) { return can(static_cast<double>(n) * replicates) ? 0.0 : std::nan(""); }};
  };
  whole.prediction = judged([at](double samples) { return at.of_mean(samples); });
  test.subjects.push_back(whole);
  Subject bounded{"detailed-fluctuation", "<min(1, exp(-sigma_theta))> less that reversed", 0,
                  [=](std::size_t n, std::size_t r) {
                    return estimators::detailed_fluctuation(sigma(*pool, n, r), reversed_sigma(*pool, *sample, n, r));
                  }};
  bounded.prediction = judged([at](double samples) { return at.of_overlap(samples); });
  test.subjects.push_back(bounded);
  test.notes += fmt::format(
      " The process and its reverse overlap by {:.3g}; <exp(-2 sigma_theta)> is {} by the reversed process. Without a "
      "prediction <exp(-sigma_theta)> is not judged: trajectories too rare for these samples rule it.",
      at.overlap, at.largest < 0.1 ? fmt::format("{:.3g}", at.second) : "beyond these samples");
}

void add_path_ratio(Case& test, const Shared& pool, const Options& options) {
  if (!pool->law || (pool->discrete_data && pool->log_given.empty()) ||
      (pool->setting.batch > 0 && std::isnan(pool->sample.medium[pool->last(0)]))) {
    test.left_out.push_back("path-likelihood-ratio of ep_theta: " +
                            (pool->no_law.empty() ? std::string("too many types or minibatches") : pool->no_law));
    return;
  }
  double truth = 0;
  if (exact_value(test, *pool, "ep_theta", truth)) {
    Subject s{"path-likelihood-ratio", "ep_theta", truth,
              [=](std::size_t n, std::size_t r) { return estimators::path_likelihood_ratio(sigma(*pool, n, r)); }};
    s.prediction =
        mean_over_theta(*pool, truth, [](const SchemeChange& c, double t) { return c.entropy - c.loss / t; });
    test.subjects.push_back(s);
  }
  add_fluctuation_theorems(test, pool, options);
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
void add_jarzynski(Case& test, const Shared& pool, const std::shared_ptr<const simulator::Sample>& sample) {
  bool moves = false;
  for (std::size_t i = 0; i < std::min<std::size_t>(sample->replicates, 100); ++i)
    moves = moves || sample->work_x[pool->last(i)] != 0;
  if (!moves) return;
  test.subjects.push_back({"jarzynski", "free energy of X", 0, [=](std::size_t n, std::size_t r) {
                             return estimators::jarzynski(values(*pool, *sample, &simulator::Sample::work_x, n, r), 1);
                           }});
}

/// Trajectories for heat and work of X: where X moves after every step of Theta and the law sets a long step, at a
/// quarter of it, because what a step adds to them is as large as the step.
std::shared_ptr<const simulator::Sample> sample_of_x(const Shared& pool, const Options& options) {
  const bool follows = !pool->setting.equilibrium() && pool->setting.turn == 0 && stepwise(*pool);
  if (options.step > 0 || !follows || pool->sample.parameters == 1) return {pool, &pool->sample};
  auto o = pool->options;
  o.step = pool->setting.micro / 4;
  o.batches = o.transitions = false;
  return std::make_shared<simulator::Sample>(simulator::simulate(pool->experiment, o));
}

}  // namespace

void add_thermodynamics(Case& test, const Shared& pool, const Options& options) {
  const std::shared_ptr<const simulator::Sample> sample(pool, &pool->sample);
  add_average(test, pool, "heat_theta", &simulator::Sample::heat_theta, sample);
  if (pool->setting.stream) add_average(test, pool, "work_theta", &simulator::Sample::work_theta, sample);
  if (pool->options.follow || !pool->setting.equilibrium()) {
    const bool asked = wanted(options, "mean") || wanted(options, "jarzynski");
    const auto of_x = asked ? sample_of_x(pool, options) : sample;
    add_average(test, pool, "heat_x", &simulator::Sample::heat_x, of_x);
    add_average(test, pool, "work_x", &simulator::Sample::work_x, of_x);
    add_jarzynski(test, pool, of_x);
  }
  add_path_ratio(test, pool, options);
  add_transition_counts(test, pool);
  add_short_time(test, pool, options);
}

}  // namespace calor::judge
