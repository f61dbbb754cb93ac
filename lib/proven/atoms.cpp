#include "proven/atoms.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "proven/finite_model.hpp"
#include "proven/information.hpp"
#include "thermo/stream_heat.hpp"

namespace calor::proven {

namespace {

using num::Rational;

constexpr double most_atoms = 4000, most_atom_entries = 4e5;
constexpr double most_atom_seconds = 5;

/// Sums of the statistic over a batch, with their probabilities.
using BatchSums = std::map<long, Rational>;

/// Of one draw.
BatchSums draw(const experiment::Model& model, const std::vector<Rational>& probability) {
  BatchSums one;
  for (std::size_t x = 0; x < probability.size(); ++x)
    if (probability[x] != 0) one[statistic_of(model, static_cast<int>(x))] += probability[x];
  return one;
}

/// Of `count` draws, in integers over a common denominator.
BatchSums batch_sums(const BatchSums& one, int count) {
  using Integer = boost::multiprecision::mpz_int;
  Integer whole = 1;
  for (const auto& [s, q] : one) whole = lcm(whole, denominator(q));
  std::map<long, Integer> out{{0, 1}};
  Integer all = 1;
  for (int k = 0; k < count; ++k) {
    std::map<long, Integer> next;
    for (const auto& [sum, ways] : out)
      for (const auto& [s, q] : one) next[sum + s] += ways * (numerator(q) * (whole / denominator(q)));
    out = std::move(next);
    all *= whole;
  }
  BatchSums shares;
  for (const auto& [sum, ways] : out) shares[sum] = Rational(ways, all);
  return shares;
}

/// How many sums `count` draws have; at least `most` if more than that.
double count_sums(const BatchSums& one, int count, double most) {
  const double least = count * (static_cast<double>(one.size()) - 1) + 1;  // of integers: |kA| >= k |A| - k + 1
  if (least > most) return least;
  std::set<long> out{0};
  for (int k = 0; k < count; ++k) {
    std::set<long> next;
    for (const long sum : out)
      for (const auto& [s, q] : one) next.insert(sum + s);
    out = std::move(next);
    if (static_cast<double>(out.size()) > most) break;
  }
  return static_cast<double>(out.size());
}

/// The batches of a data set, or of a stream.
struct BatchLaw {
  BatchSums sums;
  int size = 1;  // examples in a batch
};

std::vector<Rational> shares(const DataSet& set) {
  const long n = std::accumulate(set.counts.begin(), set.counts.end(), 0L);
  std::vector<Rational> out;
  for (const long c : set.counts) out.push_back(Rational(c) / n);
  return out;
}

BatchLaw batches_of(const experiment::Experiment& e, const DataSet& set) {
  const long n = std::accumulate(set.counts.begin(), set.counts.end(), 0L);
  if (e.learner.batch == "full") {
    long sum = 0;
    for (std::size_t x = 0; x < set.counts.size(); ++x)
      sum += set.counts[x] * statistic_of(e.model, static_cast<int>(x));
    return {{{sum, Rational(1)}}, static_cast<int>(n)};
  }
  return {batch_sums(draw(e.model, shares(set)), e.learner.batch_size), e.learner.batch_size};
}

struct Atom {
  std::size_t path = 0;       // number of the sequence of batches that led here
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
    const Atom start = placed({0, Ball(e.learner.initial_mean.front()), Ball(1), {}, {}, {}, {}});
    for (std::size_t x = 0; x < e.data.probabilities.size(); ++x) target_ += statistic_[x] * e.data.probabilities[x];
    if (stream_) {
      laws_ = {{batch_sums(draw(e.model, e.data.probabilities), e.learner.batch_size), e.learner.batch_size}};
      histories_.push_back({Ball(1), 0, {start}, {}});
    } else {
      const auto ensemble = enumerate(e);
      fixed_ = ensemble.fixed;
      for (const auto& set : ensemble.sets) {
        laws_.push_back(batches_of(e, set));
        histories_.push_back({set.weight, mean_of(laws_.back()), {start}, {}});
      }
    }
    rests_ = e.learner.initial_mean.front() == 0 && batches_leave_zero();
  }

  bool fixed() const { return fixed_; }
  bool stream() const { return stream_; }

  void step(const Ball& eta) {
    paths_.clear();
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
    std::map<std::size_t, std::size_t> index;  // of a path among the nodes
    std::vector<Atom> nodes;
    for (const auto& h : histories_)
      for (const Atom& a : h.atoms)
        if (index.emplace(a.path, nodes.size()).second) nodes.push_back(a);
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
        rho[index.at(a.path)] = a.weight;
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
    const bool moved = steps_ > 0 && !rests_;  // a step that moves Theta cannot be undone
    for (const char* q : {"ep_theta", "ep_theta_naive", "ep_theta_medium"})
      row[q] = moved ? num::infinity<Ball>() : Ball(0);
    if (moved) row["efficiency"] = Ball(0);
    return row;
  }

 private:
  static bool apart(const std::vector<Atom>& nodes) {
    Balls theta;
    for (const Atom& a : nodes) theta.push_back(a.theta);
    if (!std::all_of(theta.begin(), theta.end(), [](const Ball& b) { return b.finite(); })) return false;
    std::sort(theta.begin(), theta.end(), [](const Ball& a, const Ball& b) { return a.middle() < b.middle(); });
    return std::adjacent_find(theta.begin(), theta.end(), [](const Ball& a, const Ball& b) { return !(a < b); }) ==
           theta.end();
  }

  /// Whether every batch leaves theta = 0 where it is. theta is algebraic, p(x|theta) transcendental unless theta = 0
  /// (Lindemann), so that nothing else rests exactly.
  bool batches_leave_zero() const {
    const auto outcomes = static_cast<long>(statistic_.size());
    const Rational there = Rational(std::accumulate(statistic_.begin(), statistic_.end(), 0L)) / outcomes;
    return std::all_of(laws_.begin(), laws_.end(), [&](const BatchLaw& law) {
      return std::all_of(law.sums.begin(), law.sums.end(),
                         [&](const auto& sum) { return sum.first == there * law.size; });
    });
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

  Atom moved(const Atom& from, long sum, int size, const Ball& eta) {
    Atom out = from;
    out.path = paths_.emplace(std::pair(from.path, sum), paths_.size()).first->second;
    out.theta = from.theta - eta * (from.mean - Ball(Rational(sum) / size) + decay_ * from.theta);
    out = placed(std::move(out));
    out.moved += relative_entropy(from.probability, out.probability);
    return out;
  }

  void move(AtomHistory& h, const BatchLaw& law, const Ball& eta) {
    std::vector<Atom> next;
    for (const Atom& a : h.atoms)
      for (const auto& [sum, p] : law.sums) {
        next.push_back(moved(a, sum, law.size, eta));
        next.back().weight *= Ball(p);
      }
    h.atoms = std::move(next);
  }

  void grow(const AtomHistory& h, const BatchLaw& law, const Ball& eta, std::vector<AtomHistory>& next) {
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

  bool stream_, rests_ = false, fixed_ = false;
  Ball decay_;
  std::vector<long> statistic_;  // [outcome]: s_x
  Rational target_ = 0;          // E_p*[s]
  std::vector<BatchLaw> laws_;   // one a data set, or the one of the stream
  std::vector<AtomHistory> histories_;
  std::map<std::pair<std::size_t, long>, std::size_t> paths_;  // (path before, sum) -> path
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
  const auto count = [&](const std::vector<Rational>& probability) {
    branches = std::max(branches, count_sums(draw(e.model, probability), e.learner.batch_size, most_atoms));
  };
  if (stream) {
    count(e.data.probabilities);
  } else {
    const auto ensemble = enumerate(e);
    sets = static_cast<double>(ensemble.sets.size());
    if (e.learner.batch != "full")
      for (const auto& set : ensemble.sets) count(shares(set));
  }
  const double steps = num::from_rational<double>(e.time.points.back()), atoms = sets * std::pow(branches, steps);
  if (!(atoms <= most_atoms && atoms * (stream ? atoms : sets) <= most_atom_entries)) return "too many atoms";
  const double moves = branches > 1 ? 2 * atoms : sets * steps;
  const double bits = 64 + static_cast<double>(atom_bits(e));  // of the order of
  const double each = 2e-6 * outcomes_of(e.model) * std::pow(bits / 64, 1.3);
  return moves * each <= most_atom_seconds ? "" : "too many steps";
}

/// In a step balls lose 1 + eta (largest variance of s + lambda), however much the step contracts.
long atom_bits(const experiment::Experiment& e) {
  long least = 0, most = 0;
  for (int x = 0; x < outcomes_of(e.model); ++x) {
    least = std::min(least, statistic_of(e.model, x));
    most = std::max(most, statistic_of(e.model, x));
  }
  const double range = static_cast<double>(most - least);
  const double curvature = range * range / 4 + num::from_rational<double>(e.learner.weight_decay);
  double bits = 0;
  for (long n = 0; Rational(n) < e.time.points.back(); ++n)
    bits += std::log2(1 + num::from_rational<double>(e.learner.learning_rate.at(n)) * curvature);
  return std::lround(std::ceil(bits));
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
