#include "run/jump_setting.hpp"

#include <algorithm>

#include "data/real_ensemble.hpp"
#include "evolve/time_nodes.hpp"
#include "grid/plan.hpp"
#include "num/errors.hpp"
#include "run/jump_history.hpp"
#include "sampler/sampler.hpp"

namespace calor::run {

namespace {

/// Chains are cheap: real x and ensembles are followed further into the tails than the learners on grids do. Zeros of
/// mixtures (grid::mixture_spacing) are resolved as these do.
constexpr double further = 1.5;

using num::Matrix;
using num::Vector;

constexpr int most_states_in_turn = 2000;
constexpr double most_cells = 5e7;
constexpr double most_kernel_bytes = 4e9;
constexpr double most_jump_nodes = 2e6;  // of x, and of an ensemble of data sets

void refuse_jump(const experiment::Experiment& e, const std::string& key, const std::string& what,
                 const std::string& can) {
  throw InputError(e.at(key) + what + "; available: " + can);
}

/// Before the nodes are made.
void require_nodes(const experiment::Experiment& e, const std::string& key, const std::string& what, double nodes,
                   const std::string& can) {
  if (!(nodes <= most_jump_nodes))
    refuse_jump(e, key,
                what + " need " + num::to_text(nodes, 3) + " nodes, more than " + num::to_text(most_jump_nodes, 3),
                can);
}

void require_possible(const experiment::Experiment& e) {
  if (e.model.kind == "gaussian-mean" && e.model.dimension > 2)
    refuse_jump(e, "model.dimension",
                "a jump learner with x in " + std::to_string(e.model.dimension) + " dimensions is not available",
                "at most 2");
  if (e.model.kind == "gaussian" && e.data.source == experiment::Data::Source::target &&
      e.learner.acceptance == "metropolis")
    refuse_jump(e, "learner.acceptance",
                "\"metropolis\" with an ensemble of data sets of \"gaussian\" (its rates have kinks) is not available",
                "heat-bath, arrhenius, or one data set by data.values");
  const bool ou = e.sampler.kind == "ou";
  if (ou && e.model.kind == "gaussian-mean" && e.model.dimension > 1)
    refuse_jump(e, "sampler.kind", "\"ou\" behind a jump learner with x in several dimensions is not available",
                "equilibrium, heat-bath; one dimension");
  if (e.time.step && static_cast<int>(e.learner.states.size()) > most_states_in_turn)
    refuse_jump(e, "learner.states", std::to_string(e.learner.states.size()) + " states with time.step are too many",
                "at most " + std::to_string(most_states_in_turn));
}

/// How the losses of the states answer to the coordinates of the ensemble: at 0, and for one more of each, [state,
/// axis]. They are linear in them but for what all states share.
template <Real R>
struct Answers {
  Vector<R> base;
  Matrix<R> slope;
};

template <Real R>
Answers<R> answers(const data::Family<R>& family, const learner::Jump<R>& learner, const Matrix<R>& terms) {
  std::vector<R> z(family.axes, R(0));
  const auto at = [&] { return learner::losses<R>(learner, {R(1), family.statistic(z), {}}, terms); };
  Answers<R> out{at(), Matrix<R>(terms.rows(), static_cast<Eigen::Index>(family.axes))};
  for (std::size_t k = 0; k < family.axes; ++k) {
    z[k] = 1;
    out.slope.col(static_cast<Eigen::Index>(k)) = at() - out.base;
    z[k] = 0;
  }
  return out;
}

/// Spacing along a normal coordinate. Rates depend on it through u = dL/T between neighbours, which changes by slope a
/// unit; 1/(1+e^u) has its poles pi/slope away from the real axis.
double spacing_for(const std::vector<double>& slopes, const Resolution& resolution) {
  double longest = 0, span = 0;
  for (const double slope : slopes) {
    longest = std::max(longest, std::fabs(slope));
    span += std::fabs(slope);
  }
  const double gaussian = M_PI * std::sqrt(2 / (resolution.spacing_decades * (1 + span * span / 4)));
  return std::min(gaussian, 2 * M_PI * M_PI / (longest * resolution.spacing_decades));
}

/// On each axis of a Gaussian ensemble.
template <Real R>
std::vector<double> ensemble_spacing(const Answers<R>& answers, const learner::Jump<R>& learner,
                                     const Resolution& resolution) {
  std::vector<double> out;
  for (Eigen::Index k = 0; k < answers.slope.cols(); ++k) {
    std::vector<double> slopes;
    for (Eigen::Index i = 0; i + 1 < answers.slope.rows(); ++i)
      slopes.push_back(num::to_double(R((answers.slope(i + 1, k) - answers.slope(i, k)) / learner.temperature)));
    out.push_back(spacing_for(slopes, resolution));
  }
  return out;
}

/// How far an ensemble is followed, in standard deviations.
double reach_of(const Resolution& resolution) { return std::sqrt(2 * (resolution.tail_decades + 4)); }

/// Gauss–Legendre panels over N(0, 1), none across a cut, with at least one node a spacing; weights not yet normalised.
template <Real R>
std::vector<std::pair<R, R>> panels(std::vector<R> cuts, double spacing, const Resolution& resolution) {
  using std::exp;
  const R reach(reach_of(resolution));
  std::erase_if(cuts, [&](const R& z) { return !(z > -reach && z < reach); });
  cuts.insert(cuts.end(), {-reach, reach});
  std::sort(cuts.begin(), cuts.end());
  const int order = resolution.time_order;
  const std::vector<R> unit{R(1)};
  const auto rule = evolve::gauss_nodes<R>(unit, 2, order);
  std::vector<std::pair<R, R>> out;
  for (std::size_t c = 0; c + 1 < cuts.size(); ++c) {
    const R length = cuts[c + 1] - cuts[c];
    const int count = 1 + static_cast<int>(num::to_double(length) / (order * spacing));
    for (int k = 0; k < count; ++k)
      for (std::size_t j = 0; j < rule.times.size(); ++j) {
        const R z = cuts[c] + length * (k + rule.times[j]) / count;
        const R weight = rule.weight[j] * length / count * exp(-z * z / 2);
        if (weight > 0) out.emplace_back(z, weight);
      }
  }
  return out;
}

/// Where the losses of two neighbours are equal: first z_1 + second z_2 + c = 0.
template <Real R>
struct Line {
  R first, second, c;
};

/// The lines in coordinates turned by an angle.
template <Real R>
std::vector<Line<R>> turned(const std::vector<Line<R>>& lines, const R& cosine, const R& sine) {
  std::vector<Line<R>> out;
  for (const auto& l : lines)
    out.push_back({cosine * l.first + sine * l.second, cosine * l.second - sine * l.first, l.c});
  return out;
}

/// Steepest |first/second|.
template <Real R>
double steepest(const std::vector<Line<R>>& lines) {
  double most = 0;
  for (const auto& l : lines)
    most = std::max(most, std::fabs(num::to_double(l.first)) / std::fabs(num::to_double(l.second)));
  return most;
}

/// Metropolis rates have a kink at every line: panels that no line crosses. With two axes the ensemble is turned so
/// that no line comes near the direction of the second coordinate; whose panels are cut by every line, at a value of
/// the first, and those of the first where two lines meet.
template <Real R>
void integrate_by_panels(data::Ensemble<R>& ensemble, const experiment::Experiment& e, const data::Family<R>& family,
                         const Answers<R>& answers, const std::vector<double>& spacing, const Resolution& resolution) {
  using std::cos, std::sin;
  const bool two = family.axes == 2;
  std::vector<Line<R>> lines;
  for (Eigen::Index i = 0; i + 1 < answers.base.size(); ++i) {
    const auto rise = [&](Eigen::Index k) -> R { return answers.slope(i + 1, k) - answers.slope(i, k); };
    const Line<R> line{rise(0), two ? rise(1) : R(0), answers.base[i + 1] - answers.base[i]};
    if (line.first != 0 || line.second != 0) lines.push_back(line);  // else the data do not matter
  }
  R cosine = 1, sine = 0;
  double steep = 0;
  if (two) {
    constexpr int angles = 90;
    steep = HUGE_VAL;
    R best = 0;
    for (int k = 0; k < angles; ++k) {
      const R angle = num::pi<R>() * (k + R(0.5)) / angles;
      if (const double s = steepest(turned(lines, R(cos(angle)), R(sin(angle)))); s < steep) steep = s, best = angle;
    }
    cosine = cos(best), sine = sin(best);
    lines = turned(lines, cosine, sine);
  }
  std::vector<R> cuts;
  for (const auto& l : lines) {
    if (!two) cuts.push_back(-l.c / l.first);
    for (const auto& m : lines)
      if (const R det = l.first * m.second - m.first * l.second; two && det != 0)
        cuts.push_back((l.second * m.c - m.second * l.c) / det);
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  R sum = 0;
  const auto add = [&](const R& weight, const std::vector<R>& z) {
    ensemble.sets.push_back({weight, family.statistic(z), {}});
    sum += weight;
  };
  const double least = *std::min_element(spacing.begin(), spacing.end());
  const double outer = two ? 0.6 * least / std::max(1.0, steep) : least / 4, inner = 0.6 * least;
  require_nodes(e, "learner.acceptance", "the kinks of metropolis rates in an ensemble of data sets",
                2 * reach_of(resolution) / outer * (two ? 2 * reach_of(resolution) / inner : 1.0),
                "heat-bath, arrhenius, or a higher temperature");
  if (!two)
    for (const auto& [z, weight] : panels(cuts, outer, resolution)) add(weight, {z});
  else
    for (const auto& [z, weight] : panels(cuts, outer, resolution)) {
      std::vector<R> crossings;
      for (const auto& l : lines) crossings.push_back(-(l.c + l.first * z) / l.second);
      for (const auto& [y, share] : panels(crossings, inner, resolution))
        add(R(weight * share), {R(cosine * z - sine * y), R(sine * z + cosine * y)});
    }
  for (auto& set : ensemble.sets) set.weight /= sum;
}

/// Data sets of `gaussian`, told by mean and scatter, neither of which the losses are linear in: as fine as their
/// steepest slopes ask, those along the scatter each by the share of the data that it belongs to.
template <Real R>
data::Ensemble<R> scattered_ensemble(const model::Model<R>& model, const experiment::Experiment& e,
                                     const learner::Jump<R>& learner, const Matrix<R>& terms,
                                     const Resolution& resolution) {
  using std::exp;
  const double mean = num::from_rational<double>(e.data.mean.front()),
               variance = num::from_rational<double>(e.data.variance.front()), reach = reach_of(resolution),
               freedom = std::max(e.data.size - 1, 1), width = std::sqrt(variance / e.data.size);
  const double decades = resolution.spacing_decades, scatter = variance * freedom / e.data.size;
  std::vector<double> along_mean;
  double step = HUGE_VAL;  // of v, u = v - e^{-v} the logarithm of the scatter over its mean (data/axis.cpp)
  for (Eigen::Index i = 0; i + 1 < terms.rows(); ++i) {
    const Vector<double> rise = ((terms.row(i + 1) - terms.row(i)) / learner.temperature)
                                    .unaryExpr([](const R& x) { return num::to_double(x); })
                                    .transpose();  // of the terms 1, x, x²
    const auto slope = [&](double m) { return width * std::fabs(rise[1] + 2 * m * rise[2]); };
    along_mean.push_back(std::max(slope(mean - reach * width), slope(mean + reach * width)));
    for (double u = 0; u < 6; u += 0.05) {
      const double left = decades - freedom / 2 * (std::exp(u) - 1 - u);
      if (left > 0) step = std::min(step, 2 * M_PI * M_PI / (2 * std::fabs(rise[2]) * scatter * std::exp(u) * left));
    }
  }
  const std::vector<double> spacing{spacing_for(along_mean, resolution),
                                    std::min(M_PI * std::sqrt(2 / decades), std::sqrt(M_PI * step / 1.2))};
  return data::enumerate<R>(model, e, exp(R(-resolution.tail_decades - 4)),
                            std::vector<R>(spacing.begin(), spacing.end()));
}

/// Data sets drawn from a Gaussian target.
template <Real R>
data::Ensemble<R> gaussian_ensemble(const model::Model<R>& model, const experiment::Experiment& e,
                                    const learner::Jump<R>& learner, const Matrix<R>& terms,
                                    const Resolution& resolution) {
  using std::exp;
  if (!data::is_gaussian_family(model, e)) return scattered_ensemble(model, e, learner, terms, resolution);
  const auto family = data::gaussian_family(model, e);
  const auto reply = answers(family, learner, terms);
  const auto spacing = ensemble_spacing(reply, learner, resolution);
  const bool kinks = learner.acceptance == "metropolis";
  if (kinks && family.axes > 2)
    refuse_jump(e, "learner.acceptance",
                "\"metropolis\" with data of " + std::to_string(family.axes) +
                    " dimensions (its rates have kinks) is not available",
                "heat-bath, arrhenius, two dimensions, or one data set by data.values");
  double nodes = 1;
  for (const double h : spacing) nodes *= 2 * reach_of(resolution) / h;
  require_nodes(e, "learner.temperature", "the data sets, whose losses differ by many temperatures,", nodes,
                "a higher temperature, or states nearer to each other");
  const R tail = exp(R(-resolution.tail_decades - 4));
  if (!kinks) return data::enumerate<R>(model, e, tail, std::vector<R>(spacing.begin(), spacing.end()));
  data::Ensemble<R> out;
  out.discrete = false;
  out.target_statistic = family.target_statistic;
  out.dropped = tail * model.parameters();
  integrate_by_panels(out, e, family, reply, spacing, resolution);
  return out;
}

/// The kernels of ou: one a state for a turn; in continuous time two for each column of the
/// extrapolation on each panel.
template <Real R>
void require_kernels(const JumpSetting<R>& s) {
  const auto& e = *s.experiment;
  const double n = static_cast<double>(s.energy.rows()), columns = static_cast<double>(s.energy.cols());
  const double each = e.time.step ? 1 : 2.0 * s.lag_columns * static_cast<double>(graded(s).size());
  if (8 * n * columns * columns * each > most_kernel_bytes)
    refuse_jump(e, "learner.states",
                num::to_text(n, 6) + " states with " + num::to_text(columns, 6) +
                    " values of x that lags behind do not fit into memory",
                "fewer states, fewer digits, or sampler equilibrium or heat-bath");
}

/// -ln p(x_k|theta_i): statistics times terms.
template <Real R>
Matrix<R> energies_of(const Matrix<R>& terms, const std::vector<std::vector<R>>& statistics) {
  Matrix<R> out(terms.rows(), static_cast<Eigen::Index>(statistics.size()));
  for (std::size_t k = 0; k < statistics.size(); ++k)
    out.col(static_cast<Eigen::Index>(k)) = terms * Eigen::Map<const Vector<R>>(statistics[k].data(), terms.cols());
  return out;
}

/// Real x: nodes that cover every state's density, trapezoidal rule (spectrally accurate), in each dimension and on
/// each row of a design; over rows it averages.
template <Real R>
struct RealNodes {
  std::vector<std::vector<R>> x;
  std::vector<R> weight;
  std::vector<grid::Grid<double>> axes;  // one a row, in one dimension
  std::vector<Eigen::Index> sizes;       // one a row
};

template <Real R>
RealNodes<R> real_nodes(const model::Model<R>& model, const experiment::Experiment& e, const learner::Jump<R>& learner,
                        const Resolution& resolution) {
  using std::max, std::min;
  const auto dimension = static_cast<std::size_t>(model.dimension());
  RealNodes<R> out;
  for (int row = 0; row < model.rows(); ++row) {
    std::vector<R> lowest(dimension, num::infinity<R>()), highest(dimension, -num::infinity<R>());
    R narrowest = num::infinity<R>(), apart = 0;
    const auto first = model.mean(learner.states.front(), row);
    std::vector<R> left = first, right = first;  // of means
    for (const auto& state : learner.states) {
      const R s = model.stddev(state), reach = s * R(std::sqrt(2 * resolution.tail_decades));
      const auto mean = model.mean(state, row);
      for (std::size_t i = 0; i < dimension; ++i) {
        lowest[i] = min(lowest[i], R(mean[i] - reach));
        highest[i] = max(highest[i], R(mean[i] + reach));
        left[i] = min(left[i], mean[i]);
        right[i] = max(right[i], mean[i]);
        apart = max(apart, R(right[i] - left[i]));
      }
      narrowest = min(narrowest, s);
    }
    const R spacing = min(narrowest * R(M_PI / std::sqrt(2 * resolution.spacing_decades)),
                          R(grid::mixture_spacing(num::to_double(narrowest), num::to_double(R(apart / narrowest)),
                                                  resolution.spacing_decades / further)));
    R cell = 1;
    double nodes = static_cast<double>(out.weight.size()), here = 1;
    for (std::size_t i = 0; i < dimension; ++i) {
      cell *= spacing;
      here *= num::to_double(R((highest[i] - lowest[i]) / spacing)) + 2;
    }
    require_nodes(e, "learner.states", "the values of x at states so far apart", nodes + here,
                  "states nearer to each other, or a larger standard deviation of the model");
    const std::size_t before = out.weight.size();
    std::vector<R> x = lowest;
    for (std::size_t i = 0; i < dimension;) {  // an odometer
      out.x.push_back(x);
      out.weight.push_back(cell / model.rows());
      for (i = 0; i < dimension; ++i) {
        x[i] += spacing;
        if (x[i] < highest[i] + spacing) break;
        x[i] = lowest[i];
      }
    }
    out.sizes.push_back(static_cast<Eigen::Index>(out.weight.size() - before));
    out.axes.push_back({num::to_double(lowest[0]), num::to_double(spacing), static_cast<int>(out.sizes.back())});
  }
  return out;
}

/// -ln p(x_k|theta_i), from differences: terms of statistics would cancel.
template <Real R>
Matrix<R> energies_at(const RealNodes<R>& nodes, const model::Model<R>& model,
                      const std::vector<std::vector<R>>& states) {
  using std::log;
  Matrix<R> out(static_cast<Eigen::Index>(states.size()), static_cast<Eigen::Index>(nodes.x.size()));
  for (Eigen::Index i = 0; i < out.rows(); ++i) {
    const auto& theta = states[static_cast<std::size_t>(i)];
    const R s = model.stddev(theta);
    Eigen::Index k = 0;
    for (std::size_t row = 0; row < nodes.sizes.size(); ++row) {
      const auto mean = model.mean(theta, static_cast<int>(row));
      for (const Eigen::Index end = k + nodes.sizes[row]; k < end; ++k) {
        R square = 0;
        for (std::size_t d = 0; d < mean.size(); ++d) {
          const R z = (nodes.x[static_cast<std::size_t>(k)][d] - mean[d]) / s;
          square += z * z;
        }
        out(i, k) = square / 2 + static_cast<int>(mean.size()) * (log(s) + log(2 * num::pi<R>()) / 2);
      }
    }
  }
  return out;
}

template <Real R>
void set_spaces(JumpSetting<R>& setting, const model::Model<R>& model, const Matrix<R>& terms,
                const Resolution& resolution) {
  using std::exp;
  RealNodes<R> nodes;
  std::vector<std::vector<R>> statistics;
  for (int x = 0; x < model.outcomes(); ++x) {
    const auto t = model.statistic(x);
    statistics.emplace_back(t.begin(), t.end());
    nodes.weight.push_back(R(1));
  }
  if (statistics.empty()) nodes = real_nodes(model, *setting.experiment, setting.learner, resolution);
  const auto outcomes = static_cast<Eigen::Index>(nodes.weight.size());
  setting.energy =
      statistics.empty() ? energies_at(nodes, model, setting.learner.states) : energies_of<R>(terms, statistics);
  setting.x_rows = std::move(nodes.sizes);
  auto& s = setting.spaces;
  s.theta_weight = Vector<R>::Ones(terms.rows());
  s.x_weight = Eigen::Map<const Vector<R>>(nodes.weight.data(), outcomes);
  s.conditional = Matrix<R>(terms.rows(), outcomes);
  for (Eigen::Index i = 0; i < terms.rows(); ++i)
    for (Eigen::Index k = 0; k < outcomes; ++k) s.conditional(i, k) = exp(-setting.energy(i, k));
  s.x_entropy = s.conditional.cwiseProduct(setting.energy) * s.x_weight;
  if constexpr (std::same_as<R, double>) {
    if (setting.experiment->sampler.kind != "ou") return;
    const auto& states = setting.learner.states;
    RealAxes axes{nodes.axes, Matrix<double>(terms.rows(), model.rows()), Vector<double>(terms.rows())};
    for (Eigen::Index i = 0; i < terms.rows(); ++i) {
      const auto& theta = states[static_cast<std::size_t>(i)];
      axes.stddev[i] = model.stddev(theta);
      for (int row = 0; row < model.rows(); ++row) axes.mean(i, row) = model.mean(theta, row).front();
    }
    setting.kernels = std::make_shared<RealKernels>(std::move(axes));
  }
}

}  // namespace

template <Real R>
JumpProblem<R> jump_problem(const experiment::Experiment& e, const std::vector<R>& points, Resolution resolution) {
  using std::exp;
  resolution.tail_decades *= further;
  resolution.spacing_decades *= further;
  const auto model = model::make<R>(e.model);
  require_possible(e);
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
  if (model->outcomes() == 0 && e.data.source == experiment::Data::Source::target)
    out.ensemble = gaussian_ensemble(*model, e, setting.learner, out.terms, resolution);
  else
    out.ensemble = data::enumerate<R>(*model, e, exp(R(-resolution.tail_decades - 4)), R(1));
  set_spaces(setting, *model, out.terms, resolution);
  const double cells =
      static_cast<double>(points.size() * out.ensemble.sets.size()) * static_cast<double>(out.terms.rows()) *
      (e.sampler.kind == "equilibrium" && !e.time.step ? 1.0 : static_cast<double>(setting.energy.cols()));
  const double mixed = static_cast<double>(setting.energy.cols()) * static_cast<double>(out.ensemble.sets.size());
  if (mixed > most_cells)
    refuse_jump(e, "accuracy.digits",
                std::to_string(setting.energy.cols()) + " values of x for " + std::to_string(out.ensemble.sets.size()) +
                    " data sets do not fit into memory",
                "fewer digits or dimensions");
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
  setting.lag_substep = resolution.lag_substep / num::to_double(fastest);
  setting.lag_growth = 1 + 5 * resolution.lag_substep;        // levels must differ in every panel
  setting.lag_columns = std::min(resolution.lag_columns, 7);  // more, and round-off is amplified by hundreds
  if (setting.kernels) require_kernels(setting);
  // of a real x those who come from the farthest states outweigh all others far out, from the first moment on, so that
  // entropies are smooth in ln t only
  const bool singular = setting.learner.initial.minCoeff() < R(0.01) * setting.learner.initial.maxCoeff() ||
                        (model->outcomes() == 0 && e.sampler.kind != "equilibrium");
  setting.quadrature = evolve::quadrature<R>(resolution.time_order, singular, exp(R(-resolution.tail_decades)),
                                             resolution.panel_scale / (2 * num::to_double(fastest)));
  return out;
}

#define CALOR_INSTANTIATE(R) \
  template JumpProblem<R> jump_problem(const experiment::Experiment&, const std::vector<R>&, Resolution);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
