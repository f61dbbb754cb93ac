#include "run/jump_setting.hpp"

#include <algorithm>

#include "evolve/time_nodes.hpp"
#include "num/errors.hpp"
#include "sampler/sampler.hpp"

namespace calor::run {

namespace {

using num::Matrix;
using num::Vector;

constexpr int most_states_in_turn = 2000;
constexpr double most_cells = 5e7;

void refuse_jump(const experiment::Experiment& e, const std::string& key, const std::string& what,
                 const std::string& can) {
  throw InputError(e.at(key) + what + "; available: " + can);
}

void require_possible(const experiment::Experiment& e, bool real_x) {
  if (e.sampler.kind == "ou")
    refuse_jump(e, "sampler.kind", "\"ou\" with a jump learner is not available", "equilibrium");
  if (e.model.kind == "linear-regression" || (e.model.kind == "gaussian-mean" && e.model.dimension > 1))
    refuse_jump(e, "model.kind",
                "\"" + e.model.kind + "\" with a jump learner is not available for vectors and responses",
                "discrete models, gaussian-mean of one dimension");
  if (e.model.kind == "gaussian" && e.data.source == experiment::Data::Source::target)
    refuse_jump(e, "data.target", "an ensemble of data sets for \"gaussian\" with a jump learner is not available",
                "data.values: one data set");
  const bool moves = e.sampler.kind != "equilibrium" || e.time.step;
  if (real_x && moves)
    refuse_jump(e, "sampler.kind", "a jump learner with real x and a sampler that lags is not available",
                "equilibrium, without time.step");
  if (e.time.step && static_cast<int>(e.learner.states.size()) > most_states_in_turn)
    refuse_jump(e, "learner.states", std::to_string(e.learner.states.size()) + " states with time.step are too many",
                "at most " + std::to_string(most_states_in_turn));
}

/// Spacing of a Gaussian ensemble in standard deviations of the mean. Rates depend on the mean through u = dL/T, which
/// changes by slope = |d theta|/(s² T) times the width a standard deviation; 1/(1+e^u) has its poles pi/slope away from
/// the real axis.
template <Real R>
double ensemble_spacing(const experiment::Experiment& e, const learner::Jump<R>& learner,
                        const Resolution& resolution) {
  if (e.data.source != experiment::Data::Source::target || e.data.variance.empty()) return 1;
  const double s = num::from_rational<double>(e.model.stddev),
               width = std::sqrt(num::from_rational<double>(e.data.variance.front()) / e.data.size);
  double longest = 0, span = 0;
  for (std::size_t i = 0; i + 1 < learner.states.size(); ++i) {
    const double jump = std::fabs(num::to_double(R(learner.states[i + 1].front() - learner.states[i].front())));
    longest = std::max(longest, jump);
    span += jump;
  }
  const double slope = width / (s * s * num::to_double(learner.temperature));
  const double gaussian = M_PI * std::sqrt(2 / (resolution.spacing_decades * (1 + span * span * slope * slope / 4)));
  return std::min(gaussian, 2 * M_PI * M_PI / (longest * slope * resolution.spacing_decades));
}

/// Means of the data at which the losses of two neighbours are equal: there metropolis rates have a kink. A difference
/// of losses is linear in the mean.
template <Real R>
std::vector<R> kinks(const learner::Jump<R>& learner, const Matrix<R>& terms) {
  const auto zero = learner::losses<R>(learner, {R(1), {R(1), R(0), R(0)}}, terms),
             one = learner::losses<R>(learner, {R(1), {R(1), R(1), R(0)}}, terms);
  std::vector<R> out;
  for (Eigen::Index i = 0; i + 1 < zero.size(); ++i) {
    const R base = zero[i + 1] - zero[i], slope = one[i + 1] - one[i] - base;
    out.push_back(-base / slope);
  }
  return out;
}

/// gaussian-mean with metropolis: Gauss–Legendre panels over the mean of the data, none across a kink.
template <Real R>
void integrate_by_panels(data::Ensemble<R>& ensemble, const experiment::Experiment& e, const learner::Jump<R>& learner,
                         const Matrix<R>& terms, double spacing, const Resolution& resolution) {
  using std::exp, std::sqrt;
  const R mean = num::from_rational<R>(e.data.mean.front()), variance = num::from_rational<R>(e.data.variance.front());
  const R width = sqrt(variance / e.data.size), scatter = variance * (e.data.size - 1) / e.data.size;
  const R reach(std::sqrt(2 * (resolution.tail_decades + 4)));
  std::vector<R> cuts{-reach, reach};
  for (const R& k : kinks(learner, terms))
    if (const R z = (k - mean) / width; z > -reach && z < reach) cuts.push_back(z);
  std::sort(cuts.begin(), cuts.end());
  const int order = resolution.time_order;
  const std::vector<R> unit{R(1)};
  const auto rule = evolve::gauss_nodes<R>(unit, 2, order);
  ensemble.sets.clear();
  R sum = 0;
  for (std::size_t c = 0; c + 1 < cuts.size(); ++c) {
    const R length = cuts[c + 1] - cuts[c];
    const int panels = 1 + static_cast<int>(num::to_double(length) / (0.25 * order * spacing));
    for (int k = 0; k < panels; ++k)
      for (std::size_t j = 0; j < rule.times.size(); ++j) {
        const R z = cuts[c] + length * (k + rule.times[j]) / panels, b = mean + width * z;
        const R weight = rule.weight[j] * length / panels * exp(-z * z / 2);
        if (weight > 0) ensemble.sets.push_back({weight, {R(1), b, b * b + scatter}});
        sum += weight;
      }
  }
  for (auto& set : ensemble.sets) set.weight /= sum;
}

/// -ln p(x_k|theta_i) at real nodes x: statistics times terms.
template <Real R>
Matrix<R> energies_of(const Matrix<R>& terms, const std::vector<std::vector<R>>& statistics) {
  Matrix<R> out(terms.rows(), static_cast<Eigen::Index>(statistics.size()));
  for (std::size_t k = 0; k < statistics.size(); ++k)
    out.col(static_cast<Eigen::Index>(k)) = terms * Eigen::Map<const Vector<R>>(statistics[k].data(), terms.cols());
  return out;
}

/// Real x: -ln p is a parabola in x; nodes that cover every state's density, trapezoidal rule (spectrally accurate).
template <Real R>
std::vector<std::vector<R>> real_nodes(const model::Model<R>& model, const Matrix<R>& terms,
                                       const Resolution& resolution, R& spacing) {
  using std::sqrt;
  const Matrix<R> probe =
      energies_of<R>(terms, {model.statistic_of(R(-1)), model.statistic_of(R(0)), model.statistic_of(R(1))});
  R lowest = num::infinity<R>(), highest = -lowest, narrowest = lowest;
  for (Eigen::Index i = 0; i < terms.rows(); ++i) {
    const R bend = probe(i, 0) - 2 * probe(i, 1) + probe(i, 2), s = 1 / sqrt(bend);
    const R mean = (probe(i, 0) - probe(i, 2)) / (2 * bend), reach = s * R(std::sqrt(2 * resolution.tail_decades));
    lowest = std::min(lowest, R(mean - reach));
    highest = std::max(highest, R(mean + reach));
    narrowest = std::min(narrowest, s);
  }
  spacing = narrowest * R(M_PI / std::sqrt(2 * resolution.spacing_decades));
  std::vector<std::vector<R>> out;
  for (R x = lowest; x < highest + spacing; x += spacing) out.push_back(model.statistic_of(x));
  return out;
}

template <Real R>
void set_spaces(JumpSetting<R>& setting, const model::Model<R>& model, const Matrix<R>& terms,
                const Resolution& resolution) {
  using std::exp;
  std::vector<std::vector<R>> statistics;
  R spacing = 1;
  for (int x = 0; x < model.outcomes(); ++x) {
    const auto t = model.statistic(x);
    statistics.emplace_back(t.begin(), t.end());
  }
  if (statistics.empty()) statistics = real_nodes(model, terms, resolution, spacing);
  const auto outcomes = static_cast<Eigen::Index>(statistics.size());
  setting.energy = energies_of<R>(terms, statistics);
  auto& s = setting.spaces;
  s.theta_weight = Vector<R>::Ones(terms.rows());
  s.x_weight = Vector<R>::Constant(outcomes, spacing);
  s.conditional = Matrix<R>(terms.rows(), outcomes);
  for (Eigen::Index i = 0; i < terms.rows(); ++i)
    for (Eigen::Index k = 0; k < outcomes; ++k) s.conditional(i, k) = exp(-setting.energy(i, k));
  s.x_entropy = s.conditional.cwiseProduct(setting.energy) * s.x_weight;
}

}  // namespace

template <Real R>
JumpProblem<R> jump_problem(const experiment::Experiment& e, const std::vector<R>& points, Resolution resolution) {
  using std::exp;
  // chains are cheap: real x and ensembles are followed further into the tails than the learners on grids do
  resolution.tail_decades *= 1.5;
  resolution.spacing_decades *= 1.5;
  const auto model = model::make<R>(e.model);
  require_possible(e, model->outcomes() == 0);
  JumpProblem<R> out;
  auto& setting = out.setting;
  setting.experiment = &e;
  setting.learner = learner::jump<R>(e.learner);
  setting.points = points;
  setting.neighbours = sampler::site_neighbours(e.model);
  const auto& states = setting.learner.states;
  Matrix<R> thetas(static_cast<Eigen::Index>(states.size()), model->parameters());
  for (std::size_t i = 0; i < states.size(); ++i)
    thetas.row(static_cast<Eigen::Index>(i)) = Eigen::Map<const Vector<R>>(states[i].data(), thetas.cols()).transpose();
  setting.alternation = sampler::alternations(e.sampler, *model, thetas);
  out.outcomes = model->outcomes();
  out.terms = learner::terms_at(setting.learner, *model);
  const double spacing = ensemble_spacing(e, setting.learner, resolution);
  out.ensemble = data::enumerate<R>(*model, e, exp(R(-resolution.tail_decades - 4)), R(spacing));
  if (!out.ensemble.discrete && !out.ensemble.fixed && setting.learner.acceptance == "metropolis")
    integrate_by_panels(out.ensemble, e, setting.learner, out.terms, spacing, resolution);
  set_spaces(setting, *model, out.terms, resolution);
  const double cells = static_cast<double>(points.size() * out.ensemble.sets.size()) *
                       static_cast<double>(out.terms.rows()) *
                       (e.sampler.kind == "equilibrium" && !e.time.step ? 1.0 : static_cast<double>(out.outcomes));
  if (cells > most_cells)
    refuse_jump(e, "learner.states",
                std::to_string(out.terms.rows()) + " states for " + std::to_string(out.ensemble.sets.size()) +
                    " data sets at " + std::to_string(points.size()) + " times do not fit into memory",
                "fewer states, examples or points");
  R fastest = 0;
  out.probability = Vector<R>(static_cast<Eigen::Index>(out.ensemble.sets.size()));
  for (std::size_t b = 0; b < out.ensemble.sets.size(); ++b) {
    const auto& set = out.ensemble.sets[b];
    out.probability[static_cast<Eigen::Index>(b)] = set.weight;
    out.losses.push_back(learner::losses(setting.learner, set, out.terms));
    out.fits.push_back(out.terms * Eigen::Map<const Vector<R>>(set.statistic.data(), out.terms.cols()));
    const auto w = learner::rates(setting.learner, out.losses.back());
    fastest = std::max({fastest, R(w.up.maxCoeff()), R(w.down.maxCoeff())});
  }
  if (e.sampler.rate && !e.time.step)  // the layer in which X reaches what it lags behind by
    fastest = std::max(fastest, num::from_rational<R>(*e.sampler.rate));
  const bool empty_states = setting.learner.initial.minCoeff() < R(0.01) * setting.learner.initial.maxCoeff();
  setting.quadrature = evolve::quadrature<R>(resolution.time_order, empty_states, exp(R(-resolution.tail_decades)),
                                             resolution.panel_scale / (2 * num::to_double(fastest)));
  return out;
}

#define CALOR_INSTANTIATE(R) \
  template JumpProblem<R> jump_problem(const experiment::Experiment&, const std::vector<R>&, Resolution);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
