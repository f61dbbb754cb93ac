#include "run/run.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <stdexcept>

#include "experiment/kinds.hpp"
#include "experiment/model_form.hpp"
#include "ledger/catalogue.hpp"
#include "num/errors.hpp"
#include "run/analytic.hpp"
#include "run/job.hpp"
#include "run/joint_level.hpp"
#include "run/linear_way.hpp"
#include "run/no_noise.hpp"
#include "run/proven.hpp"
#include "run/redraw_way.hpp"
#include "run/sgd_gaussian_way.hpp"
#include "run/sgld_tensor.hpp"
#include "run/stream_way.hpp"
#include "run/support.hpp"
#include "table/format.hpp"

namespace calor::run {

namespace {

void by_method(Job& job) {
  const auto& e = job.experiment;
  const Method method = job.options.method;
  if (without_noise(e.learner)) {
    if (method != Method::automatic) refuse_method(job, "temperature 0", "auto");
    if (has_closed_form(e)) return closed_limit(job);
    if (!atoms_in_balls(job)) complete_by(job, atoms);
    return;
  }
  const bool formula = method == Method::automatic || method == Method::analytic;
  if (formula && mixes_gaussians(e)) return mixture_of_gaussians(job);
  if (formula && has_closed_form(e)) return closed_form(job);
  if (formula && streams_gaussians(e)) return gaussian_stream(job);
  if (formula && moves_linearly(e) && !(method == Method::automatic && only_on_grid(job))) return linear_moments(job);
  if (mixes_redraws(job)) return gaussian_redraws(job);
  if (method == Method::analytic)
    refuse_method(job, "no closed form for this experiment",
                  "auto; closed forms are those of gaussian-mean and linear-regression");
  if (separates(e)) return product_of_dimensions(job);
  const bool continuous = e.learner.kind == "langevin" || e.learner.kind == "sgd-diffusion";
  if (continuous && learner::scheduled(e.learner) &&
      (parameters(e.model) > 1 || lagging(e) || fluctuations_wanted(job.options)))
    return annealed_on_tensor_grid(job);
  const bool many_kinds = e.model.kind == "poisson" && lagging(e);  // of outcomes
  if (e.learner.kind == "langevin" && (parameters(e.model) > 1 || e.model.kind == "linear-regression" || many_kinds))
    return langevin_on_tensor_grid(job);
  if (e.learner.kind == "sgd-diffusion" && (parameters(e.model) > 1 || noise_bends(e.model) || many_kinds))
    return diffusion_on_tensor_grid(job);
  if (e.learner.kind == "langevin" && method == Method::automatic) {
    relaxation_in_balls(job);
    return complete_by(job, langevin_on_grid);
  }
  if (e.learner.kind == "langevin" || e.learner.kind == "sgd-diffusion") return langevin_on_grid(job);
  if (e.learner.kind == "sgld" && parameters(e.model) == 2 && method == Method::automatic)
    return sgld_on_tensor_grid(job);
  if (method != Method::automatic) refuse_method(job, "learner \"" + e.learner.kind + "\" has one method", "auto");
  e.learner.kind == "jump" ? finite_chain(job) : discrete_time(job);
}

constexpr const char* out_of_memory =
    " digits: the run needs more memory than there is; allowed: fewer digits, or less extreme times, widths, rates and "
    "temperatures";

/// by_method, whose solvers know no experiment: their refusals get the file and the key.
void solve(Job& job) {
  try {
    by_method(job);
  } catch (const AccuracyError& refusal) {
    const std::string what = refusal.what(), &file = job.experiment.file;
    if (file.empty() || what.starts_with(file) || what.starts_with("--")) throw;
    throw AccuracyError(job.experiment.at("accuracy.digits") + std::to_string(job.digits) + " digits: " + what);
  } catch (const std::bad_alloc&) {
    throw AccuracyError(job.experiment.at("accuracy.digits") + std::to_string(job.digits) + out_of_memory);
  } catch (const std::length_error&) {
    throw AccuracyError(job.experiment.at("accuracy.digits") + std::to_string(job.digits) + out_of_memory);
  }
}

constexpr int plenty = 10;

/// What coarse grids for few digits lose in round-off may be had from finer ones.
void solve_finer(Job& job) {
  Job finer{job.experiment, job.options, plenty, {}};
  try {
    solve(finer);
  } catch (const AccuracyError&) {
    return;
  }
  for (auto& row : finer.collected.times)
    for (auto& [name, candidate] : row) candidate.miss *= std::pow(10.0, job.digits - finer.digits);
  const bool better = finer.collected.missing().size() < job.collected.missing().size();
  if (better || job.collected.times.empty()) job.collected = std::move(finer.collected);
}

/// The refusal of a run that misses its goal, naming the worst quantity and the digits that can be had.
void require_accuracy(const Job& job) {
  const auto& c = job.collected;
  const bool fewer = c.lost_digits + 3 < num::digits10<double>();
  if (c.times.empty())
    throw AccuracyError(job.experiment.at("accuracy.digits") + std::to_string(job.digits) +
                        " digits cannot be reached with --method " + name(job.options.method) +
                        (c.obstacle.empty() ? "" : ": " + c.obstacle) + "; try " +
                        (job.options.method == Method::automatic ? "" : "--method auto or ") +
                        (fewer ? "fewer digits" : "a narrower start or a higher temperature"));
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

table::Table compute(const experiment::Experiment& given, const Options& options) {
  const int digits = options.digits ? options.digits : given.digits;
  experiment::Experiment e = given;
  if (const auto& form = experiment::form_of(e.model); form.prepare) form.prepare(e, digits);
  Job job{e, options, digits, {}};
  require_supported(job);
  solve(job);
  if (digits < plenty && !options.best_effort && !job.collected.complete()) solve_finer(job);
  require_accuracy(job);

  table::Table out;
  out.title = e.title;
  out.experiment_json = experiment::to_json(given, 2);
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
       {Method::automatic, Method::spectral, Method::finite_volume, Method::logarithmic, Method::analytic})
    if (text == name(m)) return m;
  throw InputError("--method: \"" + text +
                   "\" is not a method; allowed: auto, spectral, finite-volume, logarithmic, analytic");
}

const char* name(Method method) {
  switch (method) {
    case Method::automatic:
      return "auto";
    case Method::spectral:
      return "spectral";
    case Method::finite_volume:
      return "finite-volume";
    case Method::logarithmic:
      return "logarithmic";
    case Method::analytic:
      return "analytic";
  }
  return "";
}

}  // namespace calor::run
