#include "proven/atoms.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "proven/finite_model.hpp"
#include "proven/information.hpp"
#include "thermo/stream_heat.hpp"

namespace calor::proven {

namespace {

using num::Rational;

constexpr double most_atoms = 4000, most_atom_entries = 4e5;

/// Sums of the statistic over a batch, with their probabilities.
using BatchSums = std::map<long, Rational>;

/// Of `count` draws from outcomes of these probabilities.
BatchSums batch_sums(const experiment::Model& model, const std::vector<Rational>& probability, int count) {
  BatchSums one, out{{0, Rational(1)}};
  for (std::size_t x = 0; x < probability.size(); ++x)
    if (probability[x] != 0) one[statistic_of(model, static_cast<int>(x))] += probability[x];
  for (int k = 0; k < count; ++k) {
    BatchSums next;
    for (const auto& [sum, p] : out)
      for (const auto& [s, q] : one) next[sum + s] += p * q;
    out = std::move(next);
  }
  return out;
}

/// The batches of a data set, or of a stream.
struct BatchLaw {
  BatchSums sums;
  int size = 1;  // examples in a batch
};

BatchLaw batches_of(const experiment::Experiment& e, const DataSet& set) {
  const long n = std::accumulate(set.counts.begin(), set.counts.end(), 0L);
  if (e.learner.batch == "full") {
    long sum = 0;
    for (std::size_t x = 0; x < set.counts.size(); ++x)
      sum += set.counts[x] * statistic_of(e.model, static_cast<int>(x));
    return {{{sum, Rational(1)}}, static_cast<int>(n)};
  }
  std::vector<Rational> share;
  for (const long c : set.counts) share.push_back(Rational(c) / n);
  return {batch_sums(e.model, share, e.learner.batch_size), e.learner.batch_size};
}

struct Atom {
  std::vector<long> batches;  // the sums that led here
  Ball theta, weight, moved;  // moved: sum of D(p_theta || p_theta') so far
  Ball free, mean;            // ln Z, <s>
  Balls probability;
};

/// <s> of what the batches are drawn from.
Rational mean_of(const BatchLaw& law) {
  Rational out = 0;
  for (const auto& [sum, p] : law.sums) out += sum * p;
  return out / law.size;
}

/// One data set, or one stream so far.
struct AtomHistory {
  Ball weight;
  Rational statistic;  // <s>_B
  std::vector<Atom> atoms;
  thermo::StreamHeat<Ball> stream;
};

class Atoms {
 public:
  explicit Atoms(const experiment::Experiment& e)
      : stream_(e.data.source == experiment::Data::Source::stream), decay_(e.learner.weight_decay) {
    for (int x = 0; x < outcomes_of(e.model); ++x) statistic_.push_back(statistic_of(e.model, x));
    const Atom start = placed({{}, Ball(e.learner.initial_mean.front()), Ball(1), {}, {}, {}, {}});
    for (std::size_t x = 0; x < e.data.probabilities.size(); ++x) target_ += statistic_[x] * e.data.probabilities[x];
    if (stream_) {
      laws_ = {{batch_sums(e.model, e.data.probabilities, e.learner.batch_size), e.learner.batch_size}};
      histories_.push_back({Ball(1), 0, {start}, {}});
      return;
    }
    const auto ensemble = enumerate(e);
    fixed_ = ensemble.fixed;
    for (const auto& set : ensemble.sets) {
      laws_.push_back(batches_of(e, set));
      histories_.push_back({set.weight, mean_of(laws_.back()), {start}, {}});
    }
  }

  bool fixed() const { return fixed_; }
  bool stream() const { return stream_; }

  void step(const Ball& eta) {
    std::vector<AtomHistory> next;
    for (std::size_t b = 0; b < histories_.size(); ++b) {
      const auto& law = laws_[stream_ ? 0 : b];
      stream_ ? grow(histories_[b], law, eta, next) : move(histories_[b], law, eta);
    }
    if (stream_) histories_ = std::move(next);
    ++steps_;
  }

  /// Empty if atoms cannot be told apart.
  BallRow look() const {
    std::map<std::vector<long>, std::size_t> index;
    std::vector<Atom> nodes;
    for (const auto& h : histories_)
      for (const Atom& a : h.atoms)
        if (index.emplace(a.batches, nodes.size()).second) nodes.push_back(a);
    if (!apart(nodes)) return {};
    Balls weight, x_entropy;
    std::vector<Balls> density, x, conditional;
    BallRow row;
    for (const Atom& a : nodes) {
      conditional.push_back(a.probability);
      x_entropy.push_back(entropy(a.probability));
    }
    bool everywhere = true;
    for (const auto& h : histories_) {
      weight.push_back(h.weight);
      Balls rho(nodes.size());
      for (const Atom& a : h.atoms) {
        rho[index.at(a.batches)] = a.weight;
        row["work_x"] += h.weight * a.weight * a.moved;
      }
      everywhere = everywhere && h.atoms.size() == nodes.size();
      x.push_back(mixture(rho, conditional));
      density.push_back(std::move(rho));
    }
    row["ep_x"] = row["ep_x_path"] = row["work_x"];
    row["flow_theta"] = Ball(0);
    const Balls mean = mixture(weight, density);
    row["entropy_theta"] = entropy(mean);
    row["entropy_x"] = entropy(mixture(weight, x));
    for (std::size_t b = 0; b < weight.size(); ++b) {
      row["entropy_theta_given_b"] += weight[b] * entropy(density[b]);
      row["entropy_x_given_b"] += weight[b] * entropy(x[b]);
      row["_m_info_relative"] += weight[b] * relative_entropy(density[b], mean);
      if (everywhere) row["lautum_info"] += weight[b] * relative_entropy(mean, density[b]);
    }
    if (!everywhere) row["lautum_info"] = num::infinity<Ball>();
    row["entropy_x_given_theta"] = row["_phi"] = dot(mean, x_entropy);
    row["m_info"] = row["entropy_theta"] - row["entropy_theta_given_b"];
    row["l_info"] = row["entropy_x"] - row["entropy_x_given_b"];
    row["r_info"] = row["m_info"] - row["l_info"];
    row["info_x_theta"] = row["entropy_x"] - row["entropy_x_given_theta"];
    row["info_x_theta_given_b"] = row["entropy_x_given_b"] - row["entropy_x_given_theta"];
    row["_info_x_b_given_theta"] = Ball(0);
    row["_log_outcomes"] = log(Ball(static_cast<long>(statistic_.size())));
    losses(nodes, weight, density, row);
    for (const char* q : {"ep_theta", "ep_theta_naive", "ep_theta_medium"})
      row[q] = steps_ ? num::infinity<Ball>() : Ball(0);
    if (steps_) row["efficiency"] = Ball(0);
    return row;
  }

 private:
  static bool apart(std::vector<Atom> nodes) {
    std::sort(nodes.begin(), nodes.end(),
              [](const Atom& a, const Atom& b) { return a.theta.middle() < b.theta.middle(); });
    return std::adjacent_find(nodes.begin(), nodes.end(),
                              [](const Atom& a, const Atom& b) { return !(a.theta < b.theta); }) == nodes.end();
  }

  /// The model at theta: phi_theta(x) = ln Z - s_x theta.
  Atom placed(Atom a) const {
    Balls weight;
    Ball sum(0);
    for (const long s : statistic_) sum += weight.emplace_back(exp(Ball(s) * a.theta));
    a.free = log(sum);
    a.mean = Ball(0);
    a.probability.clear();
    for (std::size_t k = 0; k < statistic_.size(); ++k) {
      a.probability.push_back(weight[k] / sum);
      a.mean += Ball(statistic_[k]) * a.probability.back();
    }
    return a;
  }

  /// <phi> of data whose statistic has this mean.
  static Ball fit(const Atom& a, const Rational& mean) { return a.free - Ball(mean) * a.theta; }
  Ball loss(const Atom& a, const Rational& mean) const { return fit(a, mean) + decay_ / Ball(2) * a.theta * a.theta; }

  Atom moved(const Atom& from, long sum, int size, const Ball& eta) const {
    Atom out = from;
    out.batches.push_back(sum);
    out.theta = from.theta - eta * (from.mean - Ball(Rational(sum) / size) + decay_ * from.theta);
    out = placed(std::move(out));
    out.moved += relative_entropy(from.probability, out.probability);
    return out;
  }

  void move(AtomHistory& h, const BatchLaw& law, const Ball& eta) const {
    std::vector<Atom> next;
    for (const Atom& a : h.atoms)
      for (const auto& [sum, p] : law.sums) {
        next.push_back(moved(a, sum, law.size, eta));
        next.back().weight *= Ball(p);
      }
    h.atoms = std::move(next);
  }

  void grow(const AtomHistory& h, const BatchLaw& law, const Ball& eta, std::vector<AtomHistory>& next) const {
    const Atom& a = h.atoms.front();
    for (const auto& [sum, p] : law.sums) {
      const Rational batch = Rational(sum) / law.size;
      AtomHistory own = h;
      own.weight *= Ball(p);
      own.atoms = {moved(a, sum, law.size, eta)};
      own.stream.step(loss(a, batch), loss(own.atoms.front(), batch));
      own.statistic = (h.statistic * steps_ + batch) / (steps_ + 1);
      next.push_back(std::move(own));
    }
  }

  void losses(const std::vector<Atom>& nodes, const Balls& weight, const std::vector<Balls>& density,
              BallRow& row) const {
    const bool begun = !stream_ || steps_ > 0;  // a stream's data are absent before
    Balls test;
    for (const Atom& a : nodes) test.push_back(fit(a, target_));
    Ball whole, train, tested, heat, work, change;
    for (std::size_t b = 0; b < histories_.size(); ++b) {
      const auto& h = histories_[b];
      for (const Atom& a : h.atoms) {
        const Ball share = h.weight * a.weight;
        whole += share * loss(a, h.statistic);
        train += share * fit(a, h.statistic);
      }
      tested += h.weight * dot(density[b], test);
      heat += h.weight * h.stream.heat;
      work += h.weight * h.stream.work;
      change += h.weight * h.stream.change();
    }
    if (begun) row["_loss"] = whole, row["loss_train"] = train;
    if (stream_) row["heat_theta"] = heat, row["work_theta"] = work, row["_stream_loss"] = change;
    if (fixed_) return;
    row["loss_test"] = tested;
    if (begun) row["generalization_gap"] = tested - train;
    row["_type_entropy"] = entropy(weight);
  }

  bool stream_, fixed_ = false;
  Ball decay_;
  std::vector<long> statistic_;  // [outcome]: s_x
  Rational target_ = 0;          // E_p*[s]
  std::vector<BatchLaw> laws_;   // one a data set, or the one of the stream
  std::vector<AtomHistory> histories_;
  long steps_ = 0;
};

}  // namespace

std::string why_no_atoms(const experiment::Experiment& e) {
  if (!is_finite_model(e.model) || e.model.kind == "rbm" || e.learner.initial_mean.size() != 1)
    return "the loss is not linear in one statistic";
  const auto& t = e.learner.temperature;
  if (e.learner.kind != "sgld" || !t.constant() || t.values.front() != 0 || e.learner.initial_stddev.front() != 0)
    return "the parameter has no atoms";
  if (e.sampler.kind != "equilibrium") return "the sampler lags";
  const bool stream = e.data.source == experiment::Data::Source::stream;
  if (count_types(e) > most_atoms) return "too many data sets";
  double sets = 1, branches = 1;
  if (stream) {
    branches = static_cast<double>(batch_sums(e.model, e.data.probabilities, e.learner.batch_size).size());
  } else {
    const auto ensemble = enumerate(e);
    sets = static_cast<double>(ensemble.sets.size());
    for (const auto& set : ensemble.sets)
      branches = std::max(branches, static_cast<double>(batches_of(e, set).sums.size()));
  }
  const double atoms = sets * std::pow(branches, num::to_double(num::from_rational<double>(e.time.points.back())));
  return atoms <= most_atoms && atoms * (stream ? atoms : sets) <= most_atom_entries ? "" : "too many atoms";
}

std::vector<BallRow> atoms_book(const experiment::Experiment& e, const std::vector<Rational>& points) {
  Atoms atoms(e);
  std::vector<BallRow> rows;
  long done = 0;
  for (const auto& t : points) {
    for (; Rational(done) < t; ++done) atoms.step(Ball(e.learner.learning_rate.at(done)));
    rows.push_back(atoms.look());
    if (rows.back().empty()) return {};
  }
  const BallRow start = rows.front();
  for (std::size_t j = 0; j < rows.size(); ++j) {
    auto& row = rows[j];
    if (!atoms.stream()) {
      row["heat_theta"] = row["_loss"] - start.at("_loss");
      row["work_theta"] = Ball(0);
    }
    row["heat_x"] = row["entropy_x_given_theta"] - start.at("entropy_x_given_theta") - row["work_x"];
    row["flow_x"] = row["info_x_theta_given_b"] - start.at("info_x_theta_given_b");
    observers(start, row);
    exact_zeros(j == 0, atoms.fixed(), row);
  }
  return rows;
}

}  // namespace calor::proven
