// sgld without noise from one point: theta' = theta - eta grad L^(theta), T = 0. Given B, Theta is discrete: one atom
// with full batches, one a sequence of minibatches else. M-info is an entropy of finitely many atoms and hangs on which
// of them coincide: equal sequences of batches give equal atoms to the last bit, and all others must be farther apart
// than the round-off of a hundred digits can account for, else the run is refused.
//
// X is redrawn after every step (equilibrium sampler). No two histories of one data set meet, so nothing that X knows
// of its history is forgotten while Theta moves: flow_theta = 0, ep_x = ep_x_path = work_x = sum D(p_theta ||
// p_theta'). The step cannot be undone: its entropy production is infinite.

#include <algorithm>

#include "info/information.hpp"
#include "learner/sgld.hpp"
#include "num/errors.hpp"
#include "run/no_noise.hpp"
#include "run/sgld_rows.hpp"
#include "thermo/thermo.hpp"

namespace calor::run {

namespace {

using R = num::Mp100;
using info::Raw;
using info::Row;
using num::Matrix;
using num::Vector;

constexpr std::size_t most_atoms = 100'000;
constexpr double most_entries = 4e6;

struct Atom {
  R theta, weight, moved;  // moved: sum of D(p_theta || p_theta') so far
};

/// The model at one theta.
struct Place {
  Vector<R> value, slope, probability;
};

class Atoms {
 public:
  explicit Atoms(const experiment::Experiment& e) : e_(e), model_(model::make<R>(e.model)) {
    for (int x = 0; x < model_->outcomes(); ++x) statistics_.push_back(model_->statistic(x));
    decay_ = num::from_rational<R>(e.learner.weight_decay);
    const R range = num::pi<R>() / model_->analytic_strip();
    stretch_ = range * range / 4 + decay_;  // bounds |L''|: variance of a statistic of this range
    ensemble_ = data::enumerate<R>(*model_, e, R(0), R(1));
    for (const auto& set : ensemble_.sets) {
      families_.push_back(e.learner.batch == "full" ? learner::full_batch(set) : learner::minibatches(*model_, e, set));
      atoms_.push_back({{num::from_rational<R>(e.learner.initial_mean.front()), R(1), R(0)}});
    }
  }

  void step(const learner::StepSize& size) {
    const R eta = num::from_rational<R>(size.rate);
    std::size_t total = 0;
    for (std::size_t b = 0; b < atoms_.size(); ++b) {
      std::vector<Atom> next;
      for (const Atom& at : atoms_[b]) {
        const Place here = place(at.theta);
        for (std::size_t c = 0; c < families_[b].weight.size(); ++c) {
          const R slope = here.slope.dot(families_[b].statistic.col(static_cast<Eigen::Index>(c)));
          const R theta = at.theta - eta * (slope + decay_ * at.theta);
          next.push_back({theta, at.weight * families_[b].weight[c], at.moved + divergence(here, place(theta))});
          reach_ = std::max(reach_, R(abs(theta)));
        }
        if (total + next.size() > most_atoms)
          throw InputError(e_.at("time.points") + "sgld without noise has more than " + std::to_string(most_atoms) +
                           " atoms; allowed: fewer steps, smaller batches or data sets");
      }
      total += next.size();
      atoms_[b] = std::move(next);
    }
    error_ = error_ * (1 + eta * stretch_) + 64 * num::epsilon<R>() * (1 + reach_) * (1 + eta * stretch_);
    moved_ = true;
  }

  Row<R> look() const {
    std::vector<R> nodes;
    for (const auto& set : atoms_)
      for (const Atom& a : set) nodes.push_back(a.theta);
    std::sort(nodes.begin(), nodes.end());
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    for (std::size_t i = 1; i < nodes.size(); ++i)
      if (!(nodes[i] - nodes[i - 1] > 4 * error_))
        throw AccuracyError(e_.at("time.points") + "two atoms of Theta near " + num::to_text(nodes[i], 6) +
                            " cannot be told apart with a hundred digits; allowed: fewer steps");
    const auto n = static_cast<Eigen::Index>(nodes.size()), sets = static_cast<Eigen::Index>(atoms_.size());
    if (static_cast<double>(n) * static_cast<double>(sets + model_->outcomes()) > most_entries)
      throw InputError(e_.at("time.points") + std::to_string(n) + " atoms for " + std::to_string(sets) +
                       " data sets do not fit into memory; allowed: fewer steps or examples");
    info::Spaces<R> spaces{Vector<R>::Ones(n), Vector<R>::Ones(model_->outcomes()), Matrix<R>(n, model_->outcomes()),
                           Vector<R>::Zero(n)};
    Matrix<R> values(n, model_->components());
    for (Eigen::Index i = 0; i < n; ++i) {
      const Place here = place(nodes[static_cast<std::size_t>(i)]);
      spaces.conditional.row(i) = here.probability.transpose();
      values.row(i) = here.value.transpose();
      for (const R& p : here.probability) spaces.x_entropy[i] -= p * log(p);
    }
    info::Snapshot<R> s{Vector<R>(sets), Matrix<R>::Zero(n, sets), Matrix<R>::Constant(n, sets, -num::infinity<R>()),
                        Matrix<R>::Zero(n, sets), Matrix<R>::Zero(n, sets)};
    Row<R> row;
    R loss = 0, fit = 0, moved = 0;
    bool everywhere = true;
    for (Eigen::Index b = 0; b < sets; ++b) {
      const auto k = static_cast<std::size_t>(b);
      const R& p = s.probability[b] = ensemble_.sets[k].weight;
      for (const Atom& a : atoms_[k]) {
        const auto i = static_cast<Eigen::Index>(std::lower_bound(nodes.begin(), nodes.end(), a.theta) - nodes.begin());
        s.density(i, b) += a.weight;
        moved += p * a.weight * a.moved;
      }
      const Vector<R> fits = values * Eigen::Map<const Vector<R>>(ensemble_.sets[k].statistic.data(), values.cols());
      for (Eigen::Index i = 0; i < n; ++i) {
        const R& rho = s.density(i, b);
        everywhere = everywhere && rho > 0;
        if (rho > 0) s.log_density(i, b) = log(rho);
        const R& theta = nodes[static_cast<std::size_t>(i)];
        fit += p * rho * fits[i];
        loss += p * rho * (fits[i] + decay_ / 2 * theta * theta);
      }
    }
    s.round_off = 64 * num::epsilon<R>() * s.density;
    info::parameter_information(spaces, s, row);
    info::equilibrium_information(spaces, s, row);
    const R noise = 1e6 * error_ + num::epsilon<R>() * 1000;
    row["lautum_info"] = everywhere ? row["lautum_info"] : Raw<R>{num::infinity<R>(), R(0)};
    row["_loss"] = {loss, noise};
    row["loss_train"] = {fit, noise};
    row["work_x"] = row["ep_x"] = row["ep_x_path"] = {moved, noise};
    row["flow_theta"] = {};
    if (!ensemble_.fixed) {
      const Vector<R> test = values * Eigen::Map<const Vector<R>>(ensemble_.target_statistic.data(), values.cols());
      row["loss_test"] = {test.dot(s.density * s.probability), noise};
      row["generalization_gap"] = row["loss_test"] - row["loss_train"];
      row["_type_entropy"] = {ensemble_.type_entropy, noise};
    }
    row["_log_outcomes"] = {log(R(model_->outcomes())), noise};
    for (const char* q : {"ep_theta", "ep_theta_naive", "ep_theta_medium"})
      row[q] = moved_ ? Raw<R>{num::infinity<R>(), R(0)} : Raw<R>{};
    if (moved_) row["efficiency"] = {};
    return row;
  }

  bool fixed() const { return ensemble_.fixed; }

 private:
  Place place(const R& theta) const {
    std::vector<model::Jet<R>> jets(static_cast<std::size_t>(model_->components()));
    model_->components_at(std::span<const R>(&theta, 1), jets);
    const auto terms = static_cast<Eigen::Index>(jets.size()), outcomes = static_cast<Eigen::Index>(statistics_.size());
    Place out{Vector<R>(terms), Vector<R>(terms), Vector<R>(outcomes)};
    for (Eigen::Index a = 0; a < terms; ++a) {
      out.value[a] = jets[static_cast<std::size_t>(a)].value;
      out.slope[a] = jets[static_cast<std::size_t>(a)].gradient[0];
    }
    for (Eigen::Index x = 0; x < outcomes; ++x) {
      R energy = 0;
      for (Eigen::Index a = 0; a < terms; ++a)
        energy += statistics_[static_cast<std::size_t>(x)][static_cast<std::size_t>(a)] * out.value[a];
      out.probability[x] = exp(-energy);
    }
    return out;
  }

  static R divergence(const Place& from, const Place& to) {
    R sum = 0;
    for (Eigen::Index x = 0; x < from.probability.size(); ++x)
      sum += from.probability[x] * log(R(from.probability[x] / to.probability[x]));
    return sum;
  }

  const experiment::Experiment& e_;
  std::unique_ptr<model::Model<R>> model_;
  std::vector<std::vector<int>> statistics_;
  data::Ensemble<R> ensemble_;
  std::vector<learner::Batches<R>> families_;
  std::vector<std::vector<Atom>> atoms_;  // [set]
  R decay_, stretch_, error_ = 0, reach_ = 0;
  bool moved_ = false;
};

std::vector<Row<R>> rows_of(const experiment::Experiment& e, const std::vector<R>& points) {
  Atoms atoms(e);
  std::vector<Row<R>> rows;
  const auto steps = learner::step_sizes(e.learner, std::lround(num::to_double(points.back())));
  std::size_t n = 0;
  for (const R& t : points) {
    for (; n < static_cast<std::size_t>(std::lround(num::to_double(t))); ++n) atoms.step(steps[n]);
    rows.push_back(atoms.look());
  }
  const Row<R> start = rows.front();
  for (auto& row : rows) {
    const auto change = [&](const char* q) { return row.at(q) - start.at(q); };
    row["heat_theta"] = change("_loss");
    row["work_theta"] = {};
    const Raw<R> heat = row["heat_x"] = change("entropy_x_given_theta") - row.at("work_x");
    row["flow_x"] = change("info_x_theta_given_b");
    row["ep_x_given_b"] = change("entropy_x_given_b") - heat;
    row["ep_x_naive"] = change("entropy_x") - heat;
    row["reservoir_gap"] = -heat - row.at("m_info");
  }
  thermo::exact_zeros<R>(rows, atoms.fixed());
  return rows;
}

}  // namespace

void atoms(Job& job) {
  if (job.digits > 60)
    throw AccuracyError(job.experiment.at("accuracy.digits") + std::to_string(job.digits) +
                        " digits are out of reach for sgld without noise; allowed: at most 60");
  const auto study = make_study<R>(job.experiment, job.options);
  const auto rows = rows_of(job.experiment, study.points);
  Book<R> book(rows.size());
  for (std::size_t j = 0; j < rows.size(); ++j)
    for (const auto& [name, raw] : rows[j]) book[j][name] = shortened(raw.value, raw.noise, job.digits);
  collect(job, book, study, "atoms", sgld_identities<R>(R(0)));
}

}  // namespace calor::run
