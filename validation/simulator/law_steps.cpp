#include "validation/simulator/law_steps.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace calor::simulator {

namespace {

using Letters = std::vector<std::vector<double>>;

/// The distinct statistics of the outcomes.
Letters letters_of(const Model& model) {
  Letters letters;
  for (int x = 0; x < model.outcomes(); ++x) {
    const double outcome = x;
    std::vector<double> t(static_cast<std::size_t>(model.statistics()));
    model.statistic(&outcome, t.data());
    if (std::find(letters.begin(), letters.end(), t) == letters.end()) letters.push_back(t);
  }
  return letters;
}

/// Column c: (1, T of letter c).
Eigen::MatrixXd matrix_of(const Letters& letters) {
  const auto rows = static_cast<Eigen::Index>(letters.front().size() + 1);
  Eigen::MatrixXd out(rows, static_cast<Eigen::Index>(letters.size()));
  for (std::size_t c = 0; c < letters.size(); ++c) {
    out(0, static_cast<Eigen::Index>(c)) = 1;
    for (Eigen::Index a = 1; a < rows; ++a)
      out(a, static_cast<Eigen::Index>(c)) = letters[c][static_cast<std::size_t>(a - 1)];
  }
  return out;
}

bool independent(const Letters& letters) {
  return !letters.empty() &&
         Eigen::FullPivLU<Eigen::MatrixXd>(matrix_of(letters)).rank() == static_cast<Eigen::Index>(letters.size());
}

/// The shares of the letters in a data set of this statistic.
std::vector<double> shares_of(const Letters& letters, const std::vector<double>& statistic) {
  Eigen::VectorXd right(static_cast<Eigen::Index>(statistic.size() + 1));
  right[0] = 1;
  for (std::size_t a = 0; a < statistic.size(); ++a) right[static_cast<Eigen::Index>(a + 1)] = statistic[a];
  const Eigen::VectorXd share = matrix_of(letters).fullPivLu().solve(right);
  std::vector<double> out;
  for (const double s : share) out.push_back(std::abs(s) < 1e-12 ? 0 : s);  // a share is a count over N
  return out;
}

/// Adds all ways to draw `left` more examples from letter `c` on.
void add_batches(const Letters& letters, const std::vector<double>& share, std::size_t c, int left, int m,
                 double log_weight, std::vector<double> sum, Batches& out) {
  if (c + 1 == letters.size() && share[c] <= 0 && left > 0) return;
  const auto with = [&](int k) {
    std::vector<double> more = sum;
    for (std::size_t a = 0; a < more.size(); ++a) more[a] += k * letters[c][a] / m;
    return more;
  };
  const auto weight_of = [&](int k) { return log_weight + (k > 0 ? k * std::log(share[c]) : 0) - log_factorial(k); };
  if (c + 1 == letters.size()) {
    out.log_weight.push_back(weight_of(left));
    out.statistic.push_back(with(left));
    return;
  }
  for (int k = 0; k <= (share[c] > 0 ? left : 0); ++k)
    add_batches(letters, share, c + 1, left - k, m, weight_of(k), with(k), out);
}

}  // namespace

std::vector<std::vector<StepKind>> steps_of(const Setting& s) {
  std::vector<std::vector<StepKind>> out;
  double now = 0;
  for (const double t : s.times) {
    out.emplace_back();
    const double duration = t - now;
    if (!(duration > 0)) continue;
    if (s.mover == Mover::sgld) {
      for (auto n = std::lround(duration); n > 0; --n, now += 1) out.back().push_back({now, 1});
      continue;
    }
    const auto outer = s.turn > 0 ? std::lround(duration / s.turn) : 1L;
    const double span = duration / static_cast<double>(outer);
    const long each = s.steps_over(span);
    for (long k = 0; k < outer * each; ++k) {
      const double length = span / static_cast<double>(each);
      out.back().push_back({now + length * static_cast<double>(k), length});
    }
    now = t;
  }
  return out;
}

bool same_kernel(const Setting& s, const StepKind& a, const StepKind& b) {
  const bool constant = s.mobility.constant() && s.temperature.constant() && s.learning_rate.constant();
  return constant && std::abs(a.length - b.length) < 1e-9 * a.length;
}

std::vector<double> seen_at(const Setting& s, const std::vector<double>& given, const StepKind& step) {
  if (!s.stream) return given;
  const auto each = static_cast<std::ptrdiff_t>(s.model->statistics());
  const auto begin = given.begin() + std::lround(step.start) * each;
  return {begin, begin + each};
}

std::size_t given_size(const Setting& s) {
  const auto steps = s.stream ? std::lround(s.times.back()) : 1L;
  return static_cast<std::size_t>(steps) * static_cast<std::size_t>(s.model->statistics());
}

bool mixes(const Setting& s) { return s.mover == Mover::sgld && s.batch > 0 && !s.stream; }

Batches batches_of(const Model& model, const std::vector<double>& statistic, int m) {
  const Letters letters = letters_of(model);
  Batches out;
  if (!independent(letters)) return out;
  add_batches(letters, shares_of(letters, statistic), 0, m, m, log_factorial(m),
              std::vector<double>(statistic.size(), 0.0), out);
  return out;
}

double batch_count(const Model& model, int m) {
  const Letters letters = letters_of(model);
  if (!independent(letters)) return 0;
  double ways = 1;  // C(letters + m - 1, m)
  for (int k = 1; k <= m; ++k) ways *= (static_cast<double>(letters.size()) - 1 + k) / k;
  return ways;
}

}  // namespace calor::simulator
