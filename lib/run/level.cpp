#include "run/level.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "info/information.hpp"
#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "run/joint_level.hpp"
#include "thermo/fluctuations.hpp"
#include "thermo/thermo.hpp"

namespace calor::run {

namespace {

using info::Raw;
using info::Row;
using num::Matrix;
using num::Vector;

/// Squared signal-to-noise ratio of the mean of the data in theta, at its largest: how much finer than its own width
/// the ensemble of a Gaussian target must be resolved, so that the mixture of densities is smooth.
double signal_to_noise(const Study<double>& s) {
  const auto& e = *s.experiment;
  const double sigma = num::from_rational<double>(e.model.stddev),
               width = std::sqrt(num::from_rational<double>(e.data.variance.front()) / e.data.size);
  const double kappa = s.learner.mobility * (1 / (sigma * sigma) + s.learner.weight_decay);
  const double v0 = s.learner.initial_stddev.front() * s.learner.initial_stddev.front();
  double worst = 0;
  if (!s.learner.course.empty()) {  // |a| < 1/(1 + lambda s²), v never below both the start's and the coldest well's
    const double precision = 1 / (sigma * sigma) + s.learner.weight_decay, a = 1 / (precision * sigma * sigma);
    return a * a * width * width / std::min(v0, s.learner.coldest / precision);
  }
  for (const double t : s.points) {
    const double a = -s.learner.mobility / (kappa * sigma * sigma) * std::expm1(-kappa * t);
    const double v = v0 * std::exp(-2 * kappa * t) - s.learner.diffusion() / kappa * std::expm1(-2 * kappa * t);
    worst = std::max(worst, a * a * width * width / v);
  }
  return worst;
}

Study<double> rough(const experiment::Experiment& e, const Options& o) { return make_study<double>(e, o); }

/// Everything about the nodes that does not depend on the data set.
template <Real R>
info::Spaces<R> spaces(const Study<R>& study, const Layout<R>& layout, const learner::Terms<R>& terms,
                       const Resolution& resolution) {
  using std::exp, std::log, std::sqrt;
  const Eigen::Index n = layout.grid.size;
  info::Spaces<R> out;
  out.theta_weight = Vector<R>::Constant(n, layout.grid.spacing);
  if (const int outcomes = study.model->outcomes()) {
    out.x_weight = Vector<R>::Ones(outcomes);
    out.conditional = Matrix<R>(n, outcomes);
    out.x_entropy = Vector<R>::Zero(n);
    for (int x = 0; x < outcomes; ++x) {
      const auto t = study.model->statistic(x);
      for (Eigen::Index i = 0; i < n; ++i) {
        R energy = 0;
        for (std::size_t a = 0; a < t.size(); ++a) energy += t[a] * terms.value(i, static_cast<Eigen::Index>(a));
        out.conditional(i, x) = exp(-energy);
        out.x_entropy[i] += out.conditional(i, x) * energy;
      }
    }
    return out;
  }
  const R s = study.model->stddev({}), reach = s * R(std::sqrt(2 * resolution.deep_tail()));
  const double spacing = num::to_double(s) * M_PI / std::sqrt(2 * resolution.spacing_decades);
  const auto x = grid::uniform<R>(
      {num::to_double(R(layout.grid.start - reach)), num::to_double(R(layout.grid.end() + reach))}, spacing);
  out.x_weight = Vector<R>::Constant(x.size, x.spacing);
  out.conditional = Matrix<R>(n, x.size);
  const R norm = 1 / (s * sqrt(2 * num::pi<R>()));
  for (int k = 0; k < x.size; ++k)
    for (Eigen::Index i = 0; i < n; ++i) {
      const R z = (x.node(k) - layout.grid.node(static_cast<int>(i))) / s;
      out.conditional(i, k) = norm * exp(-z * z / 2);
    }
  out.x_entropy = Vector<R>::Constant(n, (log(2 * num::pi<R>() * s * s) + 1) / 2);
  return out;
}

/// Fisher information F(theta) = sum_x p (d ln p/dtheta)² at the nodes.
template <Real R>
Vector<R> fisher(const Study<R>& study, const learner::Terms<R>& terms, const info::Spaces<R>& at) {
  const Eigen::Index n = terms.value.rows();
  if (study.model->outcomes() == 0) {
    const R s = study.model->stddev({});
    return Vector<R>::Constant(n, 1 / (s * s));
  }
  Vector<R> f = Vector<R>::Zero(n);
  for (int x = 0; x < study.model->outcomes(); ++x) {
    const auto t = study.model->statistic(x);
    for (Eigen::Index i = 0; i < n; ++i) {
      R score = 0;
      for (std::size_t a = 0; a < t.size(); ++a) score -= t[a] * terms.slope(i, static_cast<Eigen::Index>(a));
      f[i] += at.conditional(i, x) * score * score;
    }
  }
  return f;
}

/// What one data set contributes: its density at the points and the time integrals along the way.
template <Real R>
struct History {
  Matrix<R> density, log_density, log_round_off;  // n x points
  Matrix<R> round_off;                            // the same
  std::vector<R> currents, fisher;                // accumulated until each point
  std::vector<R> medium;                          // the same; schedules only
  R fisher_noise = 0, currents_noise = 0;         // the second relative
};

template <Real R>
History<R> follow(const evolve::Problem<R>& problem, const evolve::Propagator<R>& solver,
                  const evolve::TimeNodes<R>& nodes, const Vector<R>& fisher) {
  using std::fabs;
  const auto solution = solver.solve(problem, nodes.times);
  const auto n = static_cast<Eigen::Index>(problem.grid.size), points = static_cast<Eigen::Index>(nodes.point.size());
  History<R> out{
      Matrix<R>(n, points), Matrix<R>(n, points), Matrix<R>(n, points), Matrix<R>(n, points), {}, {}, {}, R(0)};
  for (Eigen::Index j = 0; j < points; ++j) {
    const auto at = static_cast<std::size_t>(nodes.point[static_cast<std::size_t>(j)]);
    const auto& round_off = solution.round_off_at.empty() ? solution.round_off : solution.round_off_at[at];
    for (Eigen::Index i = 0; i < n; ++i) {
      out.density(i, j) = solution.density[at][static_cast<std::size_t>(i)];
      out.log_density(i, j) = solution.log_density[at][static_cast<std::size_t>(i)];
      out.log_round_off(i, j) = solution.log_round_off[at][static_cast<std::size_t>(i)];
      out.round_off(i, j) = round_off[static_cast<std::size_t>(i)];
    }
  }
  // rates, or their integrals: D(t) sum rho F, with D constant where the solver integrates
  const auto dissipation = [&](const std::vector<std::vector<R>>& densities) {
    std::vector<R> sums;
    for (std::size_t j = 0; j < densities.size(); ++j)
      sums.push_back(problem.diffusion(nodes.times[j]) * problem.grid.spacing *
                     Eigen::Map<const Vector<R>>(densities[j].data(), n).dot(fisher));
    return sums;
  };
  if (!solution.medium_rate.empty()) out.medium = nodes.integrate(solution.medium_rate);
  out.currents = nodes.integrate(solution.ep_rate);
  out.currents_noise = 64 * num::epsilon<R>() + R(solution.ep_round_off);
  out.fisher =
      solution.accumulated.empty() ? nodes.integrate(dissipation(solution.density)) : dissipation(solution.accumulated);
  out.fisher_noise = problem.diffusion() * problem.grid.spacing * out.round_off.rowwise().maxCoeff().dot(fisher);
  return out;
}

}  // namespace

bool has_stationary_densities(const experiment::Experiment& e) {
  if (e.model.kind == "gaussian-mean" || e.learner.weight_decay > 0 || e.learner.kind == "jump") return true;
  // without weight decay a density remains only where every outcome pulls: never for data sets of identical examples
  const auto& counts = e.data.counts;
  return e.data.source == experiment::Data::Source::counts &&
         std::count_if(counts.begin(), counts.end(), [](int k) { return k > 0; }) == static_cast<long>(counts.size());
}

bool lagging(const experiment::Experiment& e) { return e.sampler.kind != "equilibrium" || e.time.step.has_value(); }

template <Real R>
R kept_in_a_turn(const experiment::Experiment& e) {
  using std::exp;
  if (e.sampler.rate) return exp(-num::from_rational<R>(num::Rational(*e.sampler.rate * *e.time.step)));
  return num::from_rational<R>(1 - e.sampler.probability.value_or(1));
}

template <Real R>
Study<R> make_study(const experiment::Experiment& e, const Options& options) {
  Study<R> s;
  s.experiment = &e;
  s.options = &options;
  s.model = model::make<R>(e.model);
  s.rough_model = model::make<double>(e.model);
  if (e.learner.kind == "langevin" || e.learner.kind == "sgd-diffusion") {
    s.learner = learner::langevin<R>(e.learner);
    s.rough_learner = learner::langevin<double>(e.learner);
  }
  if (e.time.points.front() != 0) s.points.push_back(R(0));
  for (const auto& t : e.time.points) {
    s.wanted.push_back(static_cast<int>(s.points.size()));
    s.points.push_back(num::from_rational<R>(t));
  }
  return s;
}

template <Real R>
Layout<R> lay_out(const Study<R>& study, const Resolution& resolution) {
  using std::exp;
  const auto& e = *study.experiment;
  double ensemble_spacing = 1;
  if (study.model->outcomes() == 0 && e.data.source == experiment::Data::Source::target)
    ensemble_spacing =
        M_PI * std::sqrt(2 / (resolution.spacing_decades * (1 + signal_to_noise(rough(e, *study.options)))));
  Layout<R> out;
  const bool real = study.model->outcomes() == 0;
  const R tail = exp(R(-(real ? resolution.deep_tail() : resolution.tail_decades) - 4));
  out.ensemble = data::enumerate<R>(*study.model, e, tail, R(ensemble_spacing));
  data::Ensemble<double> rough_ensemble;
  for (const auto& set : out.ensemble.sets) {
    data::DataSet<double> d{num::to_double(set.weight), {}};
    for (const auto& s : set.statistic) d.statistic.push_back(num::to_double(s));
    for (const auto& c : set.covariance) d.covariance.push_back(num::to_double(c));
    rough_ensemble.sets.push_back(std::move(d));
  }
  const auto plan = grid::plan(
      learner::landscape(study.rough_learner, *study.rough_model, rough_ensemble, num::to_double(study.points.back())),
      real ? resolution.deep_tail() : resolution.tail_decades, resolution.spacing_decades);
  const double strip = num::to_double(study.model->analytic_strip());
  out.grid = grid::exactly_uniform<R>(
      plan.interval, std::min({plan.spacing, resolution.strip_share * strip, resolution.width_share * plan.narrowest}));
  out.fastest_time = plan.fastest_time;
  out.narrowest = plan.narrowest;
  out.settled = plan.settled;
  out.coldest = plan.coldest;
  out.settled_spacing = std::min(plan.settled_spacing, resolution.strip_share * strip);
  return out;
}

template <Real R>
evolve::TimeNodes<R> time_nodes(const Study<R>& study, const Layout<R>& layout, const Resolution& resolution) {
  const double fastest = resolution.time_order > 0 ? layout.fastest_time * resolution.panel_scale : 1e300;
  const std::span<const R> points(study.points);
  const auto knots = learner::knots(study.learner.course);
  if (knots.empty()) return evolve::gauss_nodes<R>(points, fastest, resolution.time_order);
  evolve::TimeNodes<R> out;
  R begin = 0;
  for (std::size_t k = 0, next = 0; k <= knots.size() && next < points.size(); ++k) {
    std::vector<R> within;  // since `begin`; the end of the piece is the last
    std::size_t count = 0;
    for (; next < points.size() && (k == knots.size() || points[next] <= knots[k]); ++next, ++count)
      within.push_back(points[next] - begin);
    if (next < points.size() && (within.empty() || within.back() < knots[k] - begin))
      within.push_back(knots[k] - begin);
    const auto part = evolve::gauss_nodes<R>(within, fastest, resolution.time_order);
    const std::size_t shift = out.times.size(), skip = shift ? 1 : 0;  // the piece's start is there already
    for (std::size_t j = skip; j < part.times.size(); ++j) {
      out.times.push_back(begin + part.times[j]);
      out.weight.push_back(part.weight[j]);
    }
    for (std::size_t j = 0; j < count; ++j)
      out.point.push_back(static_cast<int>(static_cast<std::size_t>(part.point[j]) + shift - skip));
    if (k < knots.size()) begin = knots[k];
  }
  return out;
}

template <Real R>
evolve::Problem<R> problem_on(const Study<R>& study, const Layout<R>& layout, const learner::Terms<R>& terms,
                              const evolve::TimeNodes<R>& nodes, const data::DataSet<R>& set) {
  auto out = learner::problem(study.learner, set, terms, layout.grid);
  out.force = learner::force(study.learner, set, *study.model);
  out.integrated = nodes.point;
  out.strip = num::to_double(study.model->analytic_strip());
  out.radius = layout.radius;
  out.imaginary_singularities = study.model->imaginary_singularities();
  return out;
}

template <Real R>
std::vector<Row<R>> evaluate(const Study<R>& study, const Layout<R>& layout, const Resolution& resolution,
                             const evolve::Propagator<R>& solver, const std::function<void(double)>& fraction) {
  using std::fabs, std::log;
  const auto& ensemble = layout.ensemble;
  const auto terms = learner::terms_on(*study.model, layout.grid);
  const auto at = spaces(study, layout, terms, resolution);
  const Vector<R> information = fisher(study, terms, at);
  const bool integrals = resolution.time_order > 0;
  const auto nodes = time_nodes(study, layout, resolution);
  const auto sets = static_cast<Eigen::Index>(ensemble.sets.size()), n = static_cast<Eigen::Index>(layout.grid.size);

  std::vector<History<R>> histories(ensemble.sets.size());
  std::vector<Vector<R>> losses(ensemble.sets.size()), fits(ensemble.sets.size());
  std::vector<R> temperatures(ensemble.sets.size());
  std::atomic<int> done{0};
  num::parallel_for(static_cast<int>(sets), study.options->threads, [&](int b) {
    const auto k = static_cast<std::size_t>(b);
    const auto problem = problem_on(study, layout, terms, nodes, ensemble.sets[k]);
    histories[k] = follow(problem, solver, nodes, information);
    temperatures[k] = problem.temperature;
    losses[k] = Eigen::Map<const Vector<R>>(problem.loss.data(), n);
    const auto& s = ensemble.sets[k].statistic;
    fits[k] = terms.value * Eigen::Map<const Vector<R>>(s.data(), static_cast<Eigen::Index>(s.size()));
    if (fraction) fraction(static_cast<double>(++done) / static_cast<double>(sets));
  });

  Vector<R> test;
  if (!ensemble.fixed)
    test = terms.value * Eigen::Map<const Vector<R>>(ensemble.target_statistic.data(), terms.value.cols());
  info::Snapshot<R> snapshot{Vector<R>(sets), Matrix<R>(n, sets), Matrix<R>(n, sets), Matrix<R>(n, sets),
                             Matrix<R>(n, sets)};
  for (Eigen::Index b = 0; b < sets; ++b) {
    const auto k = static_cast<std::size_t>(b);
    snapshot.probability[b] = ensemble.sets[k].weight;
  }
  std::vector<Row<R>> rows;
  for (std::size_t j = 0; j < study.points.size(); ++j) {
    const auto column = static_cast<Eigen::Index>(j);
    for (Eigen::Index b = 0; b < sets; ++b) {
      snapshot.density.col(b) = histories[static_cast<std::size_t>(b)].density.col(column);
      snapshot.log_density.col(b) = histories[static_cast<std::size_t>(b)].log_density.col(column);
      snapshot.log_round_off.col(b) = histories[static_cast<std::size_t>(b)].log_round_off.col(column);
      snapshot.round_off.col(b) = histories[static_cast<std::size_t>(b)].round_off.col(column);
    }
    Row<R> row;
    info::parameter_information(at, snapshot, row);
    if (!lagging(*study.experiment)) info::equilibrium_information(at, snapshot, row);
    Raw<R> loss, reduced, fit, currents, f, relative, medium;
    const bool scheduled = !study.learner.course.empty();
    for (Eigen::Index b = 0; b < sets; ++b) {
      const auto k = static_cast<std::size_t>(b);
      const R& p = snapshot.probability[b];
      const Vector<R> rho = snapshot.density.col(b), noise = snapshot.round_off.col(b);
      const auto add = [&p](Raw<R>& sum, const Raw<R>& term) {
        sum.value += p * term.value;
        sum.noise += p * term.noise;
      };
      const auto own_loss = info::average_of_normalised<R>(at.theta_weight, rho, noise, losses[k]);
      add(loss, own_loss);
      add(reduced, own_loss / temperatures[k]);
      add(fit, info::average_of_normalised<R>(at.theta_weight, rho, noise, fits[k]));
      // D(rho || exp(-L/T)), the stationary density left unnormalised (I5)
      Vector<R> exponent(n);
      for (Eigen::Index i = 0; i < n; ++i)
        exponent[i] = (rho[i] > 0 ? R(log(rho[i])) : R(0)) + losses[k][i] / temperatures[k];
      add(relative, info::average_of_normalised<R>(at.theta_weight, rho, noise, exponent));
      add(currents, {histories[k].currents[j], histories[k].currents_noise * fabs(histories[k].currents[j])});
      if (scheduled)
        add(medium, {histories[k].medium[j],
                     64 * num::epsilon<R>() * fabs(histories[k].medium[j]) + 4 * (own_loss.noise / temperatures[k])});
      add(f, {histories[k].fisher[j],
              64 * num::epsilon<R>() * fabs(histories[k].fisher[j]) + study.points[j] * histories[k].fisher_noise});
    }
    row["_loss"] = loss;
    row["_reduced_loss"] = reduced;
    if (scheduled)
      row["_medium"] = medium;
    else
      row["_relative_entropy"] = relative;
    if (integrals) row["_ep_currents"] = currents;
    if (integrals) row["fisher_dissipation"] = f;
    row["loss_train"] = fit;
    if (!ensemble.fixed) {
      const Vector<R> mean = snapshot.density * snapshot.probability, noise = snapshot.round_off * snapshot.probability;
      row["loss_test"] = info::average_of_normalised<R>(at.theta_weight, mean, noise, test);
      row["generalization_gap"] = row["loss_test"] - fit;
      const R& t = study.learner.temperature;
      const auto loss_of = [&](Eigen::Index b) -> const Vector<R>& { return losses[static_cast<std::size_t>(b)]; };
      row["_unrelaxed"] = {t * info::unrelaxed<R>(at, snapshot, loss_of, t), R(0)};
    }
    if (ensemble.discrete && !ensemble.fixed)
      row["_type_entropy"] = {ensemble.type_entropy, 8 * num::epsilon<R>() * ensemble.type_entropy};
    if (const int k = study.model->outcomes()) row["_log_outcomes"] = {log(R(k)), 4 * num::epsilon<R>()};
    rows.push_back(std::move(row));
  }
  thermo::parameter_thermodynamics<R>(rows);
  if (!lagging(*study.experiment)) {
    if (integrals) thermo::equilibrium_sampler<R>(rows);
    if constexpr (std::same_as<R, double>)
      if (fluctuations_wanted(*study.options) && study.learner.course.empty())
        add_equilibrium_fluctuations(study, layout, resolution, at, information, terms, rows);
  } else if (resolution.lag_columns == 0) {
    if (study.experiment->time.step)
      for (auto& row : rows) row.erase("fisher_dissipation");
  } else if constexpr (std::same_as<R, double>) {
    const auto joint = joint_level(study, layout, resolution, at, fluctuations_wanted(*study.options));
    std::vector<Row<R>> x(rows.size());
    thermo::joint_rows<R>(joint.spaces, joint.energy, snapshot.probability, joint.histories, x);
    for (std::size_t j = 0; j < rows.size(); ++j) {
      rows[j].insert(x[j].begin(), x[j].end());  // what Theta's own solution gives stays
      if (study.experiment->sampler.kind == "ou") rows[j]["ep_x_path"] = -rows[j]["heat_x"];  // gaussian-mean (I13)
      if (!study.experiment->time.step) continue;
      rows[j].erase("fisher_dissipation");
      if (study.experiment->sampler.kind == "equilibrium") rows[j]["ep_x_path"] = rows[j]["work_x"];
    }
  } else {
    throw InternalError("lagging samplers are computed in double precision only");
  }
  for (auto& row : rows) thermo::finish_fluctuations(row);
  thermo::exact_zeros<R>(rows, ensemble.fixed);
  for (std::size_t j = rows.size(); j-- > 0;) {
    if (!study.learner.course.empty()) {
      if (!has_stationary_densities(*study.experiment)) continue;
      rows[j]["ep_theta_excess"] = rows[j]["ep_theta"];  // J_ss = 0 at each temperature (I9)
      rows[j]["ep_theta_housekeeping"] = {};
      continue;
    }
    rows[j]["_ep_relative"] = rows[0]["_relative_entropy"] - rows[j]["_relative_entropy"];
    if (!has_stationary_densities(*study.experiment)) continue;
    rows[j]["ep_theta_excess"] = j ? rows[j]["_ep_relative"] : Raw<R>{};  // I9 with J_ss = 0
    rows[j]["ep_theta_housekeeping"] = {};
  }
  return rows;
}

#define CALOR_INSTANTIATE(R)                                                                          \
  template R kept_in_a_turn<R>(const experiment::Experiment&);                                        \
  template Study<R> make_study<R>(const experiment::Experiment&, const Options&);                     \
  template Layout<R> lay_out(const Study<R>&, const Resolution&);                                     \
  template evolve::TimeNodes<R> time_nodes(const Study<R>&, const Layout<R>&, const Resolution&);     \
  template evolve::Problem<R> problem_on(const Study<R>&, const Layout<R>&, const learner::Terms<R>&, \
                                         const evolve::TimeNodes<R>&, const data::DataSet<R>&);       \
  template std::vector<Row<R>> evaluate(const Study<R>&, const Layout<R>&, const Resolution&,         \
                                        const evolve::Propagator<R>&, const std::function<void(double)>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
