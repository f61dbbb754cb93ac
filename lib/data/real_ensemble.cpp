#include "data/real_ensemble.hpp"

#include <algorithm>
#include <functional>

#include "data/axis.hpp"
#include "data/design.hpp"
#include "num/errors.hpp"

namespace calor::data {

namespace {

using num::Rational;

template <Real R>
R pick(const std::vector<R>& resolution, std::size_t axis) {
  return resolution[std::min(axis, resolution.size() - 1)];
}

/// Product of the axes; `statistic` maps a point of it to the statistic of a data set. Nodes whose weight falls below
/// `tail` of the largest are left out.
template <Real R>
void tensor(const experiment::Experiment& e, const std::vector<Axis<R>>& axes, const R& tail, Ensemble<R>& out,
            const std::function<std::vector<R>(const std::vector<R>&)>& statistic) {
  double sets = 1;
  for (const auto& axis : axes) sets *= static_cast<double>(axis.node.size());
  if (sets > 2e6)
    throw InputError(e.at("accuracy.digits") + "the ensemble of data sets needs " + std::to_string(sets) +
                     " quadrature nodes; allowed: 2000000 (fewer digits or dimensions)");
  R top = 1;
  for (const auto& axis : axes) top *= *std::max_element(axis.weight.begin(), axis.weight.end());
  std::vector<R> point(axes.size());
  const std::function<void(std::size_t, const R&)> descend = [&](std::size_t a, const R& weight) {
    if (a == axes.size()) {
      if (axes.size() == 1 || weight >= tail * top) out.sets.push_back({weight, statistic(point), {}});
      return;
    }
    for (std::size_t j = 0; j < axes[a].node.size(); ++j) {
      point[a] = axes[a].node[j];
      descend(a + 1, R(weight * axes[a].weight[j]));
    }
  };
  descend(0, R(1));
}

/// The scatter over its mean, as fine as `tail`.
template <Real R>
Axis<R> scatter_axis(const experiment::Experiment& e, const R& tail) {
  using std::log, std::sqrt;
  return chi_square_axis<R>(e.data.size - 1, tail, R(num::pi<R>() * sqrt(-2 / log(tail))));
}

/// T = (1, x, x²), and only the second has a gradient that depends on the example.
template <Real R>
void add_covariances(Ensemble<R>& ensemble) {
  for (auto& set : ensemble.sets) {
    set.covariance.assign(9, R(0));
    set.covariance[4] = set.statistic[2] - set.statistic[1] * set.statistic[1];
  }
}

/// Covariance over the given examples of the statistics whose l_a depends on theta.
template <Real R>
std::vector<R> covariance(const model::Model<R>& model, const std::vector<std::vector<R>>& examples,
                          const std::vector<R>& mean) {
  const std::size_t k = mean.size();
  std::vector<R> out(k * k, R(0));
  for (const auto& t : examples)
    for (std::size_t a = 0; a < k; ++a)
      for (std::size_t b = 0; b < k; ++b)
        if (!model.constant(static_cast<int>(a)) && !model.constant(static_cast<int>(b)))
          out[a * k + b] += (t[a] - mean[a]) * (t[b] - mean[b]) / static_cast<int>(examples.size());
  return out;
}

/// gaussian-mean: independent b-bar_i ~ N(m*_i, v*_i/N); given the mean the scatter has mean v*_i (N-1)/N and only
/// shifts the loss.
template <Real R>
Family<R> gaussian_mean(const experiment::Experiment& e) {
  using std::sqrt;
  std::vector<R> mean, width;
  R scatter = 0, square = 0;
  for (std::size_t i = 0; i < e.data.mean.size(); ++i) {
    mean.push_back(num::from_rational<R>(e.data.mean[i]));
    const R variance = num::from_rational<R>(e.data.variance[i]);
    width.push_back(sqrt(variance / e.data.size));
    scatter += variance * (e.data.size - 1) / e.data.size;
    square += mean.back() * mean.back() + variance;
  }
  Family<R> out{mean.size(), {}, {R(1)}};
  out.target_statistic.insert(out.target_statistic.end(), mean.begin(), mean.end());
  out.target_statistic.push_back(square);
  out.statistic = [=](const std::vector<R>& z) {
    std::vector<R> t{R(1)};
    R sum =
        z.size() > mean.size() ? R(scatter * z.back()) : scatter;  // a further coordinate: the scatter over its mean
    for (std::size_t i = 0; i < mean.size(); ++i) {
      t.push_back(mean[i] + width[i] * z[i]);
      sum += t.back() * t.back();
    }
    t.push_back(sum);
    return t;
  };
  return out;
}

/// gaussian: b-bar ~ N(m*, v*/N) and the scatter (1/N) sum (b - b-bar)² = v* chi²_{N-1}/N are independent.
template <Real R>
void gaussian(const experiment::Experiment& e, const R& tail, const std::vector<R>& resolution, Ensemble<R>& out) {
  using std::sqrt;
  const R mean = num::from_rational<R>(e.data.mean.front()), variance = num::from_rational<R>(e.data.variance.front());
  const R width = sqrt(variance / e.data.size), scatter = variance * (e.data.size - 1) / e.data.size;
  out.target_statistic = {R(1), mean, mean * mean + variance};
  tensor<R>(e,
            {normal_axis<R>(tail, pick(resolution, 0)), chi_square_axis<R>(e.data.size - 1, tail, pick(resolution, 1))},
            tail, out, [&](const std::vector<R>& z) {
              const R b = mean + width * z[0];
              return std::vector<R>{R(1), b, b * b + scatter * z[1]};
            });
}

/// linear-regression: g = (1/N) sum y_j u_j ~ N(M w*, v* M/N), M = (1/N) sum u_j u_jᵀ, a Gaussian on the range of M.
/// The part of y in the column space of the design is N gᵀM⁺g long (squared), the rest has mean v*(N - rank).
template <Real R>
Family<R> regression(const experiment::Experiment& e) {
  using std::sqrt;
  const Design<R> design(e.model.inputs);
  std::vector<R> weights;
  for (const auto& w : e.data.weights) weights.push_back(num::from_rational<R>(w));
  const R variance = num::from_rational<R>(e.data.variance.front()), n = e.data.size;
  const num::Vector<R> truth = Eigen::Map<const num::Vector<R>>(weights.data(), design.moment.cols());
  const num::Vector<R> centre = design.moment * truth;
  const R rest = variance * (n - design.rank) / n, explained = truth.dot(centre);
  Family<R> out{static_cast<std::size_t>(design.rank), {}, design.statistic(centre, R(explained + variance))};
  out.statistic = [=](const std::vector<R>& z) {
    num::Vector<R> g = centre;
    R square = rest;  // + gᵀM⁺g, by the coordinates of g on the principal axes
    for (int k = 0; k < design.rank; ++k) {
      const R m = design.eigenvalue[k], shift = sqrt(variance * m / n) * z[static_cast<std::size_t>(k)];
      const R along = design.axes.col(k).dot(centre) + shift;
      g += shift * design.axes.col(k);
      square += along * along / m;
    }
    return design.statistic(g, square);
  };
  return out;
}

template <Real R>
bool is_regression(const model::Model<R>& model, const experiment::Experiment& e) {
  return model.rows() > 1 || !e.data.weights.empty();
}

/// Examples of the same law, and what they are drawn from.
template <Real R>
struct Alike {
  int count = 0, row = 0;
  R mean = 0;
  bool felt = true;  // the gradient of the loss depends on x
};

template <Real R>
std::vector<Alike<R>> alike(const model::Model<R>& model, const experiment::Experiment& e) {
  if (!is_regression(model, e)) return {{e.data.size, 0, num::from_rational<R>(e.data.mean.front()), true}};
  std::vector<Alike<R>> out;
  const auto& rows = e.model.inputs;
  for (std::size_t j = 0; j < rows.size(); ++j) {
    const auto first = static_cast<std::size_t>(std::find(rows.begin(), rows.end(), rows[j]) - rows.begin());
    if (first < j) {
      for (auto& a : out) a.count += a.row == static_cast<int>(first);
      continue;
    }
    Rational mean = 0;
    for (std::size_t a = 0; a < rows[j].size(); ++a) mean += rows[j][a] * e.data.weights[a];
    const bool felt = std::any_of(rows[j].begin(), rows[j].end(), [](const Rational& u) { return u != 0; });
    out.push_back({1, static_cast<int>(j), num::from_rational<R>(mean), felt});
  }
  return out;
}

/// All examples of a Gaussian target, an axis each. Those of the same law stand in increasing order, with the weight of
/// all orders. Examples without a gradient have their mean square.
template <Real R>
class ByExample {
 public:
  ByExample(const model::Model<R>& model, const experiment::Experiment& e, const R& tail, const R& resolution)
      : model_(model),
        groups_(alike(model, e)),
        axis_(normal_axis<R>(tail, resolution)),
        variance_(num::from_rational<R>(e.data.variance.front())) {
    double sets = 1;
    for (const auto& g : groups_)
      for (int k = 1; g.felt && k <= g.count; ++k) sets *= (static_cast<double>(axis_.node.size()) + k - 1) / k;
    if (sets > 2e6)
      throw InputError(e.at("data.target") + "the noise of gradients depends on every example, and " +
                       std::to_string(e.data.size) + " examples have " +
                       std::to_string(static_cast<long>(std::min(sets, 1e15))) +
                       " quadrature nodes; allowed: 2000000 (fewer examples or digits), or " +
                       (by_covariance(e) ? "" : "batch = \"full\", or ") + "one data set by data.values");
    R top = 1;
    for (const auto& g : groups_)
      for (int k = 0; g.felt && k < g.count; ++k) top *= *std::max_element(axis_.weight.begin(), axis_.weight.end());
    least_ = tail * top;
  }

  void fill(Ensemble<R>& out) { descend(0, 0, 0, 0, R(1), out); }

 private:
  /// Example `k` of group `g` at node `from` or above, `run` of its fellows at `from` already.
  void descend(std::size_t g, int k, std::size_t from, int run, const R& weight, Ensemble<R>& out) {
    using std::sqrt;
    if (g == groups_.size()) return add(weight, out);
    const auto& group = groups_[g];
    if (k == group.count) return descend(g + 1, 0, 0, 0, weight, out);
    if (!group.felt) {
      examples_.push_back(model_.real_statistic(std::vector<R>{sqrt(group.mean * group.mean + variance_)}, group.row));
      descend(g, k + 1, 0, 0, weight, out);
      return examples_.pop_back();
    }
    for (std::size_t j = from; j < axis_.node.size(); ++j) {
      const int repeats = j == from ? run + 1 : 1;
      const R x = group.mean + sqrt(variance_) * axis_.node[j];
      examples_.push_back(model_.real_statistic(std::vector<R>{x}, group.row));
      descend(g, k + 1, j, repeats, R(weight * axis_.weight[j] * (k + 1) / repeats), out);
      examples_.pop_back();
    }
  }

  void add(const R& weight, Ensemble<R>& out) const {
    if (!(weight >= least_)) return;
    std::vector<R> mean(examples_.front().size(), R(0));
    for (const auto& t : examples_)
      for (std::size_t a = 0; a < t.size(); ++a) mean[a] += t[a] / static_cast<int>(examples_.size());
    out.sets.push_back({weight, mean, {}, {}, examples_});
  }

  const model::Model<R>& model_;
  std::vector<Alike<R>> groups_;
  Axis<R> axis_;
  R variance_, least_;
  std::vector<std::vector<R>> examples_;
};

}  // namespace

template <Real R>
bool is_gaussian_family(const model::Model<R>& model, const experiment::Experiment& e) {
  return is_regression(model, e) || model.constant(model.components() - 1);
}

template <Real R>
Family<R> gaussian_family(const model::Model<R>& model, const experiment::Experiment& e) {
  return is_regression(model, e) ? regression<R>(e) : gaussian_mean<R>(e);
}

template <Real R>
Ensemble<R> real_target(const model::Model<R>& model, const experiment::Experiment& e, const R& tail,
                        const std::vector<R>& resolution) {
  const bool regression = is_regression(model, e);
  if (by_covariance(e) && !regression && e.model.kind + std::to_string(model.parameters()) != "gaussian-mean1")
    throw InputError(
        e.at("learner.kind") + "\"sgd-diffusion\" with an ensemble of data sets of \"" + e.model.kind +
        "\" is not available; available: gaussian-mean of one dimension, linear-regression of one weight, or one data "
        "set by data.values");
  Ensemble<R> out;
  out.discrete = false;
  if (is_gaussian_family(model, e)) {
    const auto family = gaussian_family(model, e);
    out.target_statistic = family.target_statistic;
    if ((by_examples(e) || (by_covariance(e) && regression)) && model.dimension() == 1) {
      ByExample<R>(model, e, tail, pick(resolution, 0)).fill(out);
      if (by_covariance(e))
        for (auto& set : out.sets) {
          set.covariance = covariance(model, set.examples, set.statistic);
          set.examples.clear();
        }
      out.dropped = tail * e.data.size;
      return out;
    }
    std::vector<Axis<R>> axes;
    for (std::size_t k = 0; k < family.axes; ++k) axes.push_back(normal_axis<R>(tail, pick(resolution, k)));
    if (by_covariance(e)) axes.push_back(scatter_axis(e, tail));
    tensor<R>(e, axes, tail, out, family.statistic);
    if (by_covariance(e)) add_covariances(out);
  } else {
    gaussian<R>(e, tail, resolution, out);
  }
  out.dropped = tail * model.parameters();
  return out;
}

template <Real R>
Ensemble<R> real_fixed(const model::Model<R>& model, const experiment::Experiment& e) {
  Ensemble<R> out;
  out.fixed = true;
  out.discrete = false;
  out.sets.push_back({R(1), std::vector<R>(static_cast<std::size_t>(model.components()), R(0))});
  auto& sum = out.sets.front().statistic;
  std::vector<std::vector<R>> examples;
  for (std::size_t i = 0; i < e.data.values.size(); ++i) {
    std::vector<R> x;
    for (const auto& entry : e.data.values[i]) x.push_back(num::from_rational<R>(entry));
    const auto t = model.real_statistic(x, model.rows() > 1 ? static_cast<int>(i) : 0);
    for (std::size_t a = 0; a < t.size(); ++a) sum[a] += t[a] / e.data.size;
    examples.push_back(t);
  }
  if (by_covariance(e)) out.sets.front().covariance = covariance(model, examples, sum);
  return out;
}

#define CALOR_INSTANTIATE(R)                                                                           \
  template bool is_gaussian_family<R>(const model::Model<R>&, const experiment::Experiment&);          \
  template Family<R> gaussian_family<R>(const model::Model<R>&, const experiment::Experiment&);        \
  template Ensemble<R> real_target<R>(const model::Model<R>&, const experiment::Experiment&, const R&, \
                                      const std::vector<R>&);                                          \
  template Ensemble<R> real_fixed<R>(const model::Model<R>&, const experiment::Experiment&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::data
