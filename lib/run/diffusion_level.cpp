#include "run/diffusion_level.hpp"

#include <atomic>
#include <cmath>
#include <optional>

#include "evolve/time_nodes.hpp"
#include "num/parallel.hpp"
#include "run/joint_level.hpp"
#include "run/tensor_joint.hpp"
#include "run/tensor_moments.hpp"
#include "thermo/fluctuations.hpp"
#include "thermo/thermo.hpp"

namespace calor::run {

namespace {

using Field = Vector<double>;
using info::Raw;
using info::Row;

/// D(rho || rho_ss); where ln rho_ss is not known (uncertain), it counts as noise.
Raw<double> relative_entropy(const evolve::DriftDiffusion& p, const Field& rho, const Field& noise,
                             const LogStationary& rest) {
  Raw<double> out;
  for (Eigen::Index i = 0; i < rho.size(); ++i) {
    const double w = p.grid.cell();
    const bool known = rest.uncertain[i] < 1;
    if (known && rho[i] > 0) out.value += w * rho[i] * (std::log(rho[i]) - rest.value[i]);
    const double uncertain = known ? rest.uncertain[i] : 60 + 4 * std::fabs(p.weight[i]);
    out.noise += w * (std::fabs(rho[i]) * uncertain + noise[i] * (60 + std::fabs(rest.value[i])));
  }
  return out;
}

void move_on_support(evolve::DriftDiffusion& p, double support) {
  p.support = support;
  p.weight.resize(0);
  p.weight_gradient.clear();
  p.weight_bend.clear();
}

/// What one data set contributes.
struct DiffusionHistory {
  Matrix<double> density, log_density, round_off;  // n x points
  Field loss, fit;
  std::vector<double> currents, currents_noise, medium, fisher, housekeeping;  // accumulated until each point
  std::vector<Raw<double>> relative;                                           // D(rho || rho_ss) at each point
  double fisher_noise = 0;
};

DiffusionHistory follow(const evolve::DriftDiffusion& p, const evolve::TimeNodes<double>& nodes,
                        const std::vector<Field>& fisher, bool parts, const LogStationary& own,
                        const evolve::TensorProblem* settled) {
  const bool turning = parts && p.grid.dimension() > 1;  // else J_ss = 0
  Field rest;
  if (turning) rest = evolve::stationary(p);
  const auto run = settled ? evolve::flow_from_support(p, *settled, nodes.times)
                           : evolve::flow(p, nodes.times, turning ? &rest : nullptr);
  const LogStationary stationary = turning ? log_stationary(p, rest) : own;
  const Eigen::Index n = p.grid.size(), points = static_cast<Eigen::Index>(nodes.point.size());
  const auto dissipation = [&](double t) {  // tr(D F)
    Field out = Field::Zero(n);
    const evolve::DriftDiffusion here = !p.course.empty() ? p.with(p.coefficients(t)) : evolve::DriftDiffusion{};
    const auto& diffusion = !p.course.empty() ? here.diffusion : p.diffusion;
    for (std::size_t ab = 0; ab < fisher.size(); ++ab) out += diffusion[ab].cwiseProduct(fisher[ab]);
    return out;
  };
  DiffusionHistory out;
  for (auto* each : {&out.density, &out.log_density, &out.round_off}) each->resize(n, points);
  std::vector<double> ep, uncertain, medium, f, kept;
  Field rate;
  for (std::size_t j = 0; j < run.states.size(); ++j) {
    const auto& state = run.states[j];
    if (j == 0 || !p.course.empty()) rate = dissipation(nodes.times[j]);
    ep.push_back(state.ep_rate);
    uncertain.push_back(state.ep_uncertain);
    medium.push_back(state.medium_rate);
    kept.push_back(state.housekeeping_rate);
    f.push_back(p.grid.cell() * state.density.dot(rate));
    out.fisher_noise = std::max(out.fisher_noise, p.grid.cell() * state.round_off.dot(rate));
  }
  out.currents = nodes.integrate(ep);
  out.currents_noise = nodes.integrate(uncertain);
  out.medium = nodes.integrate(medium);
  out.fisher = nodes.integrate(f);
  if (parts) out.housekeeping = nodes.integrate(kept);
  for (Eigen::Index j = 0; j < points; ++j) {
    const auto& state = run.states[static_cast<std::size_t>(nodes.point[static_cast<std::size_t>(j)])];
    out.density.col(j) = state.density;
    out.log_density.col(j) = state.log_density;
    out.round_off.col(j) = state.round_off;
    if (parts) out.relative.push_back(relative_entropy(p, state.density, state.round_off, stationary));
  }
  return out;
}

/// The row of one point before differences to the start are taken.
Row<double> row_at(const Study<double>& study, const data::Ensemble<double>& ensemble, const info::Spaces<double>& at,
                   const DiffusionTerms& terms, const std::vector<DiffusionHistory>& histories, std::size_t j) {
  const auto column = static_cast<Eigen::Index>(j), sets = static_cast<Eigen::Index>(histories.size());
  const Eigen::Index n = at.theta_weight.size();
  info::Snapshot<double> s{Field(sets), Matrix<double>(n, sets), Matrix<double>(n, sets), Matrix<double>(n, sets),
                           Matrix<double>(n, sets)};
  Row<double> row;
  const auto add = [](Raw<double>& sum, double p, const Raw<double>& term) {
    sum.value += p * term.value;
    sum.noise += p * term.noise;
  };
  const auto integral = [](double value) { return Raw<double>{value, 64 * num::epsilon<double>() * std::fabs(value)}; };
  Raw<double> loss, fit, currents, medium, f, kept, relative;
  for (Eigen::Index b = 0; b < sets; ++b) {
    const auto& h = histories[static_cast<std::size_t>(b)];
    const double p = s.probability[b] = ensemble.sets[static_cast<std::size_t>(b)].weight;
    s.density.col(b) = h.density.col(column);
    s.log_density.col(b) = h.log_density.col(column);
    const Field noise = s.round_off.col(b) = h.round_off.col(column);
    for (Eigen::Index i = 0; i < n; ++i)
      s.log_round_off(i, b) = s.log_density(i, b) > -HUGE_VAL && s.density(i, b) > 2 * noise[i]
                                  ? noise[i] / (s.density(i, b) - noise[i])
                                  : HUGE_VAL;
    add(loss, p, info::average<double>(at.theta_weight, h.density.col(column), noise, h.loss));
    add(fit, p, info::average<double>(at.theta_weight, h.density.col(column), noise, h.fit));
    auto spent = integral(h.currents[j]);
    spent.noise += h.currents_noise[j];
    add(currents, p, spent);
    auto own = integral(h.medium[j]);
    own.noise += 16 * noise.lpNorm<1>() * at.theta_weight[0];
    add(medium, p, own);
    auto fisher = integral(h.fisher[j]);
    fisher.noise += study.points[j] * h.fisher_noise;
    add(f, p, fisher);
    if (h.housekeeping.empty()) continue;
    add(kept, p, integral(h.housekeeping[j]));
    add(relative, p, h.relative[j]);
  }
  info::parameter_information(at, s, row);
  if (!lagging(*study.experiment)) info::equilibrium_information(at, s, row);
  row["_loss"] = loss;
  if (study.learner.noise == 0 && study.learner.course.empty())
    row["_reduced_loss"] = loss / study.learner.temperature;
  else
    row["_medium"] = medium;
  row["_ep_currents"] = currents;
  row["fisher_dissipation"] = f;
  row["loss_train"] = fit;
  if (!histories.front().housekeeping.empty()) row["ep_theta_housekeeping"] = kept, row["_relative"] = relative;
  if (!ensemble.fixed) {
    const Field test =
        terms.own.value * Eigen::Map<const Field>(ensemble.target_statistic.data(), terms.own.value.cols());
    row["loss_test"] =
        info::average<double>(at.theta_weight, s.density * s.probability, s.round_off * s.probability, test);
    row["generalization_gap"] = row["loss_test"] - fit;
    if (ensemble.discrete)
      row["_type_entropy"] = {ensemble.type_entropy, 8 * num::epsilon<double>() * ensemble.type_entropy};
  }
  if (const int k = study.model->outcomes()) row["_log_outcomes"] = {std::log(k), 4 * num::epsilon<double>()};
  return row;
}

}  // namespace

evolve::TimeNodes<double> diffusion_times(const Study<double>& study, const DiffusionLayout& layout,
                                          const TensorResolution& r) {
  Layout<double> times;
  times.fastest_time = layout.plan.fastest_time;
  Resolution panels;
  panels.time_order = r.fine_order;
  return time_nodes(study, times, panels);
}

std::vector<Row<double>> evaluate_diffusion(const Study<double>& study, const DiffusionLayout& layout,
                                            const TensorResolution& r, bool parts,
                                            const std::function<void(double)>& fraction) {
  const auto& grid = layout.plan.grid;
  const auto& sets = layout.ensemble.sets;
  const auto terms = diffusion_terms(*study.model, grid);
  const auto at = spaces(*study.model, terms.own, grid, r);
  const auto fisher = fisher_matrix(*study.model, terms.own, grid, at);
  const auto nodes = diffusion_times(study, layout, r);
  const bool lags = lagging(*study.experiment), fluctuations = fluctuations_wanted(*study.options);
  std::optional<TensorJointLevel> x;
  if (lags) x.emplace(study, terms.own, grid, layout.plan.fastest_time, r, fluctuations, sets.size());
  std::vector<DiffusionHistory> histories(sets.size());
  std::vector<thermo::JointHistory<double>> joint(lags ? sets.size() : 0);
  std::vector<Moments> moments(!lags && fluctuations ? sets.size() : 0);
  const double top = most_probable(layout.ensemble);
  const bool conservative = !study.learner.course.empty() || r.on_support;  // J_ss = 0, whatever rho_ss is
  std::atomic<int> done{0};
  num::parallel_for(static_cast<int>(sets.size()), study.options->threads, [&](int b) {
    const auto k = static_cast<std::size_t>(b);
    auto& h = histories[k];
    const bool constant = parts && !conservative, one = constant && grid.dimension() == 1;
    auto problem = diffusion_problem(study.learner, sets[k], terms, grid);
    std::optional<evolve::TensorProblem> settled;
    if (r.on_support) {
      const double rare = top / sets[k].weight;
      move_on_support(problem, std::min(1e-6, std::exp(-1.3 * r.tail - 1) * rare));
      settled.emplace(tensor_problem(study.learner, sets[k], terms.own, grid, r, std::log(rare)));
    }
    h = follow(problem, nodes, fisher, constant,
               one ? log_stationary(study.learner, *study.model, sets[k], grid) : LogStationary{},
               settled ? &*settled : nullptr);
    h.fit = terms.own.value * Eigen::Map<const Field>(sets[k].statistic.data(), terms.own.value.cols());
    h.loss = h.fit;
    std::vector<double> theta(static_cast<std::size_t>(grid.dimension()));
    for (Eigen::Index i = 0; i < grid.size(); ++i) {
      grid.node(i, theta);
      for (const double z : theta) h.loss[i] += study.learner.weight_decay * z * z / 2;
    }
    if (x && x->on_elements())
      joint[k] = x->follow(sets[k]);
    else if (x)
      x->add_fluctuations(problem, joint[k] = x->follow(problem));
    if (!moments.empty()) moments[k] = equilibrium_moments(problem, at, fisher, study.points);
    if (fraction) fraction(static_cast<double>(++done) / static_cast<double>(sets.size()));
  });
  std::vector<Row<double>> rows;
  for (std::size_t j = 0; j < study.points.size(); ++j)
    rows.push_back(row_at(study, layout.ensemble, at, terms, histories, j));
  thermo::parameter_thermodynamics<double>(rows);
  if (x) {
    Field probability(static_cast<Eigen::Index>(sets.size()));
    for (std::size_t b = 0; b < sets.size(); ++b) probability[static_cast<Eigen::Index>(b)] = sets[b].weight;
    x->add_rows(probability, joint, rows);
  } else {
    thermo::equilibrium_sampler<double>(rows);
    for (std::size_t b = 0; b < moments.size(); ++b) add_moments(moments[b], sets[b].weight, rows);
  }
  for (auto& row : rows) thermo::finish_fluctuations(row);
  thermo::exact_zeros<double>(rows, layout.ensemble.fixed);
  for (auto& row : rows)
    if (parts && conservative) row["ep_theta_housekeeping"] = {}, row["ep_theta_excess"] = row["ep_theta"];
  for (std::size_t j = rows.size(); parts && !conservative && j-- > 0;)
    rows[j]["ep_theta_excess"] = j ? rows[0]["_relative"] - rows[j]["_relative"] : Raw<double>{};
  return rows;
}

}  // namespace calor::run
