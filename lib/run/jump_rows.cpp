#include "run/jump_rows.hpp"

#include <atomic>

#include "info/information.hpp"
#include "num/parallel.hpp"
#include "run/jump_fluctuations.hpp"
#include "run/jump_history.hpp"
#include "thermo/fluctuations.hpp"
#include "thermo/thermo.hpp"

namespace calor::run {

namespace {

using info::Raw;
using info::Row;
using num::Matrix;
using num::Vector;

/// The problem and what became of it.
template <Real R>
struct JumpStudy {
  JumpProblem<R> problem;
  std::vector<LearnerHistory<R>> learners;
  std::vector<PairHistory<R>> pairs;  // empty with the equilibrium sampler in continuous time
};

/// All densities of Theta at point j; entries are known to `round_off` of themselves, above what the Poisson weights
/// leave out.
template <Real R>
info::Snapshot<R> snapshot(const JumpStudy<R>& study, std::size_t j) {
  using std::log;
  const auto sets = study.problem.probability.size(), n = study.problem.terms.rows();
  info::Snapshot<R> out{study.problem.probability, Matrix<R>(n, sets), Matrix<R>(n, sets), Matrix<R>(n, sets),
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
  const auto& weight = study.problem.setting.spaces.theta_weight;
  const R& temperature = study.problem.setting.learner.temperature;
  const Eigen::Index n = study.problem.terms.rows();
  Raw<R> loss, fit, relative;
  std::map<std::string, Raw<R>> totals;
  for (Eigen::Index b = 0; b < at.probability.size(); ++b) {
    const auto k = static_cast<std::size_t>(b);
    const R& p = at.probability[b];
    const Vector<R> rho = at.density.col(b), noise = at.round_off.col(b);
    add(loss, p, info::average<R>(weight, rho, noise, study.problem.losses[k]));
    add(fit, p, info::average<R>(weight, rho, noise, study.problem.fits[k]));
    Vector<R> exponent(n);  // of D(rho || exp(-L/T)), the stationary density left unnormalised (I5)
    for (Eigen::Index i = 0; i < n; ++i)
      exponent[i] = (rho[i] > 0 ? R(log(rho[i])) : R(0)) + study.problem.losses[k][i] / temperature;
    add(relative, p, info::average<R>(weight, rho, noise, exponent));
    for (const auto& [name, values] : study.learners[k].totals) add(totals[name], p, values[j]);
  }
  row["_loss"] = loss;
  row["_reduced_loss"] = loss / temperature;
  row["_relative_entropy"] = relative;
  row["loss_train"] = fit;
  for (const auto& [name, raw] : totals) row[name] = raw;
  if (!study.problem.ensemble.fixed) {
    const Vector<R> mean = at.density * at.probability, noise = at.round_off * at.probability;
    const Vector<R> test =
        study.problem.terms *
        Eigen::Map<const Vector<R>>(study.problem.ensemble.target_statistic.data(), study.problem.terms.cols());
    row["loss_test"] = info::average<R>(weight, mean, noise, test);
    row["generalization_gap"] = row["loss_test"] - fit;
    const auto loss_of = [&](Eigen::Index b) -> const Vector<R>& {
      return study.problem.losses[static_cast<std::size_t>(b)];
    };
    row["_unrelaxed"] = {temperature * info::unrelaxed<R>(study.problem.setting.spaces, at, loss_of, temperature),
                         R(0)};
    if (study.problem.ensemble.discrete)
      row["_type_entropy"] = {study.problem.ensemble.type_entropy,
                              8 * num::epsilon<R>() * study.problem.ensemble.type_entropy};
  }
  if (study.problem.outcomes) row["_log_outcomes"] = {log(R(study.problem.outcomes)), 4 * num::epsilon<R>()};
}

/// The X side of the ledger from the joint histories; the marginal entropies that they imply stay as checks.
template <Real R>
void pair_rows(JumpStudy<R>& study, std::span<Row<R>> rows) {
  std::vector<thermo::JointHistory<R>> histories;
  for (auto& pair : study.pairs) histories.push_back(std::move(pair.history));
  const auto& setting = study.problem.setting;
  thermo::joint_rows<R>(setting.spaces, setting.energy, study.problem.probability, histories, rows);
  for (std::size_t j = 0; j < rows.size(); ++j) {
    auto& row = rows[j];
    R round_off = 0;
    for (std::size_t b = 0; b < study.pairs.size(); ++b) {
      const R& p = study.problem.probability[static_cast<Eigen::Index>(b)];
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
  std::vector<Row<R>> rows(study.problem.setting.points.size());
  const bool paired = !study.pairs.empty();
  if (paired) pair_rows<R>(study, rows);
  for (std::size_t j = 0; j < rows.size(); ++j) {
    auto& row = rows[j];
    const auto at = snapshot(study, j);
    info::parameter_information(study.problem.setting.spaces, at, row);
    if (!paired) {
      info::equilibrium_information(study.problem.setting.spaces, at, row);
      row["_info_x_b_given_theta"] = {};
      row["_phi"] = row["entropy_x_given_theta"];
    }
    learner_averages(study, at, j, row);
  }
  thermo::parameter_thermodynamics<R>(rows);
  if (!paired) thermo::equilibrium_sampler<R>(rows);
  for (auto& row : rows) {
    if (paired) row["reservoir_gap"] = -row["heat_x"] - row["m_info"];
    thermo::finish_fluctuations(row);
    if (!(study.problem.setting.learner.initial.minCoeff() > 0)) row.erase("_ift_theta");  // I15 asks for rho_0 > 0
  }
  for (std::size_t j = rows.size(); j-- > 0;) {
    rows[j]["ep_theta_housekeeping"] = {};  // detailed balance (I9)
    rows[j]["ep_theta_excess"] = rows[j]["ep_theta"];
    if (rows[j].count("_medium")) continue;  // I5 is for a temperature that does not change
    rows[j]["ep_theta_excess"] = rows[j]["_ep_relative"] = rows[0]["_relative_entropy"] - rows[j]["_relative_entropy"];
  }
  return rows;
}

}  // namespace

template <Real R>
std::vector<Row<R>> jump_rows(const experiment::Experiment& e, const std::vector<R>& points,
                              const Resolution& resolution, int threads, const std::function<void(double)>& progress,
                              bool fluctuations) {
  JumpStudy<R> study{jump_problem<R>(e, points, resolution), {}, {}};
  study.problem.setting.fluctuations = fluctuations;
  const auto sets = study.problem.losses.size();
  const bool in_turn = e.time.step.has_value(), paired = in_turn || e.sampler.kind != "equilibrium",
             real = study.problem.outcomes == 0 && e.sampler.kind != "equilibrium";
  study.learners.resize(sets);
  if (paired) study.pairs.resize(sets);
  std::atomic<int> done{0};
  num::parallel_for(static_cast<int>(sets), threads, [&](int b) {
    const auto k = static_cast<std::size_t>(b);
    study.learners[k] = e.learner.temperature.constant()
                            ? follow_learner(study.problem.setting, study.problem.losses[k])
                            : follow_scheduled(study.problem.setting, study.problem.losses[k]);
    if (paired)
      study.pairs[k] = in_turn                  ? follow_turns(study.problem.setting, study.problem.losses[k])
                       : !real                  ? follow_lagging(study.problem.setting, study.problem.losses[k])
                       : e.sampler.kind == "ou" ? follow_ou(study.problem.setting, study.problem.losses[k])
                                                : follow_redraws(study.problem.setting, study.problem.losses[k]);
    if (fluctuations && !in_turn && !real) {
      if (paired)
        add_fluctuations(study.problem.setting, study.problem.losses[k], study.pairs[k]);
      else
        add_fluctuations(study.problem.setting, study.problem.losses[k], study.learners[k]);
    }
    if (progress) progress(static_cast<double>(++done) / static_cast<double>(sets));
  });
  return assemble(study);
}

#define CALOR_INSTANTIATE(R)                                                                                           \
  template std::vector<Row<R>> jump_rows(const experiment::Experiment&, const std::vector<R>&, const Resolution&, int, \
                                         const std::function<void(double)>&, bool);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
