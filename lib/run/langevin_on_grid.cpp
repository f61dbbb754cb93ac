// langevin in one parameter, on a grid: the spectral solver, the split-operator solver where that one is not safe,
// finite volumes on request.

#include <algorithm>
#include <cmath>
#include <set>

#include "evolve/finite_volume.hpp"
#include "evolve/richardson.hpp"
#include "evolve/spectral.hpp"
#include "evolve/split_operator.hpp"
#include "evolve/taylor.hpp"
#include "num/errors.hpp"
#include "run/job.hpp"
#include "run/joint_level.hpp"
#include "run/refine.hpp"
#include "run/support.hpp"

namespace calor::run {

namespace {

/// Largest spectral_condition over the data sets.
template <Real R>
R worst_condition(const Study<R>& study, const Layout<R>& layout) {
  const auto terms = learner::terms_on(*study.model, layout.grid);
  R worst = 0;
  for (const auto& set : layout.ensemble.sets)
    worst = std::max(worst, evolve::spectral_condition(learner::problem(study.learner, set, terms, layout.grid)));
  return worst;
}

/// joint: with a lagging sampler, what concerns X too (in double precision only).
template <Real R>
void spectral(Job& job, bool joint = true) {
  using std::log10;
  const auto study = make_study<R>(job.experiment, job.options);
  const R goal = accuracy<R>(job.digits);
  const auto first = lay_out(study, resolution(job.digits, 0));
  require_memory(first);
  const R condition = worst_condition(study, first);
  if (!(condition * num::epsilon<R>() * 100 < goal)) {
    job.collected.lost_digits = num::to_double(R(log10(condition)));
    job.collected.obstacle =
        "the spectral solver loses about " + num::to_text(R(log10(condition)), 3) + " of the " +
        std::to_string(num::digits10<R>()) +
        " digits of its numbers, because the start reaches far into the tails of the stationary density";
    return;
  }
  const evolve::Spectral<R> solver;
  const auto book = refine<R>(
      [&](int k) {
        auto r = resolution(job.digits, k);
        if (!joint) r.lag_columns = 0;
        return evaluate<R>(study, k ? lay_out(study, r) : first, r, solver,
                           reporter(job.options, "spectral, level " + std::to_string(k + 1)));
      },
      5, Goal<R>{goal, job.wanted()});
  collect(job, book, study, "spectral", langevin_identities<R>(job.experiment));
}

/// Mobility, temperature or learning rate change in time.
bool scheduled(const experiment::Learner& l) {
  return !l.mobility.constant() || !l.temperature.constant() || !l.learning_rate.constant();
}

template <Real R>
void series_in_time(Job& job) {
  const auto study = make_study<R>(job.experiment, job.options);
  const evolve::Taylor<R> solver;
  const auto book = refine<R>(
      [&](int k) {
        const auto r = resolution(job.digits, k);
        const auto layout = lay_out(study, r);
        require_memory(layout);
        return evaluate<R>(study, layout, r, solver,
                           reporter(job.options, "Taylor series, level " + std::to_string(k + 1)));
      },
      5, Goal<R>{accuracy<R>(job.digits), job.wanted()});
  collect(job, book, study, "spectral", langevin_identities<R>(job.experiment));
}

/// Quantities that are integrals over time; all others are functions of the density at one time.
bool integrated(const std::string& quantity) {
  static const std::set<std::string> names{"fisher_dissipation", "heat_x",       "work_x",     "flow_x",
                                           "flow_theta",         "ep_x_given_b", "ep_x_naive", "ep_x_path",
                                           "reservoir_gap"};
  return names.count(quantity) > 0;
}

void split_operator(Job& job) {
  const auto wanted = job.wanted();
  const bool integrals = std::any_of(wanted.begin(), wanted.end(), integrated);
  const auto study = make_study<double>(job.experiment, job.options);
  const auto book = refine<double>(
      [&](int k) {
        auto r = resolution(job.digits, k);
        r.tail_decades *= 4;  // far tails are fed from farther out
        r.lag_columns = 0;
        r.strip_share = 0.045 / (1 + 0.25 * k);
        if (!integrals) r.time_order = 0;
        const auto layout = lay_out(study, r);
        require_memory(layout);
        return evaluate<double>(study, layout, r, evolve::SplitOperator(0.2 / (1 + k), 4 + k),
                                reporter(job.options, "split-operator, level " + std::to_string(k + 1)));
      },
      4, Goal<double>{accuracy<double>(job.digits), wanted});
  collect(job, book, study, "split-operator", langevin_identities<double>(job.experiment));
}

using Rows = std::vector<info::Row<double>>;

/// Richardson's table over nested grids, quantity by quantity and time by time.
Rows extrapolate(const std::vector<Rows>& levels, Rows& error) {
  Rows out = levels.back();
  error = out;
  for (std::size_t j = 0; j < out.size(); ++j)
    for (auto& [name, raw] : out[j]) {
      std::vector<std::vector<double>> column;
      for (const auto& level : levels) column.push_back({level[j].at(name).value});
      const auto limit = evolve::richardson(column);
      raw.value = limit.value.front();
      error[j][name].value = limit.error.front();
    }
  return out;
}

/// Two families of nested grids that differ in everything but the spacing: Richardson's error for the spacing, their
/// difference for the rest.
void finite_volume(Job& job) {
  const auto study = make_study<double>(job.experiment, job.options);
  const evolve::FiniteVolume solver;
  const Goal<double> goal{accuracy<double>(job.digits), job.wanted()};
  std::vector<std::vector<Rows>> family(2);
  std::vector<Layout<double>> layouts;
  for (int f = 0; f < 2; ++f) layouts.push_back(lay_out(study, resolution(job.digits, f)));
  Book<double> best;
  for (int level = 0; level < 7; ++level) {
    for (int f = 0; f < 2; ++f) {
      auto layout = layouts[static_cast<std::size_t>(f)];
      layout.grid.size = (layout.grid.size - 1) * (1 << level) + 1;
      layout.grid.spacing /= 1 << level;
      require_memory(layout);
      family[static_cast<std::size_t>(f)].push_back(
          evaluate<double>(study, layout, resolution(job.digits, f), solver,
                           reporter(job.options, "finite volumes, grid " + std::to_string(level + 1))));
    }
    if (level < 2) continue;
    Rows error_a, error_b;
    const Rows a = extrapolate(family[0], error_a), b = extrapolate(family[1], error_b);
    Book<double> book(b.size());
    bool met = true;
    for (std::size_t j = 0; j < b.size(); ++j)
      for (const auto& [name, raw] : b[j]) {
        num::Estimate<double> e{
            raw.value, error_b[j].at(name).value + 2 * std::fabs(raw.value - a[j].at(name).value) + 2 * raw.noise};
        if (!(e.error < HUGE_VAL)) e.error = HUGE_VAL;
        book[j][name] = e;
        met = met && (!goal.wants(name) || goal.met(e));
        if (!best.empty() && best[j].at(name).error < e.error) book[j][name] = best[j].at(name);
      }
    best = std::move(book);
    if (met) break;
  }
  collect(job, best, study, "finite-volume", langevin_identities<double>(job.experiment));
}

}  // namespace

void langevin_on_grid(Job& job) {
  const auto& e = job.experiment;
  if (const int d = parameters(e.model); d != 1) refuse_method(job, std::to_string(d) + " parameters", "one parameter");
  const auto spectral_way = []<Real R>(Job& j) { spectral<R>(j); };
  const bool in_double = job.digits <= 12 && job.options.precision <= num::digits10<double>();
  if (!in_double && fluctuations_wanted(job.options))
    throw AccuracyError(e.at("accuracy.digits") + std::to_string(job.digits) +
                        " digits are out of reach for moments of heat_x and work_x, ift_x and ift_theta, which are "
                        "computed in double precision; allowed: at most 12");
  if (lagging(e)) {
    if (!in_double)
      throw AccuracyError(e.at("accuracy.digits") + std::to_string(job.digits) +
                          " digits are out of reach with sampler \"" + e.sampler.kind +
                          "\" at finite speed, which is computed in double precision; allowed: at most 12");
    if (job.options.method != Method::automatic && job.options.method != Method::spectral)
      refuse_method(job, "a sampler at finite speed, or `step`", "auto, spectral");
    spectral<double>(job);
    // lautum_info, say: needs relative accuracy in the tails of Theta, whatever X does
    if (job.collected.times.empty() || job.collected.complete()) return;
    split_operator(job);
    raise_precision(job, 16, []<Real R>(Job& j) { spectral<R>(j, false); });
    return;
  }
  if (scheduled(e.learner)) {
    if (job.options.method != Method::automatic && job.options.method != Method::spectral)
      refuse_method(job, "schedules", "auto, spectral");
    if (fluctuations_wanted(job.options))
      throw InputError(e.at(e.learner.temperature.constant() ? "learner.mobility" : "learner.temperature") +
                       "a schedule with moments of heat_x and work_x, ift_x or ift_theta is not available in this "
                       "version; available: one number");
    return raise_precision(job, 0, []<Real R>(Job& j) { series_in_time<R>(j); });
  }
  switch (job.options.method) {
    case Method::automatic:
      if (in_double) {
        spectral<double>(job);
        // a few digits lost: 50 digits make up for them; more, or single quantities left open: the logarithmic solver
        const bool few =
            job.collected.times.empty() && job.collected.lost_digits + job.digits + 8 < num::digits10<num::Mp50>();
        if (few) spectral<num::Mp50>(job);
        if (!job.collected.complete()) split_operator(job);
      }
      raise_precision(job, 16, spectral_way);
      return;
    case Method::spectral:
      raise_precision(job, 0, spectral_way);
      return;
    default:
      break;
  }
  if (!in_double)
    throw AccuracyError(e.at("accuracy.digits") + std::to_string(job.digits) + " digits are out of reach of --method " +
                        name(job.options.method) + ", which works in double precision; allowed: at most 12");
  job.options.method == Method::finite_volume ? finite_volume(job) : split_operator(job);
}

}  // namespace calor::run
