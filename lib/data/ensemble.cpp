#include "data/ensemble.hpp"

#include <algorithm>
#include <map>

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

/// T, and behind it the products T_a T_b, a <= b, if data sets differ by its covariance too.
std::vector<int> extended(std::vector<int> t, bool products) {
  const std::size_t terms = t.size();
  for (std::size_t a = 0; products && a < terms; ++a)
    for (std::size_t b = a; b < terms; ++b) t.push_back(t[a] * t[b]);
  return t;
}

/// The data set with these means of the extended statistic.
template <Real R, class Number>
DataSet<R> data_set(const R& weight, const std::vector<Number>& mean, std::size_t terms, const auto& to_real) {
  DataSet<R> out{weight, {}};
  for (std::size_t a = 0; a < terms; ++a) out.statistic.push_back(to_real(mean[a]));
  if (mean.size() == terms) return out;
  out.covariance.assign(terms * terms, R(0));
  std::size_t at = terms;
  for (std::size_t a = 0; a < terms; ++a)
    for (std::size_t b = a; b < terms; ++b, ++at)
      out.covariance[a * terms + b] = out.covariance[b * terms + a] = to_real(Number(mean[at] - mean[a] * mean[b]));
  return out;
}

bool by_covariance(const experiment::Experiment& e) { return e.learner.kind == "sgd-diffusion"; }

template <Real R>
std::vector<Group> pool(const model::Model<R>& model, const std::vector<Rational>& target, bool products) {
  std::map<std::vector<int>, Rational> pooled;
  for (int x = 0; x < model.outcomes(); ++x)
    pooled[extended(model.statistic(x), products)] += target[static_cast<std::size_t>(x)];
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
  const auto groups = pool(model, e.data.probabilities, by_covariance(e));
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
    ensemble.sets.push_back(
        data_set<R>(static_cast<R>(weight), mean, static_cast<std::size_t>(model.components()), num::from_rational<R>));
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

template <Real R>
Ensemble<R> discrete_fixed(const model::Model<R>& model, const experiment::Experiment& e) {
  Ensemble<R> ensemble;
  ensemble.fixed = true;
  std::vector<Rational> mean;
  for (int x = 0; x < model.outcomes(); ++x) {
    const auto t = extended(model.statistic(x), by_covariance(e));
    mean.resize(t.size(), 0);
    for (std::size_t a = 0; a < mean.size(); ++a)
      mean[a] += Rational(e.data.counts[static_cast<std::size_t>(x)]) * t[a] / e.data.size;
  }
  ensemble.sets.push_back(data_set<R>(R(1), mean, static_cast<std::size_t>(model.components()), num::from_rational<R>));
  return ensemble;
}

/// gaussian-mean: T = (1, x, x²), and only the second has a gradient that depends on the example.
template <Real R>
std::vector<R> gaussian_covariance(const R& scatter) {
  std::vector<R> out(9, R(0));
  out[4] = scatter;
  return out;
}

/// Nodes s and weights of the distribution of the mean squared deviation of N draws, s*² chi²_{N-1}/N:
/// the trapezoidal rule in u with s = (2 s*²/N) exp(u - exp(-u)), which decays double-exponentially on both sides and
/// is analytic for |Im u| < pi/2 (H. Takahasi and M. Mori, Publ. RIMS 9, 721 (1974)). The spacing makes both the error
/// of the strip (taken as 1.2) and that of the peak, of width (2/(N-1))^½, about `tail`.
template <Real R>
std::vector<std::pair<R, R>> scatter_nodes(int size, const R& variance, const R& tail) {
  using std::exp, std::log, std::ceil, std::sqrt, std::min;
  if (size == 1) return {{R(0), R(1)}};
  const R power = R(size - 1) / 2, goal = -log(tail);
  const R spacing = min(R(R(2.4) * num::pi<R>() / goal), R(num::pi<R>() * sqrt(1 / (power * goal))));
  std::vector<std::pair<R, R>> out;
  R sum = 0;
  const auto exponent = [&](const R& u) { return R(power * (u - exp(-u)) - exp(u - exp(-u)) + log(1 + exp(-u))); };
  R top = -num::infinity<R>();
  for (int k = -400; k <= 400; ++k) top = std::max(top, exponent(R(k) / 40));
  const int most = static_cast<int>(ceil(R(10) / spacing));
  for (int k = -most; k <= most; ++k) {
    const R u = spacing * k, e = exponent(u) - top;
    if (e < -goal) continue;
    out.emplace_back(2 * variance / size * exp(u - exp(-u)), exp(e));
    sum += out.back().second;
  }
  for (auto& [s, w] : out) w /= sum;
  return out;
}

/// gaussian-mean, one dimension. b-bar ~ N(m*, v*/N); given b-bar the scatter has mean v* (N-1)/N and enters the loss
/// additively.
template <Real R>
Ensemble<R> gaussian_target(const experiment::Experiment& e, const R& tail, const R& resolution) {
  using std::ceil, std::exp, std::log, std::sqrt;
  const R mean = num::from_rational<R>(e.data.mean.front()), variance = num::from_rational<R>(e.data.variance.front());
  const R width = sqrt(variance / e.data.size), scatter = variance * (e.data.size - 1) / e.data.size;
  const int half = static_cast<int>(ceil(sqrt(-2 * log(tail)) / resolution));
  Ensemble<R> ensemble;
  ensemble.discrete = false;
  ensemble.target_statistic = {R(1), mean, mean * mean + variance};
  std::vector<std::pair<R, R>> scatters{{scatter, R(1)}};
  if (by_covariance(e)) scatters = scatter_nodes<R>(e.data.size, variance, tail);
  R sum = 0;
  for (int j = -half; j <= half; ++j) {
    const R z = resolution * j, b = mean + width * z;
    for (const auto& [square, share] : scatters) {
      const R weight = share * exp(-z * z / 2);
      sum += weight;
      if (weight < tail * tail) continue;  // a corner of the product rule
      ensemble.sets.push_back({weight, {R(1), b, b * b + square}});
      if (by_covariance(e)) ensemble.sets.back().covariance = gaussian_covariance(square);
    }
  }
  for (auto& set : ensemble.sets) set.weight /= sum;
  ensemble.dropped = tail;
  return ensemble;
}

template <Real R>
Ensemble<R> gaussian_fixed(const experiment::Experiment& e) {
  Rational mean = 0, square = 0;
  for (const auto& row : e.data.values) {
    mean += row.front() / e.data.size;
    square += row.front() * row.front() / e.data.size;
  }
  Ensemble<R> ensemble;
  ensemble.fixed = true;
  ensemble.discrete = false;
  ensemble.sets.push_back({R(1), {R(1), num::from_rational<R>(mean), num::from_rational<R>(square)}});
  if (by_covariance(e))
    ensemble.sets.back().covariance = gaussian_covariance(num::from_rational<R>(Rational(square - mean * mean)));
  return ensemble;
}

}  // namespace

template <Real R>
Ensemble<R> enumerate(const model::Model<R>& model, const experiment::Experiment& e, const R& tail,
                      const R& resolution) {
  const bool target = e.data.source == experiment::Data::Source::target;
  if (model.outcomes() > 0) return target ? discrete_target(model, e, tail) : discrete_fixed(model, e);
  return target ? gaussian_target<R>(e, tail, resolution) : gaussian_fixed<R>(e);
}

#define CALOR_INSTANTIATE(R) \
  template Ensemble<R> enumerate<R>(const model::Model<R>&, const experiment::Experiment&, const R&, const R&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)

}  // namespace calor::data
