#include "data/ensemble.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "data/real_ensemble.hpp"
#include "num/errors.hpp"

namespace calor::data {

namespace {

using num::Mp200;
using num::Rational;

/// Outcomes with equal statistic, pooled: the loss cannot tell them apart.
struct Group {
  std::vector<int> statistic;
  Rational probability = 0;
};

/// What data sets differ in besides the mean of T.
class Extension {
 public:
  template <Real R>
  Extension(const model::Model<R>& model, const experiment::Experiment& e)
      : products_(e.learner.kind == "sgd-diffusion") {
    if (e.learner.kind != "sgld" || e.learner.batch != "minibatch") return;
    for (int x = 0; x < model.outcomes(); ++x) distinct_.insert(model.statistic(x));
  }

  /// T, and behind it the products T_a T_b, a <= b, or which of the distinct statistics it is.
  std::vector<int> operator()(const std::vector<int>& t) const {
    std::vector<int> out = t;
    for (std::size_t a = 0; products_ && a < t.size(); ++a)
      for (std::size_t b = a; b < t.size(); ++b) out.push_back(t[a] * t[b]);
    for (const auto& other : distinct_) out.push_back(other == t ? 1 : 0);
    return out;
  }

  bool frequencies() const { return !distinct_.empty(); }

 private:
  bool products_;
  std::set<std::vector<int>> distinct_;
};

/// The data set with these means of the extended statistic.
template <Real R, class Number>
DataSet<R> data_set(const R& weight, const std::vector<Number>& mean, std::size_t terms, bool frequencies,
                    const auto& to_real) {
  DataSet<R> out{weight, {}};
  for (std::size_t a = 0; a < terms; ++a) out.statistic.push_back(to_real(mean[a]));
  for (std::size_t k = terms; frequencies && k < mean.size(); ++k) out.frequency.push_back(to_real(mean[k]));
  if (frequencies || mean.size() == terms) return out;
  out.covariance.assign(terms * terms, R(0));
  std::size_t at = terms;
  for (std::size_t a = 0; a < terms; ++a)
    for (std::size_t b = a; b < terms; ++b, ++at)
      out.covariance[a * terms + b] = out.covariance[b * terms + a] = to_real(Number(mean[at] - mean[a] * mean[b]));
  return out;
}

template <Real R>
std::vector<Group> pool(const model::Model<R>& model, const std::vector<Rational>& target, const Extension& extended) {
  std::map<std::vector<int>, Rational> pooled;
  for (int x = 0; x < model.outcomes(); ++x)
    pooled[extended(model.statistic(x))] += target[static_cast<std::size_t>(x)];
  std::vector<Group> groups;
  for (auto& [statistic, probability] : pooled)
    if (probability > 0) groups.push_back({statistic, probability});
  return groups;
}

double count_types(int n, std::size_t groups) {
  double types = 1;
  for (std::size_t g = 1; g < groups; ++g) types *= (n + static_cast<double>(g)) / static_cast<double>(g);
  return types;
}

/// Sums multinomial weights N!/(prod k!) prod p^k by value of the summed statistic.
class Types {
 public:
  Types(const std::vector<Group>& groups, int n) : groups_(groups), n_(n) {
    for (const auto& g : groups_) {
      power_.emplace_back(static_cast<std::size_t>(n) + 1);
      const Mp200 p(g.probability);
      power_.back()[0] = 1;
      for (std::size_t k = 1; k <= static_cast<std::size_t>(n); ++k)  // p^k / k!
        power_.back()[k] = power_.back()[k - 1] * p / k;
    }
    factorial_ = 1;
    for (int k = 2; k <= n; ++k) factorial_ *= k;
    std::vector<long> sum(groups_.front().statistic.size(), 0);
    descend(0, n, factorial_, sum);
  }
  const std::map<std::vector<long>, Mp200>& weights() const { return weights_; }

 private:
  void descend(std::size_t g, int left, const Mp200& weight, std::vector<long>& sum) {
    const auto add = [&](int k, int sign) {
      for (std::size_t a = 0; a < sum.size(); ++a) sum[a] += sign * k * groups_[g].statistic[a];
    };
    const int first = g + 1 == groups_.size() ? left : 0;
    for (int k = first; k <= left; ++k) {
      const Mp200 w = weight * power_[g][static_cast<std::size_t>(k)];
      add(k, 1);
      if (g + 1 == groups_.size())
        weights_[sum] += w;
      else
        descend(g + 1, left - k, w, sum);
      add(k, -1);
    }
  }

  const std::vector<Group>& groups_;
  int n_;
  std::vector<std::vector<Mp200>> power_;
  Mp200 factorial_;
  std::map<std::vector<long>, Mp200> weights_;
};

template <Real R>
void drop_tails(Ensemble<R>& ensemble, const R& tail) {
  std::vector<std::size_t> order(ensemble.sets.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](auto i, auto j) { return ensemble.sets[i].weight < ensemble.sets[j].weight; });
  std::vector<bool> keep(order.size(), true);
  for (const auto i : order) {
    if (ensemble.dropped + ensemble.sets[i].weight > tail) break;
    ensemble.dropped += ensemble.sets[i].weight;
    keep[i] = false;
  }
  std::vector<DataSet<R>> kept;
  for (std::size_t i = 0; i < keep.size(); ++i)
    if (keep[i]) kept.push_back(std::move(ensemble.sets[i]));
  ensemble.sets = std::move(kept);
}

template <Real R>
Ensemble<R> discrete_target(const model::Model<R>& model, const experiment::Experiment& e, const R& tail) {
  using std::log;
  const Extension extended(model, e);
  const auto groups = pool(model, e.data.probabilities, extended);
  constexpr double most = 2e6;
  if (count_types(e.data.size, groups.size()) > most)
    throw InputError(e.at("data.size") + "size = " + std::to_string(e.data.size) +
                     " gives more than 2000000 data sets for " + std::to_string(groups.size()) +
                     " distinct outcomes; allowed: fewer examples or outcomes");
  Ensemble<R> ensemble;
  const Types types(groups, e.data.size);
  for (const auto& [sum, weight] : types.weights()) {
    std::vector<Rational> mean;
    for (const long s : sum) mean.push_back(Rational(s, e.data.size));
    ensemble.sets.push_back(data_set<R>(static_cast<R>(weight), mean, static_cast<std::size_t>(model.components()),
                                        extended.frequencies(), num::from_rational<R>));
    if (weight > 0) ensemble.type_entropy -= static_cast<R>(Mp200(weight * log(weight)));
  }
  ensemble.target_statistic.assign(static_cast<std::size_t>(model.components()), R(0));
  for (std::size_t a = 0; a < ensemble.target_statistic.size(); ++a) {
    Rational mean = 0;
    for (const auto& g : groups) mean += g.probability * g.statistic[a];
    ensemble.target_statistic[a] = num::from_rational<R>(mean);
  }
  drop_tails(ensemble, tail);
  return ensemble;
}

/// Convolution of two distributions over sums 0, 1, ..., entries below `least` left out.
std::map<std::vector<long>, Mp200> one_more(const std::map<std::vector<long>, Mp200>& sums,
                                            const std::vector<Group>& one, const Mp200& least) {
  std::map<std::vector<long>, Mp200> out;
  for (const auto& [sum, weight] : sums)
    for (const auto& g : one) {
      const Mp200 share = weight * Mp200(g.probability);
      if (share < least) continue;
      auto next = sum;
      for (std::size_t a = 0; a < next.size(); ++a) next[a] += g.statistic[a];
      out[next] += share;
    }
  return out;
}

/// Models with statistics that only shift the loss: sums of the others over N draws (and of what else the learner sees:
/// their products, or how often each outcome is there), and of those the mean given the sums, which by exchange of the
/// examples is E[T_c|S] = sum_x p(x) T_c(x) P_{N-1}(S - T(x))/P_N(S).
template <Real R>
Ensemble<R> summed_target(const model::Model<R>& model, const experiment::Experiment& e, const R& tail) {
  using std::log;
  const auto terms = static_cast<std::size_t>(model.components());
  std::vector<std::size_t> moving, shifting;
  for (std::size_t a = 0; a < terms; ++a) (model.constant(static_cast<int>(a)) ? shifting : moving).push_back(a);
  std::vector<std::pair<std::size_t, std::size_t>> products;
  for (const auto a : moving)
    for (const auto b : moving)
      if (by_covariance(e) && a <= b) products.emplace_back(a, b);
  const Extension extended(model, e);
  std::vector<Group> one;                  // outcomes by the statistics that move
  std::vector<std::vector<int>> constant;  // and their others
  Ensemble<R> ensemble;
  std::vector<Rational> expected(static_cast<std::size_t>(model.components()), 0);
  for (int x = 0; x < model.outcomes(); ++x) {
    const Rational& p = e.data.probabilities[static_cast<std::size_t>(x)];
    if (p == 0) continue;
    const auto t = model.statistic(x);
    one.push_back({{}, p});
    constant.emplace_back();
    auto& seen = one.back().statistic;
    for (const auto a : moving) seen.push_back(t[a]);
    for (const auto& [a, b] : products) seen.push_back(t[a] * t[b]);
    if (const auto all = extended(t); extended.frequencies())
      seen.insert(seen.end(), all.begin() + static_cast<std::ptrdiff_t>(terms), all.end());
    for (const auto a : shifting) constant.back().push_back(t[a]);
    for (std::size_t a = 0; a < t.size(); ++a) expected[a] += p * t[a];
  }
  for (const auto& mean : expected) ensemble.target_statistic.push_back(num::from_rational<R>(mean));
  const Mp200 least = std::max(Mp200(tail) * Mp200(tail) * Mp200("1e-10"), Mp200("1e-180"));
  std::map<std::vector<long>, Mp200> before{{std::vector<long>(one.front().statistic.size(), 0), Mp200(1)}},
      sums = before;
  for (int i = 0; i < e.data.size; ++i) {
    before = std::move(sums);
    sums = one_more(before, one, least);
    if (sums.size() > 200000)
      throw InputError(e.at("data.size") + "size = " + std::to_string(e.data.size) +
                       " gives more than 200000 data sets; allowed: fewer examples");
  }
  for (const auto& [sum, weight] : sums) {
    std::vector<Mp200> mean(shifting.size(), Mp200(0));
    for (std::size_t k = 0; k < one.size(); ++k) {
      auto rest = sum;
      for (std::size_t a = 0; a < rest.size(); ++a) rest[a] -= one[k].statistic[a];
      const auto at = before.find(rest);
      if (at == before.end()) continue;
      const Mp200 share = Mp200(one[k].probability) * at->second / weight;
      for (std::size_t c = 0; c < mean.size(); ++c) mean[c] += share * constant[k][c];
    }
    DataSet<R> set;
    set.weight = static_cast<R>(weight);
    set.statistic.assign(expected.size(), R(0));
    const auto share_of = [&](std::size_t k) { return R(R(sum[k]) / e.data.size); };
    for (std::size_t a = 0; a < moving.size(); ++a) set.statistic[moving[a]] = share_of(a);
    if (!products.empty()) set.covariance.assign(terms * terms, R(0));
    for (std::size_t k = 0; k < products.size(); ++k) {
      const auto& [a, b] = products[k];
      set.covariance[a * terms + b] = set.covariance[b * terms + a] =
          share_of(moving.size() + k) - set.statistic[a] * set.statistic[b];
    }
    for (std::size_t k = moving.size(); extended.frequencies() && k < sum.size(); ++k)
      set.frequency.push_back(share_of(k));
    for (std::size_t c = 0; c < mean.size(); ++c) set.statistic[shifting[c]] = static_cast<R>(mean[c]);
    ensemble.sets.push_back(std::move(set));
    ensemble.type_entropy -= static_cast<R>(Mp200(weight * log(weight)));
  }
  drop_tails(ensemble, tail);
  return ensemble;
}

template <Real R>
Ensemble<R> discrete_fixed(const model::Model<R>& model, const experiment::Experiment& e) {
  Ensemble<R> ensemble;
  ensemble.fixed = true;
  std::vector<Rational> mean;
  const Extension extended(model, e);
  for (int x = 0; x < model.outcomes(); ++x) {
    const auto t = extended(model.statistic(x));
    mean.resize(t.size(), 0);
    for (std::size_t a = 0; a < mean.size(); ++a)
      mean[a] += Rational(e.data.counts[static_cast<std::size_t>(x)]) * t[a] / e.data.size;
  }
  ensemble.sets.push_back(data_set<R>(R(1), mean, static_cast<std::size_t>(model.components()), extended.frequencies(),
                                      num::from_rational<R>));
  return ensemble;
}

}  // namespace

template <Real R>
Ensemble<R> enumerate(const model::Model<R>& model, const experiment::Experiment& e, const R& tail,
                      const std::vector<R>& resolution) {
  const bool target = e.data.source == experiment::Data::Source::target;
  if (model.outcomes() > 0 && !target) return discrete_fixed(model, e);
  if (model.outcomes() > 0)
    return model.constant(model.components() - 1) ? summed_target(model, e, tail) : discrete_target(model, e, tail);
  return target ? real_target(model, e, tail, resolution) : real_fixed(model, e);
}

template <Real R>
Ensemble<R> enumerate(const model::Model<R>& model, const experiment::Experiment& e, const R& tail,
                      const R& resolution) {
  return enumerate(model, e, tail, std::vector<R>{resolution});
}

#define CALOR_INSTANTIATE(R)                                                                                    \
  template Ensemble<R> enumerate<R>(const model::Model<R>&, const experiment::Experiment&, const R&, const R&); \
  template Ensemble<R> enumerate<R>(const model::Model<R>&, const experiment::Experiment&, const R&,            \
                                    const std::vector<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::data
