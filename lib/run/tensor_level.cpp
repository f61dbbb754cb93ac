#include "run/tensor_level.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "evolve/time_nodes.hpp"
#include "num/parallel.hpp"
#include "run/diffusion_level.hpp"
#include "run/joint_level.hpp"
#include "run/tensor_ensemble.hpp"
#include "run/tensor_joint.hpp"
#include "run/tensor_moments.hpp"
#include "run/tensor_spaces.hpp"
#include "thermo/fluctuations.hpp"
#include "thermo/thermo.hpp"

namespace calor::run {

namespace {

using info::Raw;
using info::Row;

constexpr double state_bytes = 4e8;     // for the states that all threads' expansions hold at once
constexpr double snapshot_bytes = 1e9;  // for the densities of all data sets at the points worked on at once
constexpr double snapshot_copies = 10;  // info::Snapshot's four matrices, and what info:: makes of them

int threads(const Study<double>& study) { return num::thread_count(study.options->threads); }

/// States that one expansion may hold.
int columns(const Study<double>& study, const TensorLayout& layout) {
  const double state = 8 * static_cast<double>(layout.plan.grid.size()) * threads(study);
  return std::clamp(static_cast<int>(state_bytes / state), 8, 160);
}

double snapshot(const TensorLayout& layout) {
  return 8 * snapshot_copies * static_cast<double>(layout.plan.grid.size()) *
         static_cast<double>(layout.ensemble.sets.size());
}

/// Points whose quantities are computed at once.
int points_at_once(const Study<double>& study, const TensorLayout& layout) {
  return std::clamp(static_cast<int>(snapshot_bytes / snapshot(layout)), 1, threads(study));
}

/// What one data set contributes: its density at the points and the time integrals along the way.
struct TensorHistory {
  Matrix<double> density;                                    // n x points
  std::vector<evolve::TensorExpansion::RoundOff> round_off;  // [point]
  std::vector<double> currents, currents_noise, fisher;      // accumulated until each point
  double fisher_noise = 0;
};

struct Times {
  evolve::TimeNodes<double> coarse, fine;
};

Times times(const Study<double>& study, const TensorLayout& layout, const TensorResolution& r) {
  const double panel = r.time_order > 0 ? layout.plan.fastest_time : 1e300;
  return {evolve::gauss_nodes<double>(study.points, panel, r.time_order),
          evolve::gauss_nodes<double>(study.points, panel, r.fine_order)};
}

/// Where to restart the expansion of a start that is far from its stationary density: points at growing times.
std::vector<int> restarts(const evolve::TimeNodes<double>& nodes, double condition) {
  std::vector<int> out;
  if (condition < 10) return out;
  double last = 0;
  for (const int p : nodes.point) {
    const double t = nodes.times[static_cast<std::size_t>(p)];
    if (t == 0 || t < 3 * last) continue;
    out.push_back(p);
    last = t;
  }
  return out;
}

TensorHistory follow(const evolve::TensorProblem& problem, const Times& at, const Vector<double>& fisher, int most,
                     const TensorSolver& make) {
  const auto owner = make(problem);
  auto& solver = *owner;
  const Eigen::Index n = problem.grid->size(), points = static_cast<Eigen::Index>(at.coarse.point.size());
  const double cell = problem.grid->cell(), diffusion = problem.diffusion();
  const Vector<double>& root = solver.root();
  TensorHistory out;
  out.density.resize(n, points);
  std::vector<double> ep, uncertain;
  const Matrix<double> weight = fisher;
  evolve::LinearAverages averages{&weight, at.fine.times, {}};
  std::size_t next = 0;
  solver.run(at.coarse.times, most, restarts(at.coarse, solver.condition()), &averages,
             [&](std::size_t j, const Vector<double>& psi) {
               const double mass = root.dot(psi) * cell;
               const bool start = at.coarse.times[j] == 0;
               const double scale = start ? 1 : evolve::to_conserve(mass);
               const auto flux = solver.entropy_production_rate(psi);
               ep.push_back(scale * flux.value);
               uncertain.push_back(scale * flux.uncertain);
               if (next >= at.coarse.point.size() || static_cast<std::size_t>(at.coarse.point[next]) != j) return;
               const auto column = static_cast<Eigen::Index>(next++);
               if (start)
                 out.density.col(column) = problem.log_initial.array().exp();
               else
                 out.density.col(column) = root.cwiseProduct(psi) * scale;
               out.round_off.push_back(solver.round_off());
             });
  out.currents = at.coarse.integrate(ep);
  out.currents_noise = at.coarse.integrate(uncertain);
  std::vector<double> rate;
  for (Eigen::Index j = 0; j < averages.value.cols(); ++j) rate.push_back(diffusion * averages.value(0, j));
  out.fisher = at.fine.integrate(rate);
  out.fisher_noise = solver.largest_noise() * diffusion * cell * root.dot(fisher);
  return out;
}

/// Round-off of density and its logarithm in one state.
void round_off(const evolve::TensorProblem& problem, const TensorHistory& history, std::size_t point, bool start,
               const Vector<double>& half, Eigen::Ref<Vector<double>> rho, Eigen::Ref<Vector<double>> log_rho,
               Eigen::Ref<Vector<double>> noise, Eigen::Ref<Vector<double>> log_noise) {
  for (Eigen::Index i = 0; i < rho.size(); ++i) {
    if (start) {
      log_rho[i] = problem.log_initial[i];
      log_noise[i] = 8 * num::epsilon<double>() * (1 + std::fabs(log_rho[i]));
      noise[i] = log_noise[i] * rho[i];
      continue;
    }
    const auto& size = history.round_off[point];
    const double own = size.absolute * std::exp(half[i]), relative = size.relative;
    noise[i] = own + relative * std::fabs(rho[i]);
    log_rho[i] = rho[i] > 0 ? std::log(rho[i]) : -HUGE_VAL;
    log_noise[i] = rho[i] > 2 * own
                       ? own / (rho[i] - own) + relative + 4 * num::epsilon<double>() * (1 + std::fabs(half[i]))
                       : HUGE_VAL;
  }
}

}  // namespace

data::Ensemble<double> ensemble(const Study<double>& study, const TensorResolution& r) {
  auto of_data = r;
  if (r.data > 0) of_data.spacing = r.data;
  return data::enumerate<double>(*study.model, *study.experiment, std::exp(-r.tail - 4),
                                 ensemble_spacing(study, of_data));
}

TensorLayout lay_out(const Study<double>& study, const TensorResolution& r) {
  TensorLayout out;
  out.ensemble = ensemble(study, r);
  out.plan = plan(study.learner, *study.model, out.ensemble, study.points.back(), r);
  return out;
}

TensorCost cost(const Study<double>& study, const TensorLayout& layout, const TensorResolution& r) {
  const auto& grid = layout.plan.grid;
  const double n = static_cast<double>(grid.size()), sets = static_cast<double>(layout.ensemble.sets.size()),
               points = static_cast<double>(study.points.size()), cores = threads(study),
               d = static_cast<double>(grid.dimension()), terms = study.model->components();
  TensorCost out;
  out.bytes = 8 * n *
                  (sets * (points + 2) + cores * (columns(study, layout) + 46 + d) + terms * (2 + d) +
                   3 * x_nodes(*study.model, grid, r)) +
              snapshot(layout) * points_at_once(study, layout);
  if (fluctuations_wanted(*study.options))  // the terms of a series of seven blocks (tensor_moments.hpp)
    out.bytes += 8 * n * cores * 70 * 7 * (lagging(*study.experiment) ? x_nodes(*study.model, grid, r) : 1);
  double upper = 0, side = 0;  // the potential is of the order of the kinetic part; folding halves the products
  for (const auto& axis : grid.axes) {
    upper += 2 * study.learner.diffusion() * std::pow(M_PI / axis.spacing, 2);
    side += axis.size;
  }
  const double final_time = study.points.back();
  const auto nodes = static_cast<double>(times(study, layout, r).coarse.times.size());
  const double expansion = std::sqrt(2 * 36 * upper * final_time / 2) + 36;
  out.operations = sets * n *
                   (expansion * (side + 8 * d) + nodes * (expansion + side + 20) +
                    points * (200 + 2 * x_nodes(*study.model, grid, r)));
  return out;
}

std::vector<Row<double>> evaluate(const Study<double>& study, const TensorLayout& layout, const TensorResolution& r,
                                  const TensorSolver& solver, const std::function<void(double)>& fraction) {
  const auto& ensemble = layout.ensemble;
  const auto& grid = layout.plan.grid;
  const auto terms = terms_on(*study.model, grid);
  const auto at = spaces(*study.model, terms, grid, r);
  const auto fisher = fisher_matrix(*study.model, terms, grid, at);
  Vector<double> information = fisher.front();  // tr F
  for (std::size_t a = 1; a < terms.slope.size(); ++a) information += fisher[a * (terms.slope.size() + 1)];
  const Times nodes = times(study, layout, r);
  const auto sets = static_cast<Eigen::Index>(ensemble.sets.size()), n = grid.size();
  const double temperature = study.learner.temperature;

  const double top = most_probable(ensemble);
  std::vector<TensorHistory> histories(ensemble.sets.size());
  const bool lags = lagging(*study.experiment);
  const bool fluctuations = fluctuations_wanted(*study.options) && r.time_order > 0 && !study.experiment->time.step;
  std::vector<Moments> moments(fluctuations && !lags ? ensemble.sets.size() : 0);
  std::vector<thermo::JointHistory<double>> joint(lags ? ensemble.sets.size() : 0);
  std::optional<TensorJointLevel> x;
  if (lags && r.time_order > 0)
    x.emplace(study, terms, grid, layout.plan.fastest_time, r, fluctuations_wanted(*study.options),
              ensemble.sets.size());
  std::optional<DiffusionTerms> bends;
  if (fluctuations && !(x && x->on_elements())) bends.emplace(diffusion_terms(*study.model, grid));
  std::vector<evolve::TensorProblem> problems(ensemble.sets.size());
  std::atomic<int> done{0};
  const int most = columns(study, layout);
  num::parallel_for(static_cast<int>(sets), study.options->threads, [&](int b) {
    const auto k = static_cast<std::size_t>(b);
    const double rare = std::log(top / ensemble.sets[k].weight);
    problems[k] = tensor_problem(study.learner, ensemble.sets[k], terms, grid, r, rare);
    histories[k] = follow(problems[k], nodes, information, most, solver);
    if (x && x->on_elements())
      joint[k] = x->follow(ensemble.sets[k]);
    else if (x)
      joint[k] = x->follow(problems[k], std::max(8, most / static_cast<int>(x->spaces().x_weight.size())));
    if (bends) {
      const auto problem = diffusion_problem(study.learner, ensemble.sets[k], *bends, grid);
      if (x) x->add_fluctuations(problem, joint[k]);
      if (!x) moments[k] = equilibrium_moments(problem, at, fisher, study.points);
    }
    problems[k].slope.clear();
    problems[k].laplacian.resize(0);
    if (fraction) fraction(static_cast<double>(++done) / static_cast<double>(sets));
  });

  Vector<double> probability(sets), test;
  for (Eigen::Index b = 0; b < sets; ++b) probability[b] = ensemble.sets[static_cast<std::size_t>(b)].weight;
  if (!ensemble.fixed)
    test = terms.value * Eigen::Map<const Vector<double>>(ensemble.target_statistic.data(), terms.value.cols());

  std::vector<Row<double>> rows(study.points.size());
  num::parallel_for(static_cast<int>(rows.size()), points_at_once(study, layout), [&](int point) {
    const auto j = static_cast<std::size_t>(point);
    Row<double>& row = rows[j];
    info::Snapshot<double> snapshot{probability, Matrix<double>(n, sets), Matrix<double>(n, sets),
                                    Matrix<double>(n, sets), Matrix<double>(n, sets)};
    Raw<double> loss, fit, currents, f, relative;
    for (Eigen::Index b = 0; b < sets; ++b) {
      const auto k = static_cast<std::size_t>(b);
      const auto& history = histories[k];
      const auto& losses = problems[k].loss;
      snapshot.density.col(b) = history.density.col(point);
      const Vector<double> half = -(losses.array() - losses.minCoeff()) / (2 * temperature);
      round_off(problems[k], history, j, study.points[j] == 0, half, snapshot.density.col(b),
                snapshot.log_density.col(b), snapshot.round_off.col(b), snapshot.log_round_off.col(b));
      const double p = probability[b];
      const Vector<double> rho = snapshot.density.col(b), noise = snapshot.round_off.col(b);
      const auto& s = ensemble.sets[k].statistic;
      const Vector<double> fits =
          terms.value * Eigen::Map<const Vector<double>>(s.data(), static_cast<Eigen::Index>(s.size()));
      const auto add = [p](Raw<double>& sum, const Raw<double>& term) {
        sum.value += p * term.value;
        sum.noise += p * term.noise;
      };
      add(loss, info::average_of_normalised<double>(at.theta_weight, rho, noise, losses));
      add(fit, info::average_of_normalised<double>(at.theta_weight, rho, noise, fits));
      // D(rho || exp(-L/T)), the stationary density left unnormalised (I5)
      const Vector<double> exponent =
          (rho.array() > 0).select(rho.array().max(1e-320).log(), 0.0) + losses.array() / temperature;
      add(relative, info::average_of_normalised<double>(at.theta_weight, rho, noise, exponent));
      add(currents, {history.currents[j],
                     64 * num::epsilon<double>() * std::fabs(history.currents[j]) + history.currents_noise[j]});
      add(f, {history.fisher[j],
              64 * num::epsilon<double>() * std::fabs(history.fisher[j]) + study.points[j] * history.fisher_noise});
    }
    info::parameter_information(at, snapshot, row);
    if (!lags) info::equilibrium_information(at, snapshot, row);
    row["_loss"] = loss;
    row["_reduced_loss"] = loss / temperature;
    row["_relative_entropy"] = relative;
    if (r.time_order > 0) row["_ep_currents"] = currents;
    if (r.time_order > 0) row["fisher_dissipation"] = f;
    row["loss_train"] = fit;
    if (!ensemble.fixed) {
      const Vector<double> mean = snapshot.density * probability, noise = snapshot.round_off * probability;
      row["loss_test"] = info::average_of_normalised<double>(at.theta_weight, mean, noise, test);
      row["generalization_gap"] = row["loss_test"] - fit;
      const auto loss_of = [&](Eigen::Index b) -> const Vector<double>& {
        return problems[static_cast<std::size_t>(b)].loss;
      };
      row["_unrelaxed"] = {temperature * info::unrelaxed<double>(at, snapshot, loss_of, temperature), 0.0};
    }
    if (ensemble.discrete && !ensemble.fixed)
      row["_type_entropy"] = {ensemble.type_entropy, 8 * num::epsilon<double>() * ensemble.type_entropy};
    if (const int k = study.model->outcomes()) row["_log_outcomes"] = {std::log(k), 4 * num::epsilon<double>()};
  });
  thermo::parameter_thermodynamics<double>(rows);
  if (x)
    x->add_rows(probability, joint, rows);
  else if (!lags && r.time_order > 0)
    thermo::equilibrium_sampler<double>(rows);
  for (std::size_t b = 0; b < moments.size(); ++b)
    add_moments(moments[b], probability[static_cast<Eigen::Index>(b)], rows);
  for (auto& row : rows) thermo::finish_fluctuations(row);
  thermo::exact_zeros<double>(rows, ensemble.fixed);
  for (std::size_t j = rows.size(); j-- > 0;) {
    rows[j]["_ep_relative"] = rows[0]["_relative_entropy"] - rows[j]["_relative_entropy"];
    if (!has_stationary_densities(*study.experiment)) continue;
    rows[j]["ep_theta_excess"] = j ? rows[j]["_ep_relative"] : Raw<double>{};  // I9 with J_ss = 0
    rows[j]["ep_theta_housekeeping"] = {};
  }
  return rows;
}

}  // namespace calor::run
