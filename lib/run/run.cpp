#include "run/run.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <set>

#include "evolve/finite_volume.hpp"
#include "evolve/richardson.hpp"
#include "evolve/spectral.hpp"
#include "evolve/split_operator.hpp"
#include "ledger/catalogue.hpp"
#include "ledger/ledger.hpp"
#include "num/errors.hpp"
#include "run/analytic.hpp"
#include "run/jump_rows.hpp"
#include "run/level.hpp"
#include "run/refine.hpp"
#include "run/sgld_rows.hpp"
#include "run/support.hpp"
#include "table/format.hpp"

namespace calor::run {

namespace {

using ledger::Book;

/// A printed number, and whether it reaches the goal.
struct Candidate {
  table::Cell cell;
  double miss = 0;  // error over what is allowed; at most 1 if met
};

/// What all ways of computing have delivered so far, one map a user's time.
struct Collected {
  std::vector<std::map<std::string, Candidate>> times;
  std::vector<table::Check> checks;
  std::vector<std::string> methods;
  std::vector<std::string> precisions;
  std::string obstacle;    // why the last way was not taken
  double lost_digits = 0;  // what the symmetrised expansion would have lost

  /// Quantities among `wanted` (all if empty) that miss the goal somewhere.
  std::vector<std::string> missing() const {
    std::map<std::string, bool> out;
    for (const auto& row : times)
      for (const auto& [name, c] : row)
        if (!(c.miss <= 1)) out[name] = true;
    std::vector<std::string> names;
    for (const auto& [name, unmet] : out) names.push_back(name);
    return names;
  }
  bool complete() const { return !times.empty() && missing().empty(); }
};

void note(std::vector<std::string>& list, const std::string& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

bool printed(const std::string& name, const Options& o) {
  const auto* definition = ledger::find(name);
  if (!definition) return false;
  if (o.quantities.empty()) return !definition->on_request;
  return std::find(o.quantities.begin(), o.quantities.end(), name) != o.quantities.end();
}

/// One experiment with the options and digits that apply to it.
struct Job {
  const experiment::Experiment& experiment;
  const Options& options;
  int digits;
  Collected collected;

  std::vector<std::string> wanted() const {
    if (collected.times.empty()) {
      std::vector<std::string> names;
      for (const auto& d : ledger::catalogue())
        if (printed(std::string(d.name), options)) names.emplace_back(d.name);
      return names;
    }
    return collected.missing();
  }
};

template <Real R>
R accuracy(int digits) {
  using std::pow;
  return pow(R(10), -digits);
}

template <Real R>
std::vector<ledger::Identity<R>> langevin_identities(const experiment::Experiment& e) {
  const R temperature = num::from_rational<R>(e.learner.temperature.values.front());
  return lagging(e) ? ledger::lagging_identities(temperature) : ledger::equilibrium_identities(temperature);
}

/// False where levels disagree so much that their difference says nothing about the error: such numbers are no result.
template <Real R>
bool converged(const Book<R>& book) {
  using std::fabs;
  for (const auto& entries : book)
    for (const char* name : {"entropy_theta", "entropy_theta_given_b", "ep_theta", "_ep_currents"}) {
      const auto at = entries.find(name);
      if (at == entries.end()) continue;
      const R size = fabs(at->second.value) > 1 ? R(fabs(at->second.value)) : R(1);
      if (!(at->second.error <= R(1e-4) * size)) return false;
    }
  return true;
}

/// Adds a book's numbers where they are better than what is there.
template <Real R>
void collect(Job& job, const Book<R>& book, const Study<R>& study, const std::string& method,
             const std::vector<ledger::Identity<R>>& identities) {
  using std::fabs;
  const R goal = accuracy<R>(job.digits);
  if (!converged(book)) {
    job.collected.obstacle = method + " did not converge";
    return;
  }
  auto checks = ledger::verify(book, identities);
  auto& out = job.collected;
  if (out.times.empty()) out.times.resize(study.wanted.size());
  bool used = false;
  for (std::size_t j = 0; j < study.wanted.size(); ++j)
    for (const auto& [name, e] : book[static_cast<std::size_t>(study.wanted[j])]) {
      if (!printed(name, job.options)) continue;
      const R allowed = goal * std::max(R(1), R(fabs(e.value)));
      double miss = num::to_double(R(e.error * R(1.2) / allowed));
      if (std::isnan(miss)) miss = HUGE_VAL;
      auto& slot = out.times[j];
      const auto old = slot.find(name);
      if (old != slot.end() && (old->second.miss <= 1 || old->second.miss <= miss)) continue;
      slot[name] = {table::cell<R>(name, e), miss};
      used = true;
    }
  if (!used) return;
  note(out.methods, method);
  note(out.precisions, std::same_as<R, double> ? "double" : std::to_string(num::digits10<R>()) + " digits");
  if (checks.size() >= out.checks.size()) out.checks = std::move(checks);
}

/// Resolution of level k: the finest error that matters shrinks by a fixed factor in its exponent from level to level.
Resolution resolution(int digits, int level) {
  const double decades = (1.55 * digits + 2) * std::pow(1.2, level);
  Resolution r{decades, decades, 8 + digits / 3 + 3 * level, 1.0 / (1 + 0.25 * level)};
  r.lag_substep = 0.5 / (1 + 0.2 * level);
  r.lag_columns = 5 + level + digits / 8;
  return r;
}

/// Reports the progress of the sets of one level, one call at a time.
std::function<void(double)> reporter(const Options& o, const std::string& stage) {
  if (!o.progress) return {};
  return [&o, stage, guard = std::make_shared<std::mutex>()](double fraction) {
    const std::lock_guard lock(*guard);
    o.progress({stage, fraction});
  };
}

template <Real R>
void require_memory(const Layout<R>& layout) {
  const double cells = static_cast<double>(layout.grid.size) * static_cast<double>(layout.ensemble.sets.size());
  if (cells > 5e7)
    throw AccuracyError("this accuracy needs " + std::to_string(layout.grid.size) + " grid points for each of " +
                        std::to_string(layout.ensemble.sets.size()) +
                        " data sets, more than memory allows; ask for fewer digits");
}

/// Largest spectral_condition over the data sets.
template <Real R>
R worst_condition(const Study<R>& study, const Layout<R>& layout) {
  const auto terms = learner::terms_on(*study.model, layout.grid);
  R worst = 0;
  for (const auto& set : layout.ensemble.sets)
    worst = std::max(worst, evolve::spectral_condition(learner::problem(study.learner, set, terms, layout.grid)));
  return worst;
}

template <Real R>
void spectral(Job& job) {
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
        const auto r = resolution(job.digits, k);
        return evaluate<R>(study, k ? lay_out(study, r) : first, r, solver,
                           reporter(job.options, "spectral, level " + std::to_string(k + 1)));
      },
      5, Goal<R>{goal, job.wanted()});
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

/// Calls way<R>(job) for the number types that may reach the digits, from the cheapest up, until the job is complete.
template <class Way>
void raise_precision(Job& job, int first, const Way& way) {
  const int fixed = job.options.precision;
  const auto attempt = [&]<Real R>(R) {
    const int have = num::digits10<R>();
    if (job.collected.complete() || have < first) return;
    if (have < std::max(fixed, job.digits + (first > 16 ? 14 : 4))) return;
    if (fixed && !job.collected.methods.empty()) return;
    way.template operator()<R>(job);
  };
  attempt(double{});
  attempt(num::Mp50{});
  attempt(num::Mp100{});
}

template <Real R>
void closed_form(Job& job) {
  const auto study = make_study<R>(job.experiment, job.options);
  const auto book = closed_form_book<R>(job.experiment, study.points);
  const bool sgld = job.experiment.learner.kind == "sgld";
  const R temperature = num::from_rational<R>(job.experiment.learner.temperature.values.front());
  collect(job, book, study, "analytic",
          sgld ? sgld_identities<R>(temperature) : langevin_identities<R>(job.experiment));
}

template <Real R>
void finite_chain(Job& job) {
  const auto study = make_study<R>(job.experiment, job.options);
  const auto book = refine<R>(
      [&](int k) {
        return jump_rows<R>(job.experiment, study.points, resolution(job.digits, k), job.options.threads,
                            reporter(job.options, "finite chain, level " + std::to_string(k + 1)));
      },
      4, Goal<R>{accuracy<R>(job.digits), job.wanted()});
  collect(job, book, study, "finite-chain",
          jump_identities<R>(num::from_rational<R>(job.experiment.learner.temperature.values.front())));
}

template <Real R>
void discrete_time(Job& job) {
  const auto study = make_study<R>(job.experiment, job.options);
  const auto asked = [&](std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(), [&](const char* q) { return printed(q, job.options); });
  };
  const SgldExtras extras{asked({"heat_x_variance", "heat_x_skewness", "work_x_variance", "work_x_skewness", "ift_x"}),
                          asked({"ep_theta_housekeeping", "ep_theta_excess"})};
  const auto book = refine<R>(
      [&](int k) {
        return sgld_rows<R>(job.experiment, study.points, resolution(job.digits, k), job.options.threads,
                            reporter(job.options, "steps, level " + std::to_string(k + 1)), extras);
      },
      4, Goal<R>{accuracy<R>(job.digits), job.wanted()});
  collect(job, book, study, "chapman-kolmogorov",
          sgld_identities<R>(num::from_rational<R>(job.experiment.learner.temperature.values.front())));
}

void refuse_method(const Job& job, const std::string& why, const std::string& allowed) {
  throw InputError("--method " + std::string(name(job.options.method)) + ": " + why + "; allowed here: " + allowed);
}

/// langevin without a closed form, or where the grid is asked for.
void on_the_grid(Job& job) {
  const auto& e = job.experiment;
  if (const int d = parameters(e.model); d != 1) refuse_method(job, std::to_string(d) + " parameters", "one parameter");
  if (lagging(e) && e.model.kind == "gaussian-mean")
    refuse_method(job, "a lagging sampler of a Gaussian x", "auto, analytic");
  const auto spectral_way = []<Real R>(Job& j) { spectral<R>(j); };
  const bool in_double = job.digits <= 12 && job.options.precision <= num::digits10<double>();
  if (lagging(e)) {
    if (!in_double)
      throw AccuracyError(e.at("accuracy.digits") + std::to_string(job.digits) +
                          " digits are out of reach with sampler \"" + e.sampler.kind +
                          "\" at finite speed, which is computed in double precision; allowed: at most 12");
    if (job.options.method != Method::automatic && job.options.method != Method::spectral)
      refuse_method(job, "a sampler at finite speed, or `step`", "auto, spectral");
    spectral<double>(job);
    return;
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

void by_method(Job& job) {
  const auto& e = job.experiment;
  const Method method = job.options.method;
  if (has_closed_form(e) && (method == Method::automatic || method == Method::analytic)) {
    raise_precision(job, 30, []<Real R>(Job& j) { closed_form<R>(j); });
    return;
  }
  if (method == Method::analytic)
    refuse_method(job, "no closed form for this experiment", "auto; closed forms are those of gaussian-mean");
  if (e.learner.kind == "langevin") return on_the_grid(job);
  if (method != Method::automatic) refuse_method(job, "learner \"" + e.learner.kind + "\" has one method", "auto");
  if (e.learner.kind == "jump")
    raise_precision(job, 0, []<Real R>(Job& j) { finite_chain<R>(j); });
  else
    raise_precision(job, 0, []<Real R>(Job& j) { discrete_time<R>(j); });
}

/// The refusal of a run that misses its goal, naming the worst quantity and the digits that can be had.
void require_accuracy(const Job& job) {
  const auto& c = job.collected;
  if (c.times.empty())
    throw AccuracyError(job.experiment.at("accuracy.digits") + std::to_string(job.digits) +
                        " digits cannot be reached with --method " + name(job.options.method) +
                        (c.obstacle.empty() ? "" : ": " + c.obstacle) + "; try --method auto or fewer digits");
  if (job.options.best_effort) return;
  std::string names;
  double worst = 1;
  for (const auto& q : c.missing()) names += (names.empty() ? "" : ", ") + q;
  for (const auto& row : c.times)
    for (const auto& [q, candidate] : row) worst = std::max(worst, candidate.miss);
  if (names.empty()) return;
  const int reachable = static_cast<int>(std::floor(job.digits - std::log10(worst)));
  throw AccuracyError(job.experiment.at("accuracy.digits") + std::to_string(job.digits) +
                      " digits cannot be reached for " + names + "; reachable: " +
                      (std::isfinite(worst) && reachable > 0 ? std::to_string(reachable) + " digits"
                                                             : std::string("none for some of them")) +
                      "; leave them out with --quantities, or print them with their errors by --best-effort");
}

}  // namespace

table::Table compute(const experiment::Experiment& e, const Options& options) {
  require_supported(e);
  Job job{e, options, options.digits ? options.digits : e.digits, {}};
  by_method(job);
  require_accuracy(job);

  table::Table out;
  out.title = e.title;
  out.experiment_json = experiment::to_json(e, 2);
  const auto join = [](const std::vector<std::string>& list) {
    std::string text;
    for (const auto& item : list) text += (text.empty() ? "" : " + ") + item;
    return text;
  };
  out.method = join(job.collected.methods);
  out.precision = join(job.collected.precisions);
  out.checks = job.collected.checks;
  for (std::size_t j = 0; j < e.time.points.size(); ++j) {
    table::Row row{table::time_text(e.time.points[j]), {}};
    for (const auto& d : ledger::catalogue())
      if (const auto at = job.collected.times[j].find(std::string(d.name)); at != job.collected.times[j].end()) {
        at->second.cell.quantity = d.name;
        row.cells.push_back(at->second.cell);
      }
    out.rows.push_back(std::move(row));
  }
  return out;
}

Method method_from_name(const std::string& text) {
  for (const Method m :
       {Method::automatic, Method::spectral, Method::finite_volume, Method::split_operator, Method::analytic})
    if (text == name(m)) return m;
  throw InputError("--method: \"" + text +
                   "\" is not a method; allowed: auto, spectral, finite-volume, split-operator, analytic");
}

const char* name(Method method) {
  switch (method) {
    case Method::automatic:
      return "auto";
    case Method::spectral:
      return "spectral";
    case Method::finite_volume:
      return "finite-volume";
    case Method::split_operator:
      return "split-operator";
    case Method::analytic:
      return "analytic";
  }
  return "";
}

}  // namespace calor::run
