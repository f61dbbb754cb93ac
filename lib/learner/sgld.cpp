#include "learner/sgld.hpp"

#include <algorithm>
#include <map>

#include "learner/draws.hpp"
#include "num/errors.hpp"

namespace calor::learner {

using num::Matrix;
using num::Rational;
using num::Vector;

namespace {

template <Real R>
R mean_entry(long sum, int count) {
  return R(sum) / count;
}
template <Real R>
R mean_entry(const Rational& sum, int count) {
  return num::from_rational<R>(Rational(sum / count));
}

/// Minibatches from the sums of their statistics.
template <Real R, class Number>
Batches<R> from_sums(const std::map<std::vector<Number>, R>& sums, int count) {
  Batches<R> out;
  const auto rows = static_cast<Eigen::Index>(sums.begin()->first.size());
  out.statistic = Matrix<R>(rows, static_cast<Eigen::Index>(sums.size()));
  for (const auto& [sum, weight] : sums) {
    for (Eigen::Index a = 0; a < rows; ++a)
      out.statistic(a, static_cast<Eigen::Index>(out.weight.size())) =
          mean_entry<R>(sum[static_cast<std::size_t>(a)], count);
    out.weight.push_back(weight);
  }
  return out;
}

template <Real R>
std::vector<long> statistic_of(const model::Model<R>& model, int outcome) {
  const auto t = model.statistic(outcome);
  return {t.begin(), t.end()};
}

/// Sums of `m` draws whose statistics have these probabilities (those of probability 0 left out).
template <Real R>
Batches<R> drawn(std::map<std::vector<long>, R> one, const experiment::Experiment& e) {
  std::erase_if(one, [](const auto& item) { return !(item.second > 0); });
  return from_sums(sums_of_draws(one, e), e.learner.batch_size);
}

/// Frequencies in a data set of the statistics that outcomes can have.
template <Real R>
std::map<std::vector<long>, R> frequencies(const model::Model<R>& model, const experiment::Experiment& e,
                                           const data::DataSet<R>& set) {
  if (set.frequency.empty())
    throw InputError(e.at("learner.batch") + "minibatches of \"" + e.model.kind +
                     "\" depend on more of the data than is known of them; allowed: batch = \"full\"");
  std::map<std::vector<long>, R> one;
  for (int x = 0; x < model.outcomes(); ++x) one[statistic_of(model, x)] = 0;
  std::size_t k = 0;
  for (auto& [statistic, share] : one) share = set.frequency[k++];
  return one;
}

/// The statistic of a given example, exact but for what no l_a that depends on theta multiplies, which is 0.
std::vector<Rational> exact_statistic(const experiment::Experiment& e, std::size_t i) {
  const auto& x = e.data.values[i];
  std::vector<Rational> t{Rational(1)};
  if (e.model.kind != "linear-regression") {
    t.insert(t.end(), x.begin(), x.end());
    t.push_back(e.model.kind == "gaussian" ? Rational(x.front() * x.front()) : Rational(0));
    return t;
  }
  const auto& u = e.model.inputs[i];
  for (const auto& entry : u) t.emplace_back(x.front() * entry);
  t.emplace_back(0);
  for (std::size_t a = 0; a < u.size(); ++a)
    for (std::size_t b = a; b < u.size(); ++b) t.emplace_back(u[a] * u[b]);
  return t;
}

/// Means of `m` draws from given real examples.
template <Real R>
Batches<R> drawn_values(const experiment::Experiment& e) {
  std::map<std::vector<Rational>, R> one;
  for (std::size_t i = 0; i < e.data.values.size(); ++i) one[exact_statistic(e, i)] += R(1) / e.data.size;
  return from_sums(sums_of_draws(one, e), e.learner.batch_size);
}

/// Means of `m` draws from examples that are known by their statistics: by how often each is drawn.
template <Real R>
Batches<R> drawn_examples(const experiment::Experiment& e, const std::vector<std::vector<R>>& examples) {
  std::map<std::vector<long>, R> one;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    std::vector<long> unit(examples.size(), 0);
    unit[i] = 1;
    one[unit] = R(1) / static_cast<int>(examples.size());
  }
  const auto often = drawn(std::move(one), e);
  Matrix<R> statistics(static_cast<Eigen::Index>(examples.front().size()), static_cast<Eigen::Index>(examples.size()));
  for (std::size_t i = 0; i < examples.size(); ++i)
    statistics.col(static_cast<Eigen::Index>(i)) = Eigen::Map<const Vector<R>>(examples[i].data(), statistics.rows());
  return {often.weight, Matrix<R>(statistics * often.statistic)};
}

}  // namespace

std::vector<StepSize> step_sizes(const experiment::Learner& spec, long count) {
  std::vector<StepSize> out;
  for (long n = 0; n < count; ++n) out.push_back({spec.learning_rate.at(n), spec.temperature.at(n)});
  return out;
}

template <Real R>
Batches<R> full_batch(const data::DataSet<R>& set) {
  return {{R(1)}, Eigen::Map<const Vector<R>>(set.statistic.data(), static_cast<Eigen::Index>(set.statistic.size()))};
}

template <Real R>
Batches<R> minibatches(const model::Model<R>& model, const experiment::Experiment& e, const data::DataSet<R>& set) {
  if (model.outcomes() > 0) return drawn(frequencies(model, e, set), e);
  if (e.data.size == 1) return full_batch(set);
  if (e.data.source == experiment::Data::Source::values) return drawn_values<R>(e);
  if (set.examples.empty())
    throw InputError(
        e.at("learner.batch") +
        "\"minibatch\" with real examples from a target depends on the whole empirical distribution of the data; "
        "allowed: batch = \"full\", or one data set by data.values");
  return drawn_examples<R>(e, set.examples);
}

template <Real R>
Batches<R> fresh_batches(const model::Model<R>& model, const experiment::Experiment& e) {
  if (model.outcomes() == 0)
    throw InputError(e.at("learner.batch") +
                     "\"stream\" with real examples has no finite set of streams; allowed on a grid: discrete models, "
                     "or batch = \"full\"");
  std::map<std::vector<long>, R> one;
  for (int x = 0; x < model.outcomes(); ++x)
    one[statistic_of(model, x)] += num::from_rational<R>(e.data.probabilities[static_cast<std::size_t>(x)]);
  return drawn(std::move(one), e);
}

template <Real R>
SgldKernel<R> sgld_kernel(const Batches<R>& batches, const Terms<R>& terms, const Nodes<R>& nodes,
                          const R& weight_decay, const StepSize& size) {
  using std::exp, std::fabs, std::log, std::sqrt;
  const R eta = num::from_rational<R>(size.rate), two_variance = 4 * eta * num::from_rational<R>(size.temperature);
  const Eigen::Index n = nodes.size(), count = batches.statistic.cols();
  Matrix<R> pull = terms.slope * batches.statistic;  // eta (g_c + lambda theta)
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index c = 0; c < count; ++c) pull(i, c) = eta * (pull(i, c) + weight_decay * nodes.theta[i]);
  const R log_norm = -log(num::pi<R>() * two_variance) / 2;
  Vector<R> log_weight(count), exponent(count);
  for (Eigen::Index c = 0; c < count; ++c) log_weight[c] = log(batches.weight[static_cast<std::size_t>(c)]) + log_norm;

  SgldKernel<R> out{Matrix<R>(n, n), Matrix<R>(n, n), R(0)};
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j) {
      for (Eigen::Index c = 0; c < count; ++c) {
        const R d = nodes.difference(j, i) + pull(i, c);
        exponent[c] = log_weight[c] - d * d / two_variance;
      }
      R top = exponent.maxCoeff();
      if (count > 1) {
        R sum = 0;
        for (Eigen::Index c = 0; c < count; ++c) sum += exp(R(exponent[c] - top));
        top += log(sum);
      }
      out.log_density(j, i) = top;
      out.density(j, i) = exp(top);
    }
  // An entry that carries weight has d²/2v of order 1: its relative error is a few units of the last place, and more
  // where d is a difference of much larger terms; so is the error of the sum over the few nodes that a step comes from.
  // The sum preserves signs, so it stays relative.
  const R cancelled = nodes.spacing > 0 ? R(0) : nodes.theta.cwiseAbs().maxCoeff();
  out.round_off = num::epsilon<R>() * (8 + 4 * (pull.cwiseAbs().maxCoeff() + cancelled) / sqrt(two_variance));
  return out;
}

template <Real R>
Vector<R> log_stationary(const SgldKernel<R>& kernel, const Nodes<R>& nodes) {
  using std::exp, std::log;
  Matrix<R> p =
      nodes.weight.asDiagonal() * kernel.density;  // probabilities (to, from); only off-diagonal entries enter
  const Eigen::Index n = p.rows();
  for (Eigen::Index k = n - 1; k > 0; --k) {
    const R out = p.col(k).head(k).sum();
    if (!(out > 0)) return Vector<R>::Constant(n, -num::infinity<R>());
    p.row(k).head(k) /= out;
    p.topLeftCorner(k, k).noalias() += p.col(k).head(k) * p.row(k).head(k);
  }
  Vector<R> pi(n);
  pi[0] = 1;
  for (Eigen::Index k = 1; k < n; ++k) pi[k] = p.row(k).head(k).transpose().dot(pi.head(k));
  const R mass = pi.sum();
  for (Eigen::Index k = 0; k < n; ++k) pi[k] = log(pi[k]) - log(R(mass * nodes.weight[k]));
  return pi;
}

#define CALOR_INSTANTIATE(R)                                                                                          \
  template Batches<R> full_batch(const data::DataSet<R>&);                                                            \
  template Batches<R> minibatches(const model::Model<R>&, const experiment::Experiment&, const data::DataSet<R>&);    \
  template Batches<R> fresh_batches(const model::Model<R>&, const experiment::Experiment&);                           \
  template SgldKernel<R> sgld_kernel(const Batches<R>&, const Terms<R>&, const Nodes<R>&, const R&, const StepSize&); \
  template Vector<R> log_stationary(const SgldKernel<R>&, const Nodes<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::learner
