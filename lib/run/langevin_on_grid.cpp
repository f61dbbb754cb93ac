// langevin in one parameter, on a grid: the spectral solver, the logarithmic solver where that one is not safe,
// finite volumes on request.

#include <algorithm>
#include <cmath>
#include <deque>
#include <mutex>
#include <set>

#include "evolve/finite_volume.hpp"
#include "evolve/interpolated.hpp"
#include "evolve/log_density.hpp"
#include "evolve/resolvent.hpp"
#include "evolve/spectral.hpp"
#include "evolve/taylor.hpp"
#include "experiment/kinds.hpp"
#include "num/errors.hpp"
#include "run/job.hpp"
#include "run/joint_level.hpp"
#include "run/nested.hpp"
#include "run/refine.hpp"
#include "run/support.hpp"

namespace calor::run {

namespace {

constexpr int most_levels = 8;
constexpr double most_decimals = 190;  // of psi, in integers
constexpr std::size_t few_sets = 100;  // are solved one by one, not interpolated

/// Largest spectral_condition over the data sets.
template <Real R>
R worst_condition(const Study<R>& study, const Layout<R>& layout) {
  const auto terms = learner::terms_on(*study.model, layout.grid);
  R worst = 0;
  for (const auto& set : layout.ensemble.sets)
    worst = std::max(worst, evolve::spectral_condition(learner::problem(study.learner, set, terms, layout.grid)));
  return worst;
}

/// What lautum_info needs to know of every rho_B where the mixture, like the densest pi_A, still counts. Densities are
/// taken for the stationary ones.
struct Tails {
  std::vector<double> nearest;  // -ln of the densest p(A) pi_A at each node, against their tops
  std::vector<double> alive;    // the same, or that of the start if it is denser
  std::vector<double> slope;    // steepest |d ln sqrt(pi_B)/dtheta| at each node
  double depth = 0;             // decimals below its top of the smallest sqrt(pi_B), relative accuracy included
};

/// `alike`: of all data sets, whatever their weight.
Tails tails(const Study<double>& study, const Layout<double>& layout, int digits, bool alike) {
  const auto terms = learner::terms_on(*study.model, layout.grid);
  const auto n = static_cast<std::size_t>(layout.grid.size);
  Tails out{std::vector<double>(n, HUGE_VAL), {}, std::vector<double>(n, 0), 0};
  std::vector<double> farthest(n, -HUGE_VAL);
  for (const auto& set : layout.ensemble.sets) {
    const auto p = learner::problem(study.learner, set, terms, layout.grid);
    const double lowest = *std::min_element(p.loss.begin(), p.loss.end()), share = std::log(set.weight);
    for (std::size_t i = 0; i < n; ++i) {
      const double s = (p.loss[i] - lowest) / p.temperature;
      out.nearest[i] = std::min(out.nearest[i], s - share);
      out.slope[i] = std::max(out.slope[i], std::fabs(p.slope[i]) / (2 * p.temperature));
      farthest[i] = std::max(farthest[i], alike ? s / 2 : s / 2 + share);
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    const double z = (layout.grid.node(static_cast<int>(i)) - study.learner.initial_mean.front()) /
                     study.learner.initial_stddev.front();
    out.alive.push_back(std::min(out.nearest[i], z * z / 2));
  }
  const double last = M_LN10 * (digits + 3);
  for (std::size_t i = 0; i < n; ++i)
    if (out.nearest[i] < last) out.depth = std::max(out.depth, (last - out.nearest[i] + farthest[i]) / M_LN10);
  return out;
}

struct Radius {
  int nodes = 1;
  double left_out = 0;  // ln of it
};

/// Nodes on either side from which central differences leave out no more than exp(-folds): of densities as narrow as
/// the narrowest, f^(2r) ~ (2r)!/(r! (2 sigma²)^r); of losses, whose nearest singularity is a strip away, f^(2r) ~
/// (2r)!/strip^2r; and in tails, relative to them, slope^2r. If no number does, the best one.
Radius radius_for(const Tails& tails, const Layout<double>& layout, double strip, double folds) {
  const double h = layout.grid.spacing;
  Radius best{1, HUGE_VAL};
  for (int r = 1; r <= 120; ++r) {
    // r!² h^2r/(2r)! times the derivative
    double worst = 2 * std::lgamma(r + 1.0) + 2 * r * std::log(h / strip);
    worst = std::max(worst, std::lgamma(r + 1.0) + 2 * r * std::log(h / (std::sqrt(2.0) * layout.narrowest)));
    for (std::size_t i = 0; i < tails.slope.size(); ++i)
      if (tails.alive[i] < folds) worst = std::max(worst, 2 * r * std::log(tails.slope[i] * h / 2) - tails.alive[i]);
    if (worst < best.left_out) best = {r, worst};
    if (worst < -folds) break;
  }
  return best;
}

/// Rough time that two levels take on one core (measured with 200 to 2200 nodes, 12 to 30 digits).
template <Real R>
double multiprecision_seconds(const Study<R>& study, const Layout<R>& layout, double decimals) {
  const double wave = M_PI / num::to_double(layout.grid.spacing), n = layout.grid.size;
  const double span = num::to_double(R(study.learner.diffusion() * study.points.back())) * wave * wave;
  const double product = 3e-6;  // of H and a vector, with all that comes of it, a node
  return product * evolve::products_needed(span, decimals) * n * static_cast<double>(layout.ensemble.sets.size());
}

/// True if the sets differ in one number only, the second of their statistic, and in nothing but the drift. (Those of
/// real data are too far apart, in widths of their densities, to serve one another.)
template <Real R>
bool one_number(const Study<R>& study, const Layout<R>& layout) {
  return study.model->components() == 2 && study.model->outcomes() > 0 && study.learner.noise == 0 &&
         layout.ensemble.sets.size() > 1;
}

/// All sets, one_number apart, interpolated between so many that are solved.
template <Real R>
std::vector<info::Row<R>> interpolated_level(const Study<R>& study, const Layout<R>& layout, const Resolution& r,
                                             const evolve::Propagator<R>& solver, int points,
                                             const std::function<void(double)>& report) {
  const auto& sets = layout.ensemble.sets;
  const auto [low, high] = std::minmax_element(
      sets.begin(), sets.end(), [](const auto& a, const auto& b) { return a.statistic[1] < b.statistic[1]; });
  const auto terms = learner::terms_on(*study.model, layout.grid);
  const auto nodes = time_nodes(study, layout, r);
  std::deque<data::DataSet<R>> made;  // outlive the problems' forces
  std::mutex guard;
  const auto problem = [&, low = *low, high = *high](const R& share) {
    data::DataSet<R> set = low;
    for (std::size_t a = 0; a < set.statistic.size(); ++a)
      set.statistic[a] += share * (high.statistic[a] - low.statistic[a]);
    const std::lock_guard lock(guard);
    made.push_back(std::move(set));
    return problem_on(study, layout, terms, nodes, made.back());
  };
  const evolve::Interpolated<R> interpolated(problem, R(0), R(1), points, solver, nodes.times, study.options->threads,
                                             report);
  return evaluate<R>(study, layout, r, interpolated, {});
}

/// The level's grid with central differences, fine enough for tails too: sinc collocation would carry errors of the
/// bulk into them. `rough`: the same study in double.
template <Real R>
Layout<R> with_central_differences(const Job& job, const Study<R>& study, const Study<double>& rough, Resolution& r,
                                   int level) {
  const double folds = M_LN10 * (job.digits + 5) * std::pow(1.15, level);
  const double strip = num::to_double(study.model->analytic_strip());
  Radius radius;
  double share = 1;
  for (int finer = 0; finer < 8; ++finer, share *= 0.8) {  // steep tails need more nodes
    r.strip_share = 2 * share / folds, r.width_share = 2 * share / std::sqrt(folds);
    const auto coarse = lay_out(rough, r);
    radius = radius_for(tails(rough, coarse, job.digits, false), coarse, strip, folds);
    if (radius.left_out < -folds) break;
  }
  auto out = lay_out(study, r);
  out.radius = radius.nodes;
  require_memory(job, out);
  return out;
}

/// joint: with a lagging sampler, what concerns X too (in double precision only).
template <Real R>
void spectral(Job& job, bool joint = true) {
  using std::log10;
  constexpr bool many_digits = !std::same_as<R, double>;
  const auto study = make_study<R>(job.experiment, job.options);
  const auto rough = many_digits ? make_study<double>(job.experiment, job.options) : Study<double>();
  const R goal = accuracy<R>(job.digits);
  const auto first = lay_out(study, resolution(job.digits, 0));
  require_memory(job, first);
  const R growth = worst_condition(study, first);
  const double condition = num::to_double(R(log10(growth)));
  const auto points = [&](int k) { return 12 + 3 * job.digits / 2 + 8 * k; };
  const auto between = [&](const Layout<R>& layout, int k) {  // sets interpolated between some
    return 4 * static_cast<int>(layout.ensemble.sets.size()) > 5 * points(k) && one_number(study, layout);
  };
  // fourteen digits more than the goal asks of psi, for what follows from it
  double wanted = job.digits + 14;
  const auto names = job.wanted();
  if (many_digits && Goal<R>{goal, names}.wants("lautum_info")) {
    const auto layout = lay_out(rough, resolution(job.digits, 0));
    wanted = std::max(wanted, tails(rough, layout, job.digits, between(first, 0)).depth);
    // tails beyond reach leave the other quantities as they are
    if (wanted + condition >= most_decimals) wanted = std::max(job.digits + 14.0, most_decimals - 1 - condition);
  }
  const bool fits = many_digits ? wanted + condition < most_decimals : growth * num::epsilon<R>() * 100 < goal;
  if (!fits) {
    job.collected.lost_digits = condition;
    const bool all = !(condition < num::digits10<R>());
    job.collected.obstacle =
        (many_digits ? "the spectral solver would have to carry " + num::to_text(std::ceil(wanted + condition), 6) +
                           " digits (it can " + num::to_text(most_decimals, 6) + ")"
                     : "the spectral solver loses " + (all ? "all" : "about " + num::to_text(condition, 3)) +
                           " of the " + std::to_string(num::digits10<R>()) + " digits of its numbers") +
        ", because the start reaches far into the tails of the stationary density";
    return;
  }
  const auto layout_of = [&](int k, Resolution& r) {
    if (many_digits) return with_central_differences(job, study, rough, r, k);
    return k ? lay_out(study, r) : first;
  };
  if (many_digits && job.digits <= 12) {
    auto r = resolution(job.digits, 0);
    if (multiprecision_seconds(study, layout_of(0, r), wanted + condition) > 30) {
      job.collected.obstacle = "more digits in the arithmetic would take too long";
      return;
    }
  }
  const evolve::Spectral<R> solver(wanted + condition);
  const auto identities = langevin_identities<R>(job.experiment);
  const auto book = refine<R>(
      [&](int k) {
        auto r = resolution(job.digits, k);
        // currents only, a check: fisher_dissipation is integrated in closed form
        if (!joint || !lagging(job.experiment)) r.time_order = 10 + 2 * k;
        if (!joint) r.lag_columns = 0;
        const auto layout = layout_of(k, r);
        const auto report = reporter(job.options, "spectral, level " + std::to_string(k + 1));
        if (many_digits && between(layout, k))
          return interpolated_level<R>(study, layout, r, solver, points(k), report);
        return evaluate<R>(study, layout, r, solver, report);
      },
      most_levels, Goal<R>{goal, names, R(caution(job.experiment))}, identities);
  collect(job, book, study, "spectral", identities);
}

template <Real R>
void series_in_time(Job& job) {
  const auto study = make_study<R>(job.experiment, job.options);
  const evolve::Taylor<R> solver;
  const auto identities = langevin_identities<R>(job.experiment);
  const auto book = refine<R>(
      [&](int k) {
        const auto r = resolution(job.digits, k);
        const auto layout = lay_out(study, r);
        require_memory(job, layout);
        return evaluate<R>(study, layout, r, solver,
                           reporter(job.options, "Taylor series, level " + std::to_string(k + 1)));
      },
      most_levels, Goal<R>{accuracy<R>(job.digits), job.wanted(), R(caution(job.experiment))}, identities);
  collect(job, book, study, "spectral", identities);
}

/// Quantities that are integrals over time; all others are functions of the density at one time.
bool integrated(const std::string& quantity) {
  static const std::set<std::string> names{"fisher_dissipation", "heat_x",       "work_x",     "flow_x",
                                           "flow_theta",         "ep_x_given_b", "ep_x_naive", "ep_x_path",
                                           "reservoir_gap"};
  return names.count(quantity) > 0;
}

/// Largest S = -ln rho_B that matters where the mixture lives: the deepest difference of any set's L/T between the
/// places where the sets' densities may be, and the e-folds that densities themselves are followed.
double needed_reach(const Study<double>& study, const Layout<double>& layout, const Resolution& r) {
  const auto terms = learner::terms_on(*study.model, layout.grid);
  double deepest = 0;
  for (const auto& set : layout.ensemble.sets) {
    const auto p = learner::problem(study.learner, set, terms, layout.grid);
    const double lowest = *std::min_element(p.loss.begin(), p.loss.end());
    for (const double l : p.loss) deepest = std::max(deepest, (l - lowest) / p.temperature);
  }
  return std::max(deepest, r.tail_decades);
}

/// One level of the logarithmic solver. Large ensembles are interpolated between some data sets.
std::vector<info::Row<double>> logarithmic_level(const Job& job, const Study<double>& study, Resolution r, int level) {
  const auto layout = lay_out(study, r);
  require_memory(job, layout);
  const double strip = num::to_double(study.model->analytic_strip());
  const double reach = needed_reach(study, layout, r);
  const evolve::LogDensity solver(
      {reach + 60, 0.055 * strip / std::pow(1.35, level), 64 + 32 * level, 2e-15, 0.08 / std::pow(1.2, level)});
  const auto report = reporter(job.options, "logarithmic, level " + std::to_string(level + 1));
  if (layout.ensemble.sets.size() < few_sets || !one_number(study, layout))
    return evaluate<double>(study, layout, r, solver, report);
  return interpolated_level<double>(study, layout, r, solver, 24 + 8 * level, report);
}

void logarithmic(Job& job) {
  const auto wanted = job.wanted();
  const bool integrals = learner::scheduled(job.experiment.learner) ||  // the medium part is one, then
                         std::any_of(wanted.begin(), wanted.end(), integrated);
  const auto study = make_study<double>(job.experiment, job.options);
  const auto identities = langevin_identities<double>(job.experiment);
  const auto book = refine<double>(
      [&](int k) {
        auto r = resolution(job.digits, k);
        r.lag_columns = 0;
        if (!integrals) r.time_order = 0;
        return logarithmic_level(job, study, r, k);
      },
      5, Goal<double>{accuracy<double>(job.digits), wanted}, identities);
  collect(job, book, study, "logarithmic", identities);
}

/// Two families of nested grids that differ in everything but the spacing: Richardson's error for the spacing, their
/// difference for the rest.
void finite_volume(Job& job) {
  const auto study = make_study<double>(job.experiment, job.options);
  const evolve::FiniteVolume solver;
  std::vector<Layout<double>> layouts;
  for (int f = 0; f < 2; ++f) layouts.push_back(lay_out(study, resolution(job.digits, f)));
  const auto book = nested_families(
      [&](int f, int level) {
        auto layout = layouts[static_cast<std::size_t>(f)];
        layout.grid.size = (layout.grid.size - 1) * (1 << level) + 1;
        layout.grid.spacing /= 1 << level;
        require_memory(job, layout);
        return evaluate<double>(study, layout, resolution(job.digits, f), solver,
                                reporter(job.options, "finite volumes, grid " + std::to_string(level + 1)));
      },
      7, Goal<double>{accuracy<double>(job.digits), job.wanted()});
  collect(job, book, study, "finite-volume", langevin_identities<double>(job.experiment));
}

}  // namespace

void langevin_on_grid(Job& job) {
  const auto& e = job.experiment;
  if (const int d = parameters(e.model); d != 1) refuse_method(job, std::to_string(d) + " parameters", "one parameter");
  const auto spectral_way = []<Real R>(Job& j) { take(j, [](Job& one) { spectral<R>(one); }); };
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
    const bool tails = job.collected.lacks_only_tails();
    if (tails) take(job, logarithmic);
    // wide starts, moments of heat and work: densities by themselves, not in symmetrised form
    if (job.options.method == Method::automatic && e.sampler.kind != "ou" && !job.collected.complete())
      take(job, diffusion_on_tensor_grid);
    if (job.collected.times.empty() || job.collected.complete()) return;
    if (!tails) take(job, logarithmic);
    raise_precision(job, 16, []<Real R>(Job& j) { take(j, [](Job& one) { spectral<R>(one, false); }); });
    return;
  }
  if (learner::scheduled(e.learner)) {
    if (job.options.method != Method::automatic && job.options.method != Method::spectral)
      refuse_method(job, "schedules", "auto, spectral");
    // more digits cost hundreds of times as much: only where they are asked for
    if (!in_double) return raise_precision(job, 16, []<Real R>(Job& j) { series_in_time<R>(j); });
    series_in_time<double>(job);
    if (!job.collected.complete()) take(job, logarithmic);  // lautum_info, say
    return;
  }
  switch (job.options.method) {
    case Method::automatic:
      if (in_double) {
        take(job, [](Job& one) { spectral<double>(one); });
        if (!job.collected.complete()) take(job, logarithmic);
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
  take(job, job.options.method == Method::finite_volume ? finite_volume : logarithmic);
}

void annealed_on_tensor_grid(Job& job) {
  diffusion_on_tensor_grid(job);
  const auto& model = job.experiment.model;
  const bool bends = job.experiment.learner.kind == "sgd-diffusion" && noise_bends(model);
  if (parameters(model) == 1 && !bends && !job.collected.complete()) take(job, logarithmic);  // lautum_info, say
}

}  // namespace calor::run
