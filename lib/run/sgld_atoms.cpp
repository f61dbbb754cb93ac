// sgld without noise from one point: theta' = theta - eta grad L^(theta), T = 0. Given B, Theta is discrete: one atom
// with full batches and for every stream, one a sequence of minibatches else. M-info is an entropy of finitely many
// atoms and hangs on which of them coincide: equal sequences of batches give one atom, and atoms of all others must be
// farther apart than the round-off of a hundred digits can account for, else the run is refused.
//
// X makes its turn after every step. No two histories meet, so that x given Theta is x given a history, whatever the
// data, and nothing that X knows of its history is forgotten while Theta moves: flow_theta = 0. Of the equilibrium
// sampler ep_x = ep_x_path = work_x = sum D(p_theta || p_theta'). A step that moves Theta cannot be undone: its entropy
// production is infinite.

#include <algorithm>
#include <map>
#include <utility>

#include "info/information.hpp"
#include "learner/sgld.hpp"
#include "num/errors.hpp"
#include "run/no_noise.hpp"
#include "run/sgld_rows.hpp"
#include "sampler/sampler.hpp"
#include "thermo/stream_heat.hpp"
#include "thermo/thermo.hpp"

namespace calor::run {

namespace {

using R = num::Mp100;
using info::Raw;
using info::Row;
using num::Matrix;
using num::Vector;

constexpr std::size_t most_atoms = 100'000, most_streams = 2000;
constexpr double most_entries = 4e6;

struct Atom {
  std::size_t path = 0;  // number of the sequence of batches that led here
  R theta, weight;
  Vector<R> x;  // probabilities of the outcomes
  R work = 0, heat = 0, ep = 0;
};

/// The model at one theta.
struct AtomPlace {
  Vector<R> value, slope, energy, probability;
};

R entropy_of(const Vector<R>& p) {
  R sum = 0;
  for (const R& q : p)
    if (q > 0) sum -= q * log(q);
  return sum;
}

/// One data set, or one stream so far.
struct AtomHistory {
  R weight;
  std::vector<R> statistic;  // <T_a>_B; empty before a stream has begun
  std::vector<Atom> atoms;
  thermo::StreamHeat<R> stream = {};
};

class Atoms {
 public:
  explicit Atoms(const experiment::Experiment& e)
      : e_(e), model_(model::make<R>(e.model)), stream_(e.data.source == experiment::Data::Source::stream) {
    for (int x = 0; x < model_->outcomes(); ++x) statistics_.push_back(model_->statistic(x));
    decay_ = num::from_rational<R>(e.learner.weight_decay);
    const R range = num::pi<R>() / model_->analytic_strip();
    stretch_ = range * range / 4 + decay_;  // bounds |L''|: variance of a statistic of this range
    const R from = num::from_rational<R>(e.learner.initial_mean.front());
    const Atom start{0, from, R(1), place(from).probability};
    neighbours_ = sampler::site_neighbours(e.model);
    if (stream_) {
      families_ = {learner::fresh_batches(*model_, e)};
      histories_ = {{R(1), {}, {start}}};
      target_ = Vector<R>::Zero(model_->components());
      for (std::size_t x = 0; x < statistics_.size(); ++x)
        for (std::size_t a = 0; a < statistics_[x].size(); ++a)
          target_[static_cast<Eigen::Index>(a)] += statistics_[x][a] * num::from_rational<R>(e.data.probabilities[x]);
      rests_ = rests(start.theta);
      return;
    }
    const auto ensemble = data::enumerate<R>(*model_, e, R(0), R(1));
    fixed_ = ensemble.fixed;
    type_entropy_ = ensemble.type_entropy;
    target_ = Eigen::Map<const Vector<R>>(ensemble.target_statistic.data(),
                                          static_cast<Eigen::Index>(ensemble.target_statistic.size()));
    for (const auto& set : ensemble.sets) {
      families_.push_back(e.learner.batch == "full" ? learner::full_batch(set) : learner::minibatches(*model_, e, set));
      histories_.push_back({set.weight, set.statistic, {start}});
    }
    rests_ = rests(start.theta);
  }

  void step(const learner::StepSize& size) {
    const R eta = num::from_rational<R>(size.rate);
    paths_.clear();
    stream_ ? grow(eta) : move(eta);
    error_ = error_ * (1 + eta * stretch_) + 64 * num::epsilon<R>() * (1 + reach_) * (1 + eta * stretch_);
    ++steps_;
    if (!(error_ < R(1e-6)))
      throw AccuracyError(e_.at("time.points") + "after " + std::to_string(steps_) +
                          " steps nothing is left of a hundred digits; allowed: fewer or smaller steps");
  }

  Row<R> look() const {
    std::map<std::size_t, const Atom*> places;
    for (const auto& h : histories_)
      for (const Atom& a : h.atoms) places.emplace(a.path, &a);
    std::vector<const Atom*> nodes;
    for (const auto& [path, atom] : places) nodes.push_back(atom);
    std::sort(nodes.begin(), nodes.end(), [](const Atom* a, const Atom* b) { return a->theta < b->theta; });
    std::map<std::size_t, Eigen::Index> index;  // of a path among the nodes
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (i > 0 && !(nodes[i]->theta - nodes[i - 1]->theta > 4 * error_))
        throw AccuracyError(e_.at("time.points") + "two atoms of Theta near " + num::to_text(nodes[i]->theta, 6) +
                            " cannot be told apart with a hundred digits; allowed: fewer or smaller steps, or a start "
                            "nearer to 0");
      index[nodes[i]->path] = static_cast<Eigen::Index>(i);
    }
    const auto n = static_cast<Eigen::Index>(nodes.size()), sets = static_cast<Eigen::Index>(histories_.size());
    if (static_cast<double>(n) * static_cast<double>(sets + model_->outcomes()) > most_entries)
      throw InputError(e_.at("time.points") + std::to_string(n) + " atoms for " + std::to_string(sets) +
                       " data sets do not fit into memory; allowed: fewer steps or examples");
    info::Spaces<R> spaces{Vector<R>::Ones(n), Vector<R>::Ones(model_->outcomes()), Matrix<R>(n, model_->outcomes()),
                           Vector<R>::Zero(n)};
    Matrix<R> values(n, model_->components());
    Vector<R> energy(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      const Atom& atom = *nodes[static_cast<std::size_t>(i)];
      const AtomPlace here = place(atom.theta);
      spaces.conditional.row(i) = atom.x.transpose();
      spaces.x_entropy[i] = entropy_of(atom.x);
      values.row(i) = here.value.transpose();
      energy[i] = atom.x.dot(here.energy);
    }
    info::Snapshot<R> s{Vector<R>(sets), Matrix<R>::Zero(n, sets), Matrix<R>::Constant(n, sets, -num::infinity<R>()),
                        Matrix<R>::Zero(n, sets), Matrix<R>::Zero(n, sets)};
    Row<R> row;
    R loss = 0, fit = 0, heat = 0, work = 0, change = 0, type_entropy = type_entropy_, phi = 0;
    R heat_x = 0, work_x = 0, ep_x = 0;
    bool everywhere = true;
    const bool begun = !stream_ || steps_ > 0;  // the losses of a stream's data are absent before
    for (Eigen::Index b = 0; b < sets; ++b) {
      const auto& h = histories_[static_cast<std::size_t>(b)];
      const R& p = s.probability[b] = h.weight;
      for (const Atom& a : h.atoms) {
        s.density(index.at(a.path), b) += a.weight;
        heat_x += p * a.weight * a.heat;
        work_x += p * a.weight * a.work;
        ep_x += p * a.weight * a.ep;
      }
      if (stream_) {
        heat += p * h.stream.heat, work += p * h.stream.work, change += p * h.stream.change();
        type_entropy -= p * log(p);
      }
      const Vector<R> fits = begun ? Vector<R>(values * Eigen::Map<const Vector<R>>(h.statistic.data(), values.cols()))
                                   : Vector<R>::Zero(n);
      for (Eigen::Index i = 0; i < n; ++i) {
        const R& rho = s.density(i, b);
        everywhere = everywhere && rho > 0;
        if (rho > 0) s.log_density(i, b) = log(rho);
        const R& theta = nodes[static_cast<std::size_t>(i)]->theta;
        phi += p * rho * energy[i];
        fit += p * rho * fits[i];
        loss += p * rho * (fits[i] + decay_ / 2 * theta * theta);
      }
    }
    s.round_off = 64 * num::epsilon<R>() * s.density;
    info::parameter_information(spaces, s, row);
    info::equilibrium_information(spaces, s, row);
    const R noise = 1e6 * error_ + num::epsilon<R>() * 1000;
    row["lautum_info"] = everywhere ? row["lautum_info"] : Raw<R>{num::infinity<R>(), R(0)};
    if (begun) row["_loss"] = {loss, noise}, row["loss_train"] = {fit, noise};
    if (stream_) {
      row["heat_theta"] = {heat, noise};
      row["work_theta"] = {work, noise};
      row["_stream_loss"] = {change, noise};
    }
    row["heat_x"] = {heat_x, noise};
    row["work_x"] = {work_x, noise};
    row["ep_x"] = {ep_x, noise};
    row["_phi"] = {phi, noise};
    if (e_.sampler.kind == "equilibrium") row["ep_x_path"] = row["work_x"];
    row["flow_theta"] = {};
    if (!fixed_) {
      row["loss_test"] = {(values * target_).dot(s.density * s.probability), noise};
      if (begun) row["generalization_gap"] = row["loss_test"] - row["loss_train"];
      row["_type_entropy"] = {type_entropy, noise};
    }
    row["_log_outcomes"] = {log(R(model_->outcomes())), noise};
    const bool moves = steps_ > 0 && !rests_;
    for (const char* q : {"ep_theta", "ep_theta_naive", "ep_theta_medium"})
      row[q] = moves ? Raw<R>{num::infinity<R>(), R(0)} : Raw<R>{};
    if (moves) row["efficiency"] = {};
    return row;
  }

  bool fixed() const { return fixed_; }
  bool stream() const { return stream_; }

 private:
  /// Whether no batch moves theta = 0: there gradients are rational numbers with small denominators, elsewhere they
  /// are transcendental and not 0.
  bool rests(const R& start) const {
    if (start != 0) return false;
    const AtomPlace here = place(start);
    return std::all_of(families_.begin(), families_.end(), [&](const auto& f) {
      return Vector<R>(f.statistic.transpose() * here.slope).cwiseAbs().maxCoeff() < R(1e-60);
    });
  }

  Atom moved(const Atom& at, const AtomPlace& here, const Vector<R>& statistic, const R& eta) {
    const R theta = at.theta - eta * (here.slope.dot(statistic) + decay_ * at.theta);
    reach_ = std::max(reach_, R(abs(theta)));
    const std::pair step(at.path, std::vector<R>(statistic.begin(), statistic.end()));
    const AtomPlace there = place(theta);
    Atom out{paths_.emplace(step, paths_.size()).first->second, theta, at.weight, turned(theta, there, at.x)};
    const R heat = (out.x - at.x).dot(there.energy);
    out.work = at.work + at.x.dot(there.energy - here.energy);
    out.heat = at.heat + heat;
    out.ep = at.ep + entropy_of(out.x) - entropy_of(at.x) - heat;
    return out;
  }

  /// x after its turn at theta.
  Vector<R> turned(const R& theta, const AtomPlace& there, const Vector<R>& x) const {
    if (e_.sampler.kind == "equilibrium") return there.probability;
    const auto alternation = sampler::alternations<R>(e_.sampler, *model_, Matrix<R>::Constant(1, 1, theta)).front();
    return sampler::discrete_kernel<R>(e_.sampler, there.probability, neighbours_, alternation) * x;
  }

  void move(const R& eta) {
    std::size_t total = 0;
    for (std::size_t b = 0; b < histories_.size(); ++b) {
      std::vector<Atom> next;
      for (const Atom& at : histories_[b].atoms) {
        const AtomPlace here = place(at.theta);
        for (std::size_t c = 0; c < families_[b].weight.size(); ++c) {
          next.push_back(moved(at, here, families_[b].statistic.col(static_cast<Eigen::Index>(c)), eta));
          next.back().weight *= families_[b].weight[c];
        }
        if (total + next.size() > most_atoms)
          throw InputError(e_.at("time.points") + "sgld without noise has more than " + std::to_string(most_atoms) +
                           " atoms; allowed: fewer steps, smaller batches or data sets");
      }
      total += next.size();
      histories_[b].atoms = std::move(next);
    }
  }

  /// Heat while theta moves, work while the batch changes (theory.md section 5).
  void grow(const R& eta) {
    const auto& f = families_.front();
    std::vector<AtomHistory> next;
    if (histories_.size() * f.weight.size() > most_streams)
      throw InputError(e_.at("time.points") + "sgld without noise has more than " + std::to_string(most_streams) +
                       " sequences of batches; allowed: fewer steps or smaller batches");
    for (const auto& h : histories_)
      for (std::size_t c = 0; c < f.weight.size(); ++c) {
        const Vector<R> batch = f.statistic.col(static_cast<Eigen::Index>(c));
        const Atom& at = h.atoms.front();
        const auto loss = [&](const AtomPlace& p, const R& theta) {
          return R(p.value.dot(batch) + decay_ / 2 * theta * theta);
        };
        const AtomPlace here = place(at.theta);
        AtomHistory own = h;
        own.weight *= f.weight[c];
        own.atoms = {moved(at, here, batch, eta)};
        const R& theta = own.atoms.front().theta;
        own.stream.step(loss(here, at.theta), loss(place(theta), theta));
        own.statistic.resize(static_cast<std::size_t>(batch.size()), R(0));
        for (std::size_t a = 0; a < own.statistic.size(); ++a)  // the mean over all batches so far
          own.statistic[a] += (batch[static_cast<Eigen::Index>(a)] - own.statistic[a]) / (steps_ + 1);
        next.push_back(std::move(own));
      }
    histories_ = std::move(next);
  }

  AtomPlace place(const R& theta) const {
    std::vector<model::Jet<R>> jets(static_cast<std::size_t>(model_->components()));
    model_->components_at(std::span<const R>(&theta, 1), jets);
    const auto terms = static_cast<Eigen::Index>(jets.size()), outcomes = static_cast<Eigen::Index>(statistics_.size());
    AtomPlace out{Vector<R>(terms), Vector<R>(terms), Vector<R>::Zero(outcomes), Vector<R>(outcomes)};
    for (Eigen::Index a = 0; a < terms; ++a) {
      out.value[a] = jets[static_cast<std::size_t>(a)].value;
      out.slope[a] = jets[static_cast<std::size_t>(a)].gradient[0];
    }
    for (Eigen::Index x = 0; x < outcomes; ++x) {
      for (Eigen::Index a = 0; a < terms; ++a)
        out.energy[x] += statistics_[static_cast<std::size_t>(x)][static_cast<std::size_t>(a)] * out.value[a];
      out.probability[x] = exp(-out.energy[x]);
    }
    return out;
  }

  const experiment::Experiment& e_;
  std::unique_ptr<model::Model<R>> model_;
  std::vector<std::vector<int>> statistics_, neighbours_;  // neighbours_: of the sampler's sites
  bool stream_, rests_ = false, fixed_ = false;
  Vector<R> target_;                                                     // E_p*[T_a]; empty for fixed data
  R type_entropy_ = 0;                                                   // of the data sets
  std::vector<learner::Batches<R>> families_;                            // one a data set, or the one of the stream
  std::vector<AtomHistory> histories_;                                   // one a data set or stream
  std::map<std::pair<std::size_t, std::vector<R>>, std::size_t> paths_;  // (path before, batch) -> path
  R decay_, stretch_, error_ = 0, reach_ = 0;
  int steps_ = 0;
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
    if (!atoms.stream()) {
      row["heat_theta"] = change("_loss");
      row["work_theta"] = {};
    }
    const Raw<R> heat = row.at("heat_x");
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
  collect(job, book, study, "atoms", sgld_identities<R>(R(0), lagging(job.experiment)));
}

}  // namespace calor::run
