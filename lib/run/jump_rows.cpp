#include "run/jump_rows.hpp"

#include <algorithm>
#include <atomic>

#include "info/information.hpp"
#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "run/jump_history.hpp"
#include "sampler/sampler.hpp"
#include "thermo/thermo.hpp"

namespace calor::run {

namespace {

using info::Raw;
using info::Row;
using num::Matrix;
using num::Vector;

constexpr int most_states_in_turn = 2000;
constexpr double most_cells = 5e7;

void refuse(const experiment::Experiment& e, const std::string& key, const std::string& what, const std::string& can) {
  throw InputError(e.at(key) + what + "; available: " + can);
}

void require_possible(const experiment::Experiment& e, bool real_x) {
  if (e.sampler.kind == "ou") refuse(e, "sampler.kind", "\"ou\" with a jump learner is not available", "equilibrium");
  if (e.model.kind == "linear-regression" || (e.model.kind == "gaussian-mean" && e.model.dimension > 1))
    refuse(e, "model.kind", "\"" + e.model.kind + "\" with a jump learner is not available for vectors and responses",
           "discrete models, gaussian-mean of one dimension");
  const bool moves = e.sampler.kind != "equilibrium" || e.time.step;
  if (real_x && moves)
    refuse(e, "sampler.kind", "a jump learner with real x and a sampler that lags is not available",
           "equilibrium, without time.step");
  if (e.time.step && static_cast<int>(e.learner.states.size()) > most_states_in_turn)
    refuse(e, "learner.states", std::to_string(e.learner.states.size()) + " states with time.step are too many",
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

template <Real R>
struct JumpStudy {
  JumpSetting<R> setting;
  data::Ensemble<R> ensemble;
  Matrix<R> terms;
  std::vector<Vector<R>> losses, fits;
  Vector<R> probability;
  std::vector<LearnerHistory<R>> learners;
  std::vector<PairHistory<R>> pairs;  // empty with the equilibrium sampler in continuous time
  int outcomes = 0;
};

template <Real R>
JumpStudy<R> prepare(const experiment::Experiment& e, const std::vector<R>& points, Resolution resolution) {
  using std::exp;
  // chains are cheap: real x and ensembles are followed further into the tails than the learners on grids do
  resolution.tail_decades *= 1.5;
  resolution.spacing_decades *= 1.5;
  const auto model = model::make<R>(e.model);
  require_possible(e, model->outcomes() == 0);
  JumpStudy<R> out;
  auto& setting = out.setting;
  setting.experiment = &e;
  setting.learner = learner::jump<R>(e.learner);
  setting.points = points;
  setting.neighbours = sampler::site_neighbours(e.model);
  out.outcomes = model->outcomes();
  out.terms = learner::terms_at(setting.learner, *model);
  out.ensemble = data::enumerate<R>(*model, e, exp(R(-resolution.tail_decades - 4)),
                                    R(ensemble_spacing(e, setting.learner, resolution)));
  set_spaces(setting, *model, out.terms, resolution);
  const double cells = static_cast<double>(points.size() * out.ensemble.sets.size()) *
                       static_cast<double>(out.terms.rows()) *
                       (e.sampler.kind == "equilibrium" && !e.time.step ? 1.0 : static_cast<double>(out.outcomes));
  if (cells > most_cells)
    refuse(e, "learner.states",
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
  const bool empty_states = setting.learner.initial.minCoeff() < R(0.01) * setting.learner.initial.maxCoeff();
  setting.quadrature = evolve::quadrature<R>(resolution.time_order, empty_states, exp(R(-resolution.tail_decades)),
                                             resolution.panel_scale / (2 * num::to_double(fastest)));
  return out;
}

/// All densities of Theta at point j; entries are known to `round_off` of themselves, above what the Poisson weights
/// leave out.
template <Real R>
info::Snapshot<R> snapshot(const JumpStudy<R>& study, std::size_t j) {
  using std::log;
  const auto sets = study.probability.size(), n = study.terms.rows();
  info::Snapshot<R> out{study.probability, Matrix<R>(n, sets), Matrix<R>(n, sets), Matrix<R>(n, sets),
                        Matrix<R>(n, sets)};
  for (Eigen::Index b = 0; b < sets; ++b) {
    const auto& h = study.learners[static_cast<std::size_t>(b)];
    for (Eigen::Index i = 0; i < n; ++i) {
      const R& rho = h.density(i, static_cast<Eigen::Index>(j));
      const R noise = h.round_off[j] * rho + h.left_out[j];
      out.density(i, b) = rho;
      out.round_off(i, b) = noise;
      out.log_density(i, b) = rho > 0 ? R(log(rho)) : R(-num::infinity<R>());
      out.log_round_off(i, b) = rho > noise ? R(2 * noise / rho) : num::infinity<R>();
    }
  }
  return out;
}

template <Real R>
void add(Raw<R>& sum, const R& p, const Raw<R>& term) {
  sum.value += p * term.value;
  sum.noise += p * term.noise;
}

/// Averages of the losses and of what the learners accumulated.
template <Real R>
void learner_averages(const JumpStudy<R>& study, const info::Snapshot<R>& at, std::size_t j, Row<R>& row) {
  using std::log;
  const auto& weight = study.setting.spaces.theta_weight;
  const Eigen::Index n = study.terms.rows();
  Raw<R> loss, fit, relative;
  std::map<std::string, Raw<R>> totals;
  for (Eigen::Index b = 0; b < at.probability.size(); ++b) {
    const auto k = static_cast<std::size_t>(b);
    const R& p = at.probability[b];
    const Vector<R> rho = at.density.col(b), noise = at.round_off.col(b);
    add(loss, p, info::average<R>(weight, rho, noise, study.losses[k]));
    add(fit, p, info::average<R>(weight, rho, noise, study.fits[k]));
    Vector<R> exponent(n);  // of D(rho || exp(-L/T)), the stationary density left unnormalised (I5)
    for (Eigen::Index i = 0; i < n; ++i)
      exponent[i] = (rho[i] > 0 ? R(log(rho[i])) : R(0)) + study.losses[k][i] / study.setting.learner.temperature;
    add(relative, p, info::average<R>(weight, rho, noise, exponent));
    for (const auto& [name, values] : study.learners[k].totals) add(totals[name], p, values[j]);
  }
  row["_loss"] = loss;
  row["_relative_entropy"] = relative;
  row["loss_train"] = fit;
  for (const auto& [name, raw] : totals) row[name] = raw;
  if (!study.ensemble.fixed) {
    const Vector<R> mean = at.density * at.probability, noise = at.round_off * at.probability;
    const Vector<R> test =
        study.terms * Eigen::Map<const Vector<R>>(study.ensemble.target_statistic.data(), study.terms.cols());
    row["loss_test"] = info::average<R>(weight, mean, noise, test);
    row["generalization_gap"] = row["loss_test"] - fit;
    if (study.ensemble.discrete)
      row["_type_entropy"] = {study.ensemble.type_entropy, 8 * num::epsilon<R>() * study.ensemble.type_entropy};
  }
  if (study.outcomes) row["_log_outcomes"] = {log(R(study.outcomes)), 4 * num::epsilon<R>()};
}

/// The X side of the ledger from the joint histories; the marginal entropies that they imply stay as checks.
template <Real R>
void pair_rows(JumpStudy<R>& study, std::span<Row<R>> rows) {
  std::vector<thermo::JointHistory<R>> histories;
  for (auto& pair : study.pairs) histories.push_back(std::move(pair.history));
  thermo::joint_rows<R>(study.setting.spaces, study.probability, histories, rows);
  for (std::size_t j = 0; j < rows.size(); ++j) {
    auto& row = rows[j];
    R round_off = 0;
    for (std::size_t b = 0; b < study.pairs.size(); ++b) {
      const R& p = study.probability[static_cast<Eigen::Index>(b)];
      round_off += p * study.pairs[b].round_off[j];
      for (const auto& [name, noise] : study.pairs[b].noise) {
        row[name].noise += p * noise[j];
        if (name == "heat_x")
          for (const char* follows : {"ep_x_given_b", "ep_x_naive", "reservoir_gap"})
            row[follows].noise += p * noise[j];
      }
    }
    // relative errors r of the entries change -sum P ln P by at most r (1 + S) each, all |ln P| being of one sign
    const R size =
        2 + row["info_x_theta"].value + row["entropy_theta"].value + row["entropy_x"].value + row["_phi"].value;
    for (auto& [name, raw] : row) raw.noise += 4 * round_off * size;
    row["_entropy_theta_given_b_joint"] = row["entropy_theta_given_b"];
  }
}

template <Real R>
std::vector<Row<R>> assemble(JumpStudy<R>& study) {
  std::vector<Row<R>> rows(study.setting.points.size());
  const bool paired = !study.pairs.empty();
  if (paired) pair_rows<R>(study, rows);
  for (std::size_t j = 0; j < rows.size(); ++j) {
    auto& row = rows[j];
    const auto at = snapshot(study, j);
    info::parameter_information(study.setting.spaces, at, row);
    if (!paired) {
      info::equilibrium_information(study.setting.spaces, at, row);
      row["_info_x_b_given_theta"] = {};
      row["_phi"] = row["entropy_x_given_theta"];
    }
    learner_averages(study, at, j, row);
  }
  thermo::parameter_thermodynamics<R>(rows, study.setting.learner.temperature);
  if (!paired) thermo::equilibrium_sampler<R>(rows);
  for (auto& row : rows) {
    if (paired) row["reservoir_gap"] = -row["heat_x"] - row["m_info"];
    row["ep_theta_medium"] = -row["heat_theta"] / study.setting.learner.temperature;
    row["ep_theta_housekeeping"] = {};  // detailed balance (I9)
    row["ep_theta_excess"] = row["ep_theta"];
  }
  for (std::size_t j = rows.size(); j-- > 0;)
    rows[j]["_ep_relative"] = rows[0]["_relative_entropy"] - rows[j]["_relative_entropy"];
  return rows;
}

}  // namespace

template <Real R>
std::vector<Row<R>> jump_rows(const experiment::Experiment& e, const std::vector<R>& points,
                              const Resolution& resolution, int threads, const std::function<void(double)>& progress) {
  auto study = prepare<R>(e, points, resolution);
  const auto sets = study.losses.size();
  const bool in_turn = e.time.step.has_value(), paired = in_turn || e.sampler.kind != "equilibrium";
  study.learners.resize(sets);
  if (paired) study.pairs.resize(sets);
  std::atomic<int> done{0};
  num::parallel_for(static_cast<int>(sets), threads, [&](int b) {
    const auto k = static_cast<std::size_t>(b);
    study.learners[k] = follow_learner(study.setting, study.losses[k]);
    if (paired)
      study.pairs[k] =
          in_turn ? follow_turns(study.setting, study.losses[k]) : follow_lagging(study.setting, study.losses[k]);
    if (progress) progress(static_cast<double>(++done) / static_cast<double>(sets));
  });
  return assemble(study);
}

template <Real R>
std::vector<ledger::Identity<R>> jump_identities(const R& temperature) {
  const R beta = 1 / temperature;
  return {
      {"I1",
       "I(Theta;B) + I(X;B|Theta) = I(X;B) + I(Theta;B|X)",
       {{1, "_m_info_relative"}, {1, "_info_x_b_given_theta"}, {-1, "l_info"}, {-1, "r_info"}}},
      {"I1", "m_info as entropy difference and as mean relative entropy", {{1, "m_info"}, {-1, "_m_info_relative"}}},
      {"I1", "r_info as mean relative entropy", {{1, "r_info"}, {-1, "_r_info_relative"}}},
      {"I2",
       "info_x_theta = l_info + info_x_theta_given_b - I(X;B|Theta)",
       {{1, "info_x_theta"}, {-1, "l_info"}, {-1, "info_x_theta_given_b"}, {1, "_info_x_b_given_theta"}}},
      {"I2",
       "info_x_theta (joint density) = l_info + info_x_theta_given_b",
       {{1, "_info_x_theta_relative"}, {-1, "l_info"}, {-1, "info_x_theta_given_b"}}},
      {"I2", "r_info >= 0", {{-1, "r_info"}}, true},
      {"I2", "I(X;B|Theta) >= 0", {{-1, "_info_x_b_given_theta"}}, true},
      {"I3", "m_info <= H(type of B)", {{1, "m_info"}, {-1, "_type_entropy"}}, true},
      {"I3", "l_info <= H(type of B)", {{1, "l_info"}, {-1, "_type_entropy"}}, true},
      {"I3", "l_info <= ln K", {{1, "l_info"}, {-1, "_log_outcomes"}}, true},
      {"I4", "heat_theta = integral of the heat current", {{1, "heat_theta"}, {-1, "_heat_theta"}}},
      {"I5", "ep_theta by entropy balance (I4) = by relative entropies", {{1, "ep_theta"}, {-1, "_ep_relative"}}},
      {"I6",
       "ep_theta_naive = change of S(Theta) - heat_theta/T",
       {{1, "ep_theta_naive"}, {-1, "entropy_theta"}, {1, "entropy_theta", true}, {beta, "heat_theta"}}},
      {"I6", "m_info <= ep_theta_naive", {{1, "m_info"}, {-1, "ep_theta_naive"}}, true},
      {"I7", "ep_theta by entropy balance = by currents", {{1, "ep_theta"}, {-1, "_ep_currents"}}},
      {"I10",
       "flow_x + flow_theta = change of info_x_theta_given_b",
       {{1, "flow_x"}, {1, "flow_theta"}, {-1, "info_x_theta_given_b"}, {1, "info_x_theta_given_b", true}}},
      {"I10", "work_x + heat_x = change of <phi>", {{1, "work_x"}, {1, "heat_x"}, {-1, "_phi"}, {1, "_phi", true}}},
      {"I10",
       "marginal of the joint density = the learner alone",
       {{1, "entropy_theta_given_b"}, {-1, "_entropy_theta_given_b_joint"}}},
      {"I11", "ep_x >= 0", {{-1, "ep_x"}}, true},
      {"I11", "ep_x = fall of the relative entropy to p(x|theta) while X moves", {{1, "ep_x"}, {-1, "_ep_x_relative"}}},
      {"I11", "ep_x = entropy production of X by currents", {{1, "ep_x"}, {-1, "_ep_x_currents"}}},
      {"I12",
       "ep_x_given_b = change of S(X|B) - heat_x",
       {{1, "ep_x_given_b"}, {-1, "entropy_x_given_b"}, {1, "entropy_x_given_b", true}, {1, "heat_x"}}},
      {"I12", "ep_x_given_b = ep_x + flow_x", {{1, "ep_x_given_b"}, {-1, "ep_x"}, {-1, "flow_x"}}},
      {"I12", "ep_x_naive = ep_x_given_b + l_info", {{1, "ep_x_naive"}, {-1, "ep_x_given_b"}, {-1, "l_info"}}},
      {"I13",
       "fisher_dissipation by exact integration = by panels",
       {{1, "fisher_dissipation"}, {-1, "_fisher_panels"}}},
      {"I13", "equilibrium sampler: ep_x_path = work_x", {{1, "ep_x_path"}, {-1, "work_x"}}},
      {"I13", "ep_x <= ep_x_path", {{1, "ep_x"}, {-1, "ep_x_path"}}, true},
      {"I16",
       "stationary: generalization_gap = T (m_info + lautum_info)",
       {{1, "generalization_gap"}, {-temperature, "m_info"}, {-temperature, "lautum_info"}},
       false,
       true},
  };
}

#define CALOR_INSTANTIATE(R)                                                                                           \
  template std::vector<Row<R>> jump_rows(const experiment::Experiment&, const std::vector<R>&, const Resolution&, int, \
                                         const std::function<void(double)>&);                                          \
  template std::vector<ledger::Identity<R>> jump_identities(const R&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)

}  // namespace calor::run
