// One step of sgld: theta' = theta - eta grad L^(theta) + sqrt(2 eta T) xi. Its kernel is a mixture over the
// minibatches.

#include <algorithm>
#include <cmath>
#include <map>

#include "num/errors.hpp"
#include "validation/simulator/elementary.hpp"
#include "validation/simulator/walk.hpp"

namespace calor::simulator {

namespace {

constexpr std::size_t most_batches = 4096;

double log_sum(const std::vector<double>& terms) {
  const double top = *std::max_element(terms.begin(), terms.end());
  double sum = 0;
  for (const double v : terms) sum += exponential(v - top);
  return top + logarithm(sum);
}

/// All ways to put m examples into the letters from `letter` on: `count` filled in, each handed to `use`.
template <class Use>
void compositions(std::vector<int>& count, std::size_t letter, int m, const Use& use) {
  if (letter + 1 == count.size()) {
    count[letter] = m;
    use();
    return;
  }
  for (int k = 0; k <= m; ++k) {
    count[letter] = k;
    compositions(count, letter + 1, m - k, use);
  }
}

/// C(letters + m - 1, m), cut off above the bound.
bool too_many(std::size_t letters, int m) {
  double ways = 1;
  for (int k = 1; k <= m && ways <= 1e6; ++k) ways *= (static_cast<double>(letters) - 1 + k) / k;
  return ways > static_cast<double>(most_batches);
}

}  // namespace

/// Distinct minibatches of examples drawn with replacement; none where there are more than 4096 (then forward and
/// backward are NaN).
void Walk::enumerate_batches() {
  std::map<std::vector<double>, int> letters;
  for (const auto& x : examples_) ++letters[x];
  const int m = setting_.batch;
  if (too_many(letters.size(), m)) return;
  std::vector<std::vector<double>> statistic;
  std::vector<double> log_share;
  for (const auto& [x, n] : letters) {
    statistic.emplace_back(statistic_.size());
    setting_.model->statistic(x.data(), statistic.back().data());
    log_share.push_back(logarithm(n) - logarithm(static_cast<double>(examples_.size())));
  }
  std::vector<int> count(letters.size());
  compositions(count, 0, m, [&] {
    double log_weight = log_factorial(m);
    std::vector<double> t(statistic_.size(), 0.0);
    for (std::size_t i = 0; i < count.size(); ++i) {
      log_weight += count[i] * log_share[i] - log_factorial(count[i]);
      for (std::size_t a = 0; a < t.size(); ++a) t[a] += count[i] * statistic[i][a] / m;
    }
    batch_statistic_.push_back(t);
    batch_log_weight_.push_back(log_weight);
  });
}

void Walk::draw_batch(std::vector<double>& t) {
  std::vector<double> one(statistic_.size());
  std::fill(t.begin(), t.end(), 0.0);
  for (int i = 0; i < setting_.batch; ++i) {
    std::vector<double> x;
    if (setting_.stream) {
      const auto rows = static_cast<double>(std::max<std::size_t>(1, setting_.experiment->model.inputs.size()));
      const bool design = setting_.experiment->model.kind == "linear-regression";
      x = draw_example(design ? static_cast<std::size_t>(data_.uniform() * rows) : 0);
    } else {
      const auto n = static_cast<double>(examples_.size());
      x = examples_[static_cast<std::size_t>(batch_random_.uniform() * n)];
    }
    setting_.model->statistic(x.data(), one.data());
    for (std::size_t a = 0; a < t.size(); ++a) t[a] += one[a] / setting_.batch;
  }
}

/// ln K(to|from), averaged over minibatches.
double Walk::log_kernel(const std::vector<double>& from, const std::vector<double>& to, double eta,
                        double variance) const {
  std::vector<double> g(from.size());
  const auto density = [&](const std::vector<double>& t) {
    slope(from.data(), t.data(), g.data());
    double sum = 0;
    for (std::size_t i = 0; i < g.size(); ++i) {
      const double deviation = to[i] - from[i] + eta * g[i];
      sum -= (log_two_pi + logarithm(variance) + deviation * deviation / variance) / 2;
    }
    return sum;
  };
  if (setting_.stream) return density(fresh_);
  if (setting_.batch == 0) return density(statistic_);
  if (batch_statistic_.empty()) return std::nan("");
  std::vector<double> terms;
  for (std::size_t c = 0; c < batch_statistic_.size(); ++c)
    terms.push_back(batch_log_weight_[c] + density(batch_statistic_[c]));
  return log_sum(terms);
}

void Walk::move_sgld() {
  const double eta = setting_.learning_rate.at(time_), temperature = setting_.temperature.at(time_);
  const double variance = 2 * eta * temperature;
  std::vector<double> batch = statistic_;
  if (setting_.batch > 0) draw_batch(batch);
  if (setting_.stream) {
    if (seen_ > 0) sums_.work_theta += loss(theta_.data(), batch.data()) - loss(theta_.data(), fresh_.data());
    fresh_ = batch;
    if (keep_batches_) batches_.insert(batches_.end(), batch.begin(), batch.end());
    for (std::size_t a = 0; a < batch.size(); ++a)
      statistic_[a] += (batch[a] - statistic_[a]) / static_cast<double>(seen_ + 1);
    ++seen_;
  }
  const std::vector<double>& judged = setting_.stream ? fresh_ : statistic_;
  const std::vector<double> old = theta_;
  std::vector<double> g(theta_.size());
  slope(theta_.data(), batch.data(), g.data());
  for (std::size_t i = 0; i < theta_.size(); ++i)
    theta_[i] += std::sqrt(variance) * theta_random_.normal() - eta * g[i];
  const double forward = log_kernel(old, theta_, eta, variance), backward = log_kernel(theta_, old, eta, variance);
  sums_.forward += forward;
  sums_.backward += backward;
  sums_.medium += forward - backward;
  sums_.heat_theta += loss(theta_.data(), judged.data()) - loss(old.data(), judged.data());
}

}  // namespace calor::simulator
