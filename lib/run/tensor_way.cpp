// langevin in two or three parameters, on a tensor grid.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "evolve/tensor_spectral.hpp"
#include "evolve/tensor_volumes.hpp"
#include "experiment/kinds.hpp"
#include "num/errors.hpp"
#include "run/job.hpp"
#include "run/nested.hpp"
#include "run/refine.hpp"
#include "run/support.hpp"
#include "run/tensor_joint.hpp"
#include "run/tensor_level.hpp"

namespace calor::run {

namespace {

constexpr double second_level = 1.2;  // how much finer than the first, in e-folds

/// Resolution of a level. Measured against finer runs: the box costs 0.2 exp(-tail) with categorical (two parameters,
/// 66 data sets, T = 0.1) and 16 exp(-tail) with three Ising couplings; spacing = 10 costs below 1e-10 and spacing = 9
/// 5e-9.
TensorResolution tensor_resolution(const Study<double>& study, int digits, double finer) {
  const int parameters = study.model->parameters();
  // fewer, and the currents would not converge; real data are too many for that
  const int d = std::max(digits, study.model->outcomes() == 0 ? 6 : parameters > 2 ? 7 : 10);
  TensorResolution r;
  r.tail = (2.31 * d + (parameters > 2 || study.model->outcomes() == 0 ? 3.5 : 1)) * finer;
  r.spacing = (0.9 * d + 2.5) * finer;
  r.time_order = 8 + static_cast<int>(std::lround(8 * (finer - 1)));
  r.fine_order = 8 + d / 2 + static_cast<int>(std::lround(16 * (finer - 1)));
  r.element_order = 10 + static_cast<int>(std::lround(14 * (finer - 1)));
  r.split_time(digits, finer);
  return r;
}

constexpr double most_grid_bytes = 4.0 * (1 << 30);
constexpr double most_operations = 4e13;  // three hours of one core at 4e9 a second
constexpr double more_operations = 4e12;  // the same for levels beyond the second

bool fits(const Study<double>& study, int digits, double finer, TensorCost& needed) {
  const auto r = tensor_resolution(study, digits, finer);
  const auto layout = lay_out(study, r);
  needed = cost(study, layout, r);
  const auto joint = joint_cost(study, layout.plan.grid, r, static_cast<double>(layout.ensemble.sets.size()),
                                layout.plan.fastest_time);
  needed.bytes += joint.bytes;
  needed.operations += joint.operations;
  return needed.bytes <= most_grid_bytes && needed.operations <= most_operations;
}

/// ln of the largest amplification of round-off over the data sets, each by its share of the ensemble: where the start
/// reaches far into the tails of a stationary density, rho_0/sqrt(w) exceeds the top of rho_0 (numerics: the
/// symmetrised expansion loses these digits).
double log_condition(const Study<double>& study, int digits) {
  const auto r = tensor_resolution(study, digits, second_level);
  const auto layout = lay_out(study, r);
  const auto terms = terms_on(*study.model, layout.plan.grid);
  const double top = most_probable(layout.ensemble);
  double worst = 0;
  for (const auto& set : layout.ensemble.sets) {
    const double rare = std::log(top / set.weight);
    const auto p = tensor_problem(study.learner, set, terms, layout.plan.grid, r, rare);
    const Vector<double> psi =
        p.log_initial.array() + (p.loss.array() - p.loss.minCoeff()) / (2 * p.temperature) - p.log_initial.maxCoeff();
    worst = std::max(worst, (p.log_initial.array() > p.least).select(psi, 0.0).maxCoeff() - rare);
  }
  return worst;
}

/// log_condition beyond which the cut of the start rings in the joint densities of `gaussian`: flows were off by four
/// errors at 10.
constexpr double most_of_lagging = 2;
constexpr double caution_at_cut = 30;

bool safe(double condition, int digits) { return condition / std::log(10.0) + digits < 14; }

[[noreturn]] void refuse_unsafe(const Job& job, const Study<double>& study, double condition) {
  int reachable = job.digits - 1;
  while (reachable > 0 && !safe(log_condition(study, reachable), reachable)) --reachable;
  throw AccuracyError(
      job.experiment.at("accuracy.digits") +
      fmt::format("{} digits: the symmetrised solver loses about {:.0f} digits, because the start reaches far into the "
                  "tails of the stationary density; reachable: {}",
                  job.digits, condition / std::log(10.0),
                  reachable ? std::to_string(reachable) + " digits" : std::string("none")));
}

/// Two levels need too much memory or time: names the digits that fit.
[[noreturn]] void refuse_unfit(const Job& job, const Study<double>& study, const TensorCost& needed) {
  TensorCost other;
  int reachable = job.digits - 1;
  while (reachable > 0 && !fits(study, reachable, second_level, other)) --reachable;
  throw AccuracyError(
      job.experiment.at("accuracy.digits") +
      fmt::format("{} digits need {:.1f} GiB and {:.0e} operations for {} parameters, at most {:.0f} GiB and {:.0e}; "
                  "reachable: {}",
                  job.digits, needed.bytes / (1 << 30), needed.operations, study.model->parameters(),
                  most_grid_bytes / (1 << 30), most_operations,
                  reachable ? std::to_string(reachable) + " digits" : std::string("none")));
}

std::unique_ptr<evolve::TensorExpansion> spectral_solver(const evolve::TensorProblem& problem) {
  return std::make_unique<evolve::TensorSpectral>(problem);
}

/// Operations of finite volumes: five points a node and term.
double volume_cost(const Study<double>& study, const TensorLayout& layout) {
  double upper = 0;
  for (const auto& axis : layout.plan.grid.axes) upper += 8 * study.learner.diffusion() / (axis.spacing * axis.spacing);
  const double terms = std::sqrt(36 * upper * study.points.back()) + 36;
  return static_cast<double>(layout.ensemble.sets.size()) * static_cast<double>(layout.plan.grid.size()) * terms * 120;
}

/// Kinks of the rates that no elements follow: errors shrink like a power of the spacing, and differently from level to
/// level, as the kinks lie here and there between the nodes: flow_x of three spins in fields was off by ten
/// differences.
constexpr double caution_at_kinks = 30;
constexpr int digits_at_kinks = 3;

bool has_kinks(const experiment::Experiment& e) { return parameters(e.model) > 2 && e.sampler.kind == "metropolis"; }

void spectral(Job& job, const Study<double>& study, std::span<const double> finer, double caution, bool integrals) {
  const Goal<double> goal{accuracy<double>(job.digits), job.wanted(), caution, common_error(study)};
  const auto identities = langevin_identities<double>(job.experiment);
  const auto book = refine<double>(
      [&](int k) {
        const double share = finer[static_cast<std::size_t>(k)];
        TensorCost needed;
        if (k > 1 && (!fits(study, job.digits, share, needed) || needed.operations > more_operations))
          throw AccuracyError("a finer grid does not fit");  // ends the refinement
        auto r = tensor_resolution(study, job.digits, share);
        if (!integrals) r.time_order = r.fine_order = 0;
        const auto layout = lay_out(study, r);
        return evaluate(study, layout, r, spectral_solver,
                        reporter(job.options, "tensor grid, level " + std::to_string(k + 1)));
      },
      static_cast<int>(finer.size()), goal, identities);
  collect(job, book, study, "tensor-grid spectral", identities);
}

/// Second route: nested grids, the first of them just fine enough to see the densities.
void finite_volume(Job& job, const Study<double>& study) {
  const auto solver = [](const evolve::TensorProblem& problem) -> std::unique_ptr<evolve::TensorExpansion> {
    return std::make_unique<evolve::TensorVolumes>(problem);
  };
  std::vector<TensorResolution> resolutions;
  std::vector<TensorLayout> layouts;
  for (const double finer : {1.0, second_level}) {
    auto r = tensor_resolution(study, job.digits, finer);
    r.spacing = 2.5 * finer;
    layouts.push_back(lay_out(study, r));
    r.spacing = r.tail;
    layouts.back().ensemble = ensemble(study, r);
    resolutions.push_back(r);
  }
  const auto nested = [&](int f, int level) {
    auto layout = layouts[static_cast<std::size_t>(f)];
    for (auto& axis : layout.plan.grid.axes) {
      axis.size = (axis.size - 1) * (1 << level) + 1;
      axis.spacing /= 1 << level;
    }
    return layout;
  };
  int most = 3;
  while (most < 7 && cost(study, nested(1, most), resolutions[1]).bytes < most_grid_bytes &&
         volume_cost(study, nested(1, most)) < most_operations / 400)
    ++most;
  const auto book = nested_families(
      [&](int f, int level) {
        return evaluate(study, nested(f, level), resolutions[static_cast<std::size_t>(f)], solver,
                        reporter(job.options, "finite volumes, grid " + std::to_string(level + 1)));
      },
      most, Goal<double>{accuracy<double>(job.digits), job.wanted()});
  collect(job, book, study, "tensor-grid finite volumes", langevin_identities<double>(job.experiment));
}

}  // namespace

void langevin_on_tensor_grid(Job& job) {
  const auto& e = job.experiment;
  const Method method = job.options.method;
  const int d = parameters(e.model);
  const bool volumes = method == Method::finite_volume && d <= 2;
  if (d > 3) refuse_method(job, std::to_string(d) + " parameters", "auto, analytic; grids have at most 3 parameters");
  if (method != Method::automatic && method != Method::spectral && !volumes)
    refuse_method(job, std::to_string(d) + " parameters", d <= 2 ? "auto, spectral, finite-volume" : "auto, spectral");
  if (job.digits > 12 || job.options.precision > num::digits10<double>())
    throw AccuracyError(e.at("accuracy.digits") + std::to_string(job.digits) + " digits are out of reach with " +
                        std::to_string(d) +
                        " parameters, which are computed in double precision; reachable: 12 digits");
  if (has_kinks(e) && job.digits > digits_at_kinks)
    throw AccuracyError(e.at("accuracy.digits") + std::to_string(job.digits) +
                        " digits are out of reach with three parameters and sampler \"metropolis\", whose rates have "
                        "kinks in theta that a grid does not follow; reachable: " +
                        std::to_string(digits_at_kinks) + " digits");
  const auto study = make_study<double>(e, job.options);
  if (volumes && lagging(e)) refuse_method(job, "a sampler at finite speed, or `step`", "auto, spectral");
  if (volumes) return finite_volume(job, study);
  TensorCost needed;
  // small widths make the drift steep
  const bool has_support =
      e.model.kind == "gaussian" && (method == Method::automatic || lagging(e)) && !fluctuations_wanted(job.options);
  if (!fits(study, job.digits, second_level, needed))
    return has_support ? langevin_on_support(job) : refuse_unfit(job, study, needed);
  const double condition = log_condition(study, job.digits);
  const bool cut = e.model.kind == "gaussian" && lagging(e) && condition > most_of_lagging;
  // levels of an X that lags are dear, and in vain there
  if (cut && has_support) return langevin_on_support(job);
  if (!safe(condition, job.digits)) {
    if (has_support) return langevin_on_support(job);
    // unsymmetrised, without relative accuracy in the tails
    if (d <= 2 && method == Method::automatic) return diffusion_on_tensor_grid(job);
    refuse_unsafe(job, study, condition);
  }
  const std::array finer{1.0, second_level, 1.5, 1.85, 2.25};
  const double careful = has_kinks(e) ? caution_at_kinks : cut ? caution_at_cut : caution(e);
  spectral(job, study, std::span(finer).first(has_kinks(e) ? 3 : 5), careful, true);
  // relative entropies of tails need more than everything else
  if (job.collected.lacks_only_tails()) {
    if (fits(study, job.digits, 1.85, needed)) spectral(job, study, std::array{1.6, 1.85}, careful, false);
  } else if (has_support && !job.collected.complete()) {
    take(job, langevin_on_support);
  } else if (d <= 2 && lagging(e) && method == Method::automatic && !job.collected.complete()) {
    take(job, diffusion_on_tensor_grid);
  }
}

}  // namespace calor::run
