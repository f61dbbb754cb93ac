#include "run/support.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "data/design.hpp"
#include "experiment/kinds.hpp"
#include "model/model.hpp"
#include "num/errors.hpp"
#include "run/analytic.hpp"
#include "run/kink_mesh.hpp"
#include "run/level.hpp"
#include "run/linear_learners.hpp"
#include "run/linear_way.hpp"
#include "run/no_noise.hpp"
#include "run/redraw_way.hpp"
#include "run/stream_way.hpp"

namespace calor::run {

namespace {

constexpr long most_steps = 1'000'000;

void refuse_unavailable(const experiment::Experiment& e, const std::string& key, const std::string& what,
                        const std::string& can) {
  throw InputError(e.at(key) + what + " is not available in this version; available: " + can);
}

/// The gradient covariance is singular for identical examples (theory.md section 2).
void require_diffusion(const experiment::Experiment& e) {
  if (!cold(e.learner)) return;
  const auto refuse_singular = [&](const std::string& why) {
    throw InputError(e.at("learner.temperature") + "0 where the gradient noise is singular: " + why +
                     "; allowed: a temperature > 0");
  };
  using Source = experiment::Data::Source;
  if (noise_bends(e.model)) refuse_singular("it depends on theta, and vanishes at some theta or far out");
  if (e.model.kind == "gaussian-mean") {
    const auto& rows = e.data.values;
    if (e.data.source == Source::target && e.data.size <= e.model.dimension)
      refuse_singular(e.data.size == 1 ? "the one example of a data set has no scatter"
                                       : "the examples of a data set differ in fewer than " +
                                             std::to_string(e.model.dimension) + " directions");
    if (e.data.source != Source::values) return;
    auto differences = rows;
    for (auto& row : differences)
      for (std::size_t a = 0; a < row.size(); ++a) row[a] -= rows.front()[a];
    if (data::rank(differences) < e.model.dimension)
      refuse_singular(e.model.dimension == 1
                          ? "all examples are the same"
                          : "the examples differ in fewer than " + std::to_string(e.model.dimension) + " directions");
    return;
  }
  if (e.data.source != Source::counts)
    refuse_singular("data sets of identical examples, which chance can draw, have none");
  const auto m = model::make<double>(e.model);
  std::set<std::vector<int>> seen;
  for (int x = 0; x < m->outcomes(); ++x)
    if (e.data.counts[static_cast<std::size_t>(x)] > 0) seen.insert(m->statistic(x));
  if (seen.size() < 2) refuse_singular("all examples have the same gradient");
  num::Matrix<double> rows(static_cast<Eigen::Index>(seen.size()), m->components());
  Eigen::Index at = 0;
  for (const auto& statistic : seen) {
    for (Eigen::Index a = 0; a < rows.cols(); ++a) rows(at, a) = statistic[static_cast<std::size_t>(a)];
    ++at;
  }
  if (Eigen::FullPivLU<num::Matrix<double>>(rows).rank() <= m->parameters())  // T_0 = 1 is among them
    refuse_singular("the gradients of the examples differ in fewer than " + std::to_string(m->parameters()) +
                    " directions");
}

/// langevin and sgd-diffusion on a tensor grid with an X that lags.
void require_joint_grid(const experiment::Experiment& e) {
  const int d = parameters(e.model);
  const std::string behind = d > 1                           ? std::to_string(d) + " parameters"
                             : learner::scheduled(e.learner) ? "a learner with a schedule"
                                                             : "noise that depends on theta";
  if (const auto model = model::make<double>(e.model); model->outcomes() == 0) {
    if (model->dimension() > 1 || d > 2)
      refuse_unavailable(e, e.sampler.kind == "equilibrium" ? "time.step" : "sampler.kind",
                         "a Gaussian x" + std::string(model->dimension() > 1 ? " of several dimensions" : "") +
                             " lagging behind " + behind + " with \"" + e.sampler.kind + "\"",
                         "heat-bath and ou with x in one dimension, at most two parameters; equilibrium without step; "
                         "--method auto: ou and heat-bath with gaussian-mean and linear-regression under langevin, and "
                         "(heat-bath: given values) under sgd-diffusion of gaussian-mean");
    return;
  }
  if (e.sampler.kind != "metropolis") return;
  const std::string others = "equilibrium, heat-bath, glauber, gibbs; ";
  if (d == 2 && kinks_in_plane(*model::make<double>(e.model), e.model) == Kinks::elsewhere)
    refuse_unavailable(e, "sampler.kind",
                       "\"metropolis\" with this model of two parameters (its rates have kinks in theta on several "
                       "curves)",
                       others + "one parameter; learner jump");
}

constexpr double widest_start = 1.5;

/// Moves of a Gaussian x, composed with Theta's: where the start is much wider than the stationary density, the
/// round-off of Theta's symmetrised moves hides what flows between X and Theta.
void require_narrow_start(const experiment::Experiment& e) {
  const auto& l = e.learner;
  const double precision = 1 / std::pow(num::from_rational<double>(e.model.stddev), 2),
               coldest = num::from_rational<double>(
                   *std::min_element(l.temperature.values.begin(), l.temperature.values.end()));
  for (std::size_t a = 0; a < l.initial_stddev.size(); ++a) {
    double square = e.model.inputs.empty() ? 1 : 0;  // <u_a²>
    for (const auto& row : e.model.inputs)
      square += std::pow(num::from_rational<double>(row[a]), 2) / static_cast<double>(e.model.inputs.size());
    const double well = coldest / (precision * square + num::from_rational<double>(l.weight_decay));
    const double s = num::from_rational<double>(l.initial_stddev[a]);
    if (s * s <= widest_start * well) continue;
    const std::string digits = std::to_string(most_redraw_digits),
                      others = moves_linearly(e) ? ", --method auto"
                               : redraws_linearly(e)
                                   ? " or ou, --method auto with at most " + digits + " digits and no fluctuations of x"
                               : e.sampler.kind != "ou" ? " or ou"
                                                        : "";
    refuse_unavailable(e, "learner.initial",
                       "\"" + e.sampler.kind + "\" of a Gaussian x behind a start of stddev " + num::to_text(s, 3) +
                           ", wider than " + num::to_text(std::sqrt(widest_start * well), 3) +
                           " (the square root of 1.5 times the stationary variance)",
                       "a narrower start, a higher temperature, sampler equilibrium" + others);
  }
}

/// sgld of a real x on a grid.
void require_real_steps(const experiment::Experiment& e) {
  const int d = parameters(e.model);
  if (streams_gaussians(e)) return;
  const bool stream = e.data.source == experiment::Data::Source::stream;
  if (stream && e.model.kind != "linear-regression" && e.model.kind != "gaussian-mean")
    refuse_unavailable(e, "model.kind", "a stream of examples of \"" + e.model.kind + "\"",
                       "discrete models, gaussian-mean, linear-regression");
  if (stream)
    refuse_unavailable(e, "sampler.kind", "a stream of real examples with sampler \"" + e.sampler.kind + "\"",
                       "sampler equilibrium; ou with gaussian-mean and constant learning rate and temperature");
  if (d == 1) return;
  const std::string plane = "sgld of \"" + e.model.kind + "\" with two parameters";
  const bool given = e.data.source == experiment::Data::Source::values, widths = e.model.kind == "gaussian";
  if (e.model.kind != "linear-regression" && !widths)
    refuse_unavailable(e, "model.kind", plane + " and batch \"" + e.learner.batch + "\"",
                       "discrete models; gaussian; gaussian-mean with full batches or a stream; linear-regression");
  if (lagging(e) && (widths || e.sampler.kind != "heat-bath"))
    refuse_unavailable(e, "sampler.kind", "\"" + e.sampler.kind + "\" with " + plane,
                       widths ? "equilibrium" : "equilibrium; ou with full batches; heat-bath with data.values");
  if (!given && widths)
    refuse_unavailable(e, "data.target", plane + " and an ensemble of data sets", "one data set by data.values");
  if (!given)
    refuse_unavailable(
        e, "data.target",
        (lagging(e) ? "\"heat-bath\"" : "minibatches") + (" with " + plane + " and an ensemble of data sets"),
        std::string(lagging(e) ? "sampler equilibrium; ou" : "batch full or stream") +
            ", or one data set by data.values");
}

/// The key that sets how many parameters a model has.
std::string size_key(const experiment::Model& m) {
  if (m.kind == "categorical") return "model.outcomes";
  if (m.kind == "ising") return m.edges.size() > 1 ? "model.edges" : "model.spins";
  if (m.kind == "rbm") return m.visible > 1 ? "model.visible" : "model.biases";
  if (m.kind == "gaussian-mean") return "model.dimension";
  if (m.kind == "linear-regression") return "model.inputs";
  return "model.kind";
}

}  // namespace

bool noise_bends(const experiment::Model& spec) {
  const auto model = model::make<double>(spec);
  std::vector<model::Jet<double>> jets(static_cast<std::size_t>(model->components()));
  const std::vector<double> theta(static_cast<std::size_t>(model->parameters()), 0.25);
  model->components_at(theta, jets);
  return std::any_of(jets.begin() + 1, jets.end(), [](const auto& jet) {
    return std::any_of(jet.hessian.begin(), jet.hessian.end(), [](double h) { return h != 0; });
  });
}

bool separates(const experiment::Experiment& e) {
  const bool apart = e.learner.kind == "langevin" || (e.learner.kind == "sgld" && e.learner.batch == "full");
  return e.model.kind == "gaussian-mean" && e.model.dimension > 1 && apart && !lagging(e);
}

void require_supported(const Job& job) {
  const auto& e = job.experiment;
  const Method method = job.options.method;
  bool known = false;
  std::string kinds;
  for (const auto& d : model::registry()) {
    known = known || d.kind == e.model.kind;
    kinds += (kinds.empty() ? "" : ", ") + std::string(d.kind);
  }
  if (!known) refuse_unavailable(e, "model.kind", "\"" + e.model.kind + "\"", kinds);
  const auto& l = e.learner;
  if (l.kind == "sgd-diffusion") require_diffusion(e);
  const bool formula = method == Method::automatic || method == Method::analytic;
  if (has_closed_form(e)) {
    if (!formula && l.kind == "langevin" && parameters(e.model) > 1 && lagging(e)) require_joint_grid(e);
    return;
  }
  if (l.kind == "sgld" && e.time.points.back() > most_steps)
    throw InputError(e.at("time.points") + num::decimal_text(e.time.points.back()) +
                     " learning steps are too many; allowed: at most " + std::to_string(most_steps));
  if (formula && (moves_linearly(e) || streams_gaussians(e))) return;
  if (mixes_redraws(job)) return;
  if (without_noise(l)) return require_limit(e);
  if (separates(e)) return;
  const int d = parameters(e.model);
  const int most = l.kind == "langevin" ? 3 : l.kind == "sgd-diffusion" || l.kind == "sgld" ? 2 : 1;
  if (l.kind != "jump" && d > most)
    refuse_unavailable(
        e, size_key(e.model),
        "\"" + e.model.kind + "\" with " + std::to_string(d) + " parameters and learner \"" + l.kind +
            "\" (the nodes of a grid grow as their power)",
        "at most 3 parameters with langevin, 2 with sgld and sgd-diffusion, any number with jump; gaussian-mean and "
        "linear-regression of any dimension where they have a closed form");
  if (l.kind == "sgld" && model::make<double>(e.model)->outcomes() == 0) require_real_steps(e);
  const bool bends = l.kind == "sgd-diffusion" && noise_bends(e.model);
  const bool scheduled = learner::scheduled(l) && l.kind != "sgld" && l.kind != "jump";
  const bool joint_grid = l.kind != "jump" && (d > 1 || bends || scheduled) && lagging(e);
  if (joint_grid) require_joint_grid(e);
  for (const auto& [key, schedule] :
       {std::pair{"learner.mobility", &l.mobility}, std::pair{"learner.temperature", &l.temperature},
        std::pair{"learner.learning_rate", &l.learning_rate}})
    if (!schedule->constant() && d > 2 && l.kind != "jump" && l.kind != "sgld" && e.model.kind != "gaussian-mean")
      refuse_unavailable(e, key, "a schedule with more than two parameters", "one number");
  if (l.kind == "sgd-diffusion" && e.model.kind == "gaussian-mean" && d > 1)
    refuse_unavailable(
        e, "model.dimension", "sgd-diffusion of gaussian-mean in several dimensions, as asked for here,",
        "one dimension; from a start as wide in all directions and with --method auto: given examples (data.values), "
        "or in two dimensions a target as wide in both (sampler equilibrium or ou)");
  if (l.kind == "sgd-diffusion" && bends && d > 1 && e.data.source == experiment::Data::Source::target &&
      model::make<double>(e.model)->outcomes() == 0)
    refuse_unavailable(e, "data.target",
                       "an ensemble of data sets whose noise depends on every example (\"" + e.model.kind +
                           "\" of two parameters with sgd-diffusion)",
                       "one data set by data.values; linear-regression of one weight");
  if (e.sampler.kind == "ou" && l.kind != "jump" && l.kind != "sgld" && !joint_grid)
    refuse_unavailable(e, "sampler.kind", "\"ou\" with this model and learner", "equilibrium, heat-bath");
  if ((e.sampler.kind == "heat-bath" || e.sampler.kind == "ou") && l.kind != "jump" && l.kind != "sgld" &&
      (e.model.kind == "gaussian-mean" || e.model.kind == "linear-regression"))
    require_narrow_start(e);
}

}  // namespace calor::run
