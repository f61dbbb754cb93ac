#include "run/sgld_setting.hpp"

#include <cmath>
#include <map>

#include "grid/plan.hpp"
#include "learner/sgld_plan.hpp"
#include "num/errors.hpp"

namespace calor::run {

using learner::Batches;
using num::Matrix;
using num::Rational;
using num::Vector;

namespace {

constexpr double most_sequences = 65536, most_bytes = 2e9,
                 most_products = 1e11;  // multiplications of doubles: a minute or two

double folds(double resolution) { return 1.6 * resolution + 4; }

/// What one parameter feels of the examples of a Gaussian target: the mean square of the inputs, and the largest input.
struct Inputs {
  double square = 1, largest = 1;
};

Inputs inputs_of(const experiment::Model& m) {
  if (m.kind != "linear-regression") return {};
  Inputs out{0, 0};
  for (const auto& row : m.inputs) {
    const double u = num::from_rational<double>(row.front());
    out.square += u * u / static_cast<double>(m.inputs.size());
    out.largest = std::max(out.largest, std::fabs(u));
  }
  return out;
}

/// Gaussian target: signal-to-noise ratio squared in theta at its largest, by the recursions of mean and variance
/// (theory.md section 8): of the mean gradient, or of a single example that is drawn at every step.
double signal_to_noise(const experiment::Experiment& e, const std::vector<learner::StepSize>& steps) {
  const double sigma = num::from_rational<double>(e.model.stddev), s2 = sigma * sigma;
  const auto inputs = inputs_of(e.model);
  const bool single = e.learner.batch == "minibatch";
  const double width2 = num::from_rational<double>(e.data.variance.front()) *
                        (single ? inputs.largest * inputs.largest : inputs.square / e.data.size);
  const double pull = single ? inputs.largest * inputs.largest : inputs.square;
  const double s0 = num::from_rational<double>(e.learner.initial_stddev.front());
  double a = 0, v = s0 * s0, worst = 0;
  for (const auto& step : steps) {
    const double eta = num::from_rational<double>(step.rate);
    const double keep = 1 - eta * (pull / s2 + num::from_rational<double>(e.learner.weight_decay));
    a = keep * a + eta / s2;
    v = keep * keep * v + 2 * eta * num::from_rational<double>(step.temperature);
    worst = std::max(worst, a * a * width2 / v);
  }
  return worst;
}

template <Real R>
Batches<double> rough(const Batches<R>& b) {
  Batches<double> out{{}, num::Matrix<double>(b.statistic.rows(), b.statistic.cols())};
  for (const auto& w : b.weight) out.weight.push_back(num::to_double(w));
  for (Eigen::Index i = 0; i < b.statistic.size(); ++i) out.statistic.data()[i] = num::to_double(b.statistic.data()[i]);
  return out;
}

template <Real R>
void make_families(SgldSetting<R>& s, const Resolution& resolution) {
  using std::exp;
  const auto& e = *s.experiment;
  if (s.stream) {
    s.families = {learner::fresh_batches(*s.model, e)};
    s.target_statistic.assign(static_cast<std::size_t>(s.model->components()), R(0));
    for (int x = 0; x < s.model->outcomes(); ++x) {
      const auto t = s.model->statistic(x);
      for (std::size_t a = 0; a < t.size(); ++a)
        s.target_statistic[a] += t[a] * num::from_rational<R>(e.data.probabilities[static_cast<std::size_t>(x)]);
    }
    return;
  }
  double spacing = 1;
  if (s.model->outcomes() == 0 && e.data.source == experiment::Data::Source::target)
    spacing = M_PI * std::sqrt(2 / (folds(resolution.spacing_decades) * (1 + signal_to_noise(e, s.steps))));
  s.ensemble = data::enumerate<R>(*s.model, e, exp(R(-folds(resolution.tail_decades) - 4)), R(spacing));
  s.target_statistic = s.ensemble.target_statistic;
  for (const auto& set : s.ensemble.sets)
    s.families.push_back(e.learner.batch == "full" ? learner::full_batch(set) : learner::minibatches(*s.model, e, set));
}

/// Inputs of the rows of a design, up to sign, and how many rows have them: mirror images show the same. One row, 1,
/// without a design.
std::map<Rational, int> distinct_inputs(const experiment::Model& m) {
  std::map<Rational, int> out;
  for (const auto& row : m.inputs) ++out[row.front() < 0 ? Rational(-row.front()) : row.front()];
  if (out.empty()) out[1] = 1;
  return out;
}

/// The share of its distance from p(.|theta) that x keeps in a turn of `ou`.
template <Real R>
R kept_by_ou(const experiment::Sampler& sampler) {
  using std::exp;
  return exp(-num::from_rational<R>(*sampler.rate));
}

/// Spacing of x's nodes where its mean is `input` theta.
template <Real R>
double x_spacing(const SgldSetting<R>& s, double input, const Resolution& resolution) {
  const auto& nodes = s.room.nodes;
  double apart = 0;  // of what batches pull theta to, and with it the means of x
  for (const auto& f : s.families)
    apart = std::max(apart, num::to_double(R(f.statistic.row(1).maxCoeff() - f.statistic.row(1).minCoeff())));
  if (!s.experiment->model.inputs.empty()) apart = num::to_double(R(nodes.theta[nodes.size() - 1] - nodes.theta[0]));
  const double width = num::to_double(s.model->stddev({}));
  double narrow = width;  // of p(x|theta), and of where a turn of x comes from
  if (s.experiment->sampler.kind == "ou") {
    const double keep = kept_by_ou<double>(s.experiment->sampler);
    narrow *= std::sqrt(1 - keep * keep);
  }
  return std::min(narrow * M_PI / std::sqrt(folds(resolution.spacing_decades)),
                  grid::mixture_spacing(width, input * apart / width, resolution.spacing_decades));
}

constexpr double most_turn_bytes = 1e9;

/// The exact transition of `ou` over one step at every node of theta, around these means, with the quadrature's weight.
template <Real R>
SgldTurn<R> ou_turn(const SgldSetting<R>& s, const grid::Grid<R>& x, Eigen::Index first, const Vector<R>& mean) {
  using std::exp, std::sqrt;
  const double size = x.size;
  if (static_cast<double>(mean.size()) * size * size * sizeof(R) > most_turn_bytes)
    throw AccuracyError(s.experiment->at("sampler.rate") + "a step of \"ou\" at this rate needs " +
                        std::to_string(x.size) +
                        " nodes of x, more than memory allows; ask for fewer digits, or for a "
                        "higher rate");
  const R keep = kept_by_ou<R>(s.experiment->sampler), spread = s.model->stddev({}) * sqrt(R(1 - keep * keep)),
          norm = x.spacing / (spread * sqrt(2 * num::pi<R>()));
  SgldTurn<R> out{first, {}};
  for (const R& m : mean) {
    auto& kernel = out.kernel.emplace_back(x.size, x.size);
    for (int k = 0; k < x.size; ++k)
      for (int j = 0; j < x.size; ++j) {
        const R z = (x.node(j) - m - keep * (x.node(k) - m)) / spread;
        kernel(j, k) = norm * exp(-z * z / 2);
      }
  }
  return out;
}

/// X = (row of the design, x): a density with respect to the mean over the rows, so that entropies are means over them.
/// Also sets the energies, which do not underflow, and the turns of `ou`.
template <Real R>
info::Spaces<R> spaces_by_row(SgldSetting<R>& s, const Resolution& resolution, info::Spaces<R> out) {
  using std::exp, std::log, std::sqrt;
  const auto& theta = s.room.nodes.theta;
  const Eigen::Index n = theta.size();
  const R sigma = s.model->stddev({}), reach = sigma * R(std::sqrt(2 * folds(resolution.tail_decades)));
  const auto inputs = distinct_inputs(s.experiment->model);
  std::vector<grid::Grid<R>> grids;
  Eigen::Index columns = 0;
  for (const auto& [input, count] : inputs) {
    const R u = num::from_rational<R>(input);
    grids.push_back(
        grid::uniform<R>({num::to_double(R(u * theta[0] - reach)), num::to_double(R(u * theta[n - 1] + reach))},
                         x_spacing(s, num::to_double(u), resolution)));
    columns += grids.back().size;
  }
  out.x_weight = Vector<R>(columns);
  s.room.energy = Matrix<R>(n, columns);
  const R log_norm = log(R(sigma * sqrt(2 * num::pi<R>())));
  Eigen::Index first = 0;
  auto grid = grids.begin();
  for (const auto& [input, count] : inputs) {
    const auto& x = *grid++;
    const R u = num::from_rational<R>(input);
    out.x_weight.segment(first, x.size).setConstant(R(x.spacing * count / s.model->rows()));
    for (int k = 0; k < x.size; ++k)
      for (Eigen::Index i = 0; i < n; ++i) {
        const R z = (x.node(k) - u * theta[i]) / sigma;
        s.room.energy(i, first + k) = z * z / 2 + log_norm;
      }
    if (s.experiment->sampler.kind == "ou") s.room.turn.push_back(ou_turn<R>(s, x, first, Vector<R>(u * theta)));
    first += x.size;
  }
  out.conditional = s.room.energy.unaryExpr([](const R& energy) { return R(exp(-energy)); });
  out.x_entropy.setConstant((log(2 * num::pi<R>() * sigma * sigma) + 1) / 2);
  return out;
}

template <Real R>
info::Spaces<R> make_spaces(SgldSetting<R>& s, const Resolution& resolution) {
  using std::exp, std::log, std::sqrt;
  const auto& nodes = s.room.nodes;
  const Eigen::Index n = nodes.size();
  info::Spaces<R> out;
  out.theta_weight = nodes.weight;
  out.x_entropy = Vector<R>::Zero(n);
  if (const int outcomes = s.model->outcomes()) {
    out.x_weight = Vector<R>::Ones(outcomes);
    out.conditional = Matrix<R>(n, outcomes);
    for (int x = 0; x < outcomes; ++x) {
      const auto t = s.model->statistic(x);
      for (Eigen::Index i = 0; i < n; ++i) {
        R energy = 0;
        for (std::size_t a = 0; a < t.size(); ++a) energy += t[a] * s.terms.value(i, static_cast<Eigen::Index>(a));
        out.conditional(i, x) = exp(-energy);
        out.x_entropy[i] += out.conditional(i, x) * energy;
      }
    }
    return out;
  }
  return spaces_by_row(s, resolution, std::move(out));
}

/// Ensembles over examples grow as a power of their number.
template <Real R>
void require_products(const SgldSetting<R>& s) {
  const double n = static_cast<double>(s.room.nodes.size()), x = static_cast<double>(s.room.spaces.x_weight.size()),
               sets = static_cast<double>(s.families.size()), steps = static_cast<double>(s.steps.size());
  double batches = 0, turns = 0;
  for (const auto& f : s.families) batches = std::max(batches, static_cast<double>(f.weight.size()));
  for (const auto& t : s.room.turn)
    turns += static_cast<double>(t.kernel.front().rows()) * static_cast<double>(t.kernel.front().rows());
  const double one = n * ((n * x + turns) * (s.room.moments ? 8 : 1) + 40 * x + 20 * n) + 20 * n * n * batches;
  const double work = sets * steps * one * (sizeof(R) > sizeof(double) ? 200 : 1);
  if (work > most_products)
    throw AccuracyError("this accuracy needs " + std::to_string(s.families.size()) + " data sets, " +
                        std::to_string(s.room.nodes.size()) + " grid points and " +
                        std::to_string(s.room.spaces.x_weight.size()) +
                        " nodes of x, more work than is reasonable; ask for fewer digits, steps or examples");
}

template <Real R>
void require_memory(const SgldSetting<R>& s) {
  const double n = static_cast<double>(s.room.nodes.size()),
               outcomes = static_cast<double>(s.room.spaces.x_weight.size());
  const double each = n * (8 + 2 * outcomes * (s.room.moments ? 8 : 1)) * sizeof(R);
  double histories = static_cast<double>(s.families.size() * s.points.size());
  if (s.stream) {
    histories = std::pow(static_cast<double>(s.families.front().weight.size()), static_cast<double>(s.steps.size()));
    if (!(histories <= most_sequences))
      throw InputError(
          s.experiment->at("time.points") + std::to_string(s.steps.size()) + " steps of a stream have " +
          std::to_string(s.families.front().weight.size()) + "^" + std::to_string(s.steps.size()) +
          " sequences of batches; allowed: at most 65536 sequences, that is fewer steps or smaller batches");
    histories *= 2;
  }
  if (histories * each > most_bytes) {
    const auto& e = *s.experiment;
    const bool by_example =
        s.model->outcomes() == 0 && e.data.source == experiment::Data::Source::target && e.learner.batch == "minibatch";
    throw AccuracyError("this accuracy needs " + std::to_string(s.room.nodes.size()) + " grid points for each of " +
                        std::to_string(static_cast<long>(histories)) + " densities, more than memory allows; " +
                        (by_example ? "minibatches depend on every example drawn; allowed: two examples, full batches, "
                                      "or one data set by data.values"
                                    : "ask for fewer digits, times or data sets"));
  }
}

}  // namespace

template <Real R>
SgldSetting<R> make_setting(const experiment::Experiment& e, const std::vector<R>& points, const Resolution& resolution,
                            const SgldExtras& extras) {
  using std::exp;
  SgldSetting<R> s;
  s.experiment = &e;
  s.model = model::make<R>(e.model);
  if (s.model->parameters() != 1)
    throw InputError(e.at("model.kind") + "sgld on a grid is for one parameter, this model has " +
                     std::to_string(s.model->parameters()));
  for (const auto& t : points) s.points.push_back(std::lround(num::to_double(t)));
  s.steps = learner::step_sizes(e.learner, s.points.back());
  s.stream = e.data.source == experiment::Data::Source::stream;
  s.weight_decay = num::from_rational<R>(e.learner.weight_decay);
  make_families(s, resolution);

  learner::SgldCourse course;
  course.initial_mean = num::from_rational<double>(e.learner.initial_mean.front());
  course.initial_stddev = num::from_rational<double>(e.learner.initial_stddev.front());
  course.weight_decay = num::to_double(s.weight_decay);
  if (const double u = inputs_of(e.model).largest; s.model->outcomes() == 0 && u > 0)
    course.x_stddev = num::to_double(s.model->stddev({})) / u;
  course.steps = s.steps;
  for (const auto& f : s.families) course.families.push_back(rough(f));
  course.stream = s.stream;
  const auto plan = learner::sgld_plan(course, *model::make<double>(e.model), folds(resolution.tail_decades),
                                       folds(resolution.spacing_decades));
  const bool kinked = e.sampler.kind ==
                      "metropolis";  // in theta where outcomes change their order: 0 in every model of two-valued sites
  const int order = std::clamp(static_cast<int>(0.8 * folds(resolution.spacing_decades)), 16, 200);
  s.room.nodes = kinked ? learner::broken_nodes<R>(plan.interval, 0, plan.spacing, order)
                        : learner::uniform_nodes<R>(plan.interval, plan.spacing);
  s.terms = learner::terms_at(*s.model, s.room.nodes.theta);
  s.room.spaces = make_spaces(s, resolution);
  if (s.model->outcomes()) s.room.energy = thermo::energies(s.room.spaces);
  s.room.sampler = e.sampler;
  if (e.sampler.kind == "glauber" || e.sampler.kind == "metropolis" || e.sampler.kind == "gibbs")
    s.room.neighbours = sampler::site_neighbours(e.model);
  if (e.sampler.kind == "alternating") {
    const auto moves = sampler::alternations<R>(e.sampler, *s.model, s.room.nodes.theta);
    s.room.turn.push_back({0, {}});
    for (Eigen::Index i = 0; i < s.room.nodes.size(); ++i) {
      const Vector<R> p = s.room.spaces.conditional.row(i);
      s.room.turn.front().kernel.push_back(
          sampler::discrete_kernel<R>(e.sampler, p, {}, moves[static_cast<std::size_t>(i)]));
    }
  }
  s.room.moments = extras.moments;
  s.room.stationary = extras.stationary && !s.stream;
  require_memory(s);
  if (!s.stream && s.model->outcomes() == 0) require_products(s);
  if (e.sampler.kind == "equilibrium")
    s.room.cross = s.room.spaces.conditional * s.room.spaces.x_weight.asDiagonal() * s.room.energy.transpose();
  const Eigen::Index n = s.room.nodes.size();
  const R m0 = num::from_rational<R>(e.learner.initial_mean.front()),
          s0 = num::from_rational<R>(e.learner.initial_stddev.front());
  const R norm = 1 / (s0 * R(sqrt(2 * num::pi<R>())));
  s.initial = Vector<R>(n);
  s.decay_loss = Vector<R>(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const R theta = s.room.nodes.theta[i], z = (theta - m0) / s0;
    s.initial[i] = norm * exp(-z * z / 2);
    s.decay_loss[i] = s.weight_decay * theta * theta / 2;
  }
  return s;
}

#define CALOR_INSTANTIATE(R)                                                                                    \
  template SgldSetting<R> make_setting(const experiment::Experiment&, const std::vector<R>&, const Resolution&, \
                                       const SgldExtras&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
