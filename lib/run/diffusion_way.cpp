// sgd-diffusion in two parameters, where currents need not vanish, and in one parameter where the noise depends on
// theta: on a tensor grid. Schedules in two parameters, langevin's too; a langevin learner whose start reaches so far
// into the tails of the stationary density that symmetrised expansions lose their digits, X at equilibrium or lagging.
// `gaussian` from an ordinary start, whose tails meet the steep drift of small widths: densities on their support,
// those of an X that lags, too.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "run/diffusion_level.hpp"
#include "run/job.hpp"
#include "run/refine.hpp"
#include "run/support.hpp"
#include "run/tensor_joint.hpp"

namespace calor::run {

namespace {

constexpr double most_nodes = 40000;
constexpr double most_numbers = 2e8;
constexpr double most_conditionals = 1e8;  // p(x|theta) at all nodes
constexpr double most_conditionals_on_support = 2.5e8;
constexpr double most_operations = 2e13;  // in two parameters: more than an hour at 4e9 a second
constexpr double most_element_bytes = 4.0 * (1 << 30);
constexpr int least_digits = 8;  // with fewer the currents would not converge
constexpr int least_on_support = 4;
constexpr std::array levels{1.0, 1.15, 1.35, 1.6, 1.9, 2.25, 2.7, 3.2};  // how much finer than the first

TensorResolution diffusion_resolution(const Study<double>& study, int digits, double finer, bool on_support) {
  const int d = on_support ? std::max(digits, least_on_support) + 1 : std::max(digits, least_digits);
  TensorResolution r;
  r.tail = (2.31 * d + 1) * finer;
  r.spacing = (2 * d + 2) * finer;  // J²/rho feels errors of the derivative in the tails
  if (on_support) {
    r.spacing = (1.2 * d + 2) * finer;
    r.data = (0.9 * d + 2.5) * finer;
    r.on_support = true;
  }
  r.fine_order = 8 + d / 2 + static_cast<int>(std::lround(16 * (finer - 1)));
  r.element_order = 10 + static_cast<int>(std::lround(14 * (finer - 1)));
  r.split_time(digits, finer);
  if (on_support && lagging(*study.experiment)) {  // flows feel the spacing more, and time little
    r.tail *= 1.15;
    r.spacing *= 1.3;
    r.lag_substep *= 2;
  }
  r.element_share = 0.75;  // of a smaller spacing
  return r;
}

/// Operations of one level with densities on their support: a few subspaces while the tails move in, then expansions.
double operations_on_support(const Study<double>& study, const DiffusionLayout& layout, const TensorResolution& r) {
  const auto& grid = layout.plan.grid;
  const auto& l = study.learner;
  // at small widths |dL/dtheta_1| is about 2 L
  double waves = 0, upper = l.mobility * l.temperature * std::pow(depth_on_support * r.tail, 2), side = 0;
  for (const auto& axis : grid.axes) {
    waves += std::pow(M_PI / axis.spacing, 2);
    side += axis.size;
  }
  upper += l.diffusion() * waves;
  // measured; expansions take over by then, or soon after
  const double on_support = std::min(0.2 / l.mobility, study.points.back()),
               products = 150 + 0.55 * l.diffusion() * waves * on_support,
               terms = std::sqrt(36 * upper * study.points.back()) + 36,
               times = static_cast<double>(diffusion_times(study, layout, r).times.size());
  return (products * (2 * side + 300) + terms * (side + 16) + times * (terms + side + 20)) *
         static_cast<double>(grid.size()) * static_cast<double>(layout.ensemble.sets.size());
}

/// Operations of one level, roughly: a product with the generator for each unit of time over its largest rate, which
/// is that of the finest wave where drift and noise are largest.
double operations(const Study<double>& study, const DiffusionLayout& layout) {
  const auto& grid = layout.plan.grid;
  const auto terms = diffusion_terms(*study.model, grid);
  auto fastest = study.learner;
  fastest.course = {};  // all largest
  double products = 0, side = 0;
  for (const auto& axis : grid.axes) side += axis.size;
  for (const auto* set : {&layout.ensemble.sets.front(), &layout.ensemble.sets.back()}) {
    const auto p = diffusion_problem(fastest, *set, terms, grid);
    Vector<double> rate = Vector<double>::Zero(grid.size());
    const auto d = static_cast<std::size_t>(grid.dimension());
    for (std::size_t a = 0; a < d; ++a) {
      const double wave = M_PI / grid.axes[a].spacing;
      rate += wave * wave * p.diffusion[a * d + a] + wave * p.drift[a].cwiseAbs();
    }
    products = std::max(products, rate.maxCoeff() * study.points.back());
  }
  return 4 * products * static_cast<double>(grid.size()) * side * static_cast<double>(layout.ensemble.sets.size());
}

/// What does not fit, in words; empty if all does.
std::string too_much(const Study<double>& study, const DiffusionLayout& layout, const TensorResolution& r) {
  const auto& grid = layout.plan.grid;
  const auto sets = layout.ensemble.sets.size();
  const double nodes = static_cast<double>(grid.size()), points = static_cast<double>(study.points.size());
  if ((nodes > most_nodes && !r.on_support) || nodes * points * static_cast<double>(sets) * 2 > most_numbers)
    return fmt::format("{} nodes for each of {} data sets", grid.size(), sets);
  if (const double x = x_nodes(*study.model, grid, r);
      nodes * x > (r.on_support ? most_conditionals_on_support : most_conditionals))
    return fmt::format("p(x|theta) at {} nodes of theta and {} of x", grid.size(), x);
  const double states = 32 * nodes * static_cast<double>(diffusion_times(study, layout, r).times.size()) *
                        std::min<double>(num::thread_count(study.options->threads), static_cast<double>(sets));
  if (states > most_element_bytes) return fmt::format("{:.1f} GiB", states / (1 << 30));
  const auto joint = joint_cost(study, grid, r, static_cast<double>(sets), layout.plan.fastest_time);
  if (joint.bytes > most_element_bytes) return fmt::format("{:.1f} GiB", joint.bytes / (1 << 30));
  const double needed = joint.operations + (r.on_support            ? operations_on_support(study, layout, r)
                                            : grid.dimension() == 1 ? 0
                                                                    : operations(study, layout));
  return needed > most_operations ? fmt::format("{:.0e} operations", needed) : "";
}

/// Throws AccuracyError if two levels do not fit, naming the digits that do.
void require_fit(const Job& job, const Study<double>& study, bool settled, bool on_support) {
  const int least = on_support ? least_on_support : least_digits;
  const auto needs = [&](int digits, std::size_t level) {
    const auto r = diffusion_resolution(study, digits, levels[level], on_support);
    return too_much(study, lay_out_diffusion(study, settled, r), r);
  };
  const std::string needed = needs(job.digits, 1);
  if (needed.empty()) return;
  int reachable = job.digits - 1;
  const std::size_t enough = on_support ? 2 : 1;  // levels that may be needed there
  while (reachable >= least && !needs(reachable, enough).empty()) --reachable;
  throw AccuracyError(job.experiment.at("accuracy.digits") +
                      fmt::format("{} digits need {}, more than memory and time allow; reachable: {}", job.digits,
                                  needed,
                                  reachable >= least ? std::to_string(reachable) + " digits" : std::string("none")));
}

void solve(Job& job, bool on_support) {
  const auto& e = job.experiment;
  if (job.options.method != Method::automatic && job.options.method != Method::spectral)
    refuse_method(job, "sgd-diffusion in two parameters, noise that depends on theta, schedules", "auto, spectral");
  if (job.digits > 12 || job.options.precision > num::digits10<double>())
    throw AccuracyError(
        e.at("accuracy.digits") + std::to_string(job.digits) +
        " digits are out of reach of sgd-diffusion and of schedules in two parameters, and of noise that "
        "depends on theta, which are computed in double precision; reachable: 12 digits");
  const auto study = make_study<double>(e, job.options);
  const bool parts = stationary_parts(job);
  // langevin and one parameter: J_ss = 0 at every temperature
  const bool turning = study.learner.noise > 0 && study.model->parameters() > 1;
  if (parts && turning && !study.learner.course.empty())
    throw InputError(
        e.at("time.points") +
        "ep_theta_housekeeping and ep_theta_excess of sgd-diffusion with a schedule in two parameters are not "
        "available in this version; leave them out with --quantities");
  const bool settled = parts && turning;
  require_fit(job, study, settled, on_support);
  const int most = static_cast<int>(levels.size()) - (study.model->parameters() > 1 ? 2 : 0);
  const auto identities = langevin_identities<double>(e);
  const auto book = refine<double>(
      [&](int k) {
        const auto r = diffusion_resolution(study, job.digits, levels[static_cast<std::size_t>(k)], on_support);
        const auto layout = lay_out_diffusion(study, settled, r);
        if (k > 1 && !too_much(study, layout, r).empty())
          throw AccuracyError("a finer grid does not fit");  // ends the refinement
        return evaluate_diffusion(study, layout, r, parts,
                                  reporter(job.options, "tensor grid, level " + std::to_string(k + 1)));
      },
      most, Goal<double>{accuracy<double>(job.digits), job.wanted(), caution(e), common_error(study)}, identities);
  collect(job, book, study, on_support ? "tensor-grid Krylov on the support" : "tensor-grid Krylov", identities);
}

}  // namespace

void diffusion_on_tensor_grid(Job& job) { solve(job, false); }

void langevin_on_support(Job& job) { solve(job, true); }

}  // namespace calor::run
