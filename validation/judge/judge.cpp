#include "validation/judge/judge.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "num/errors.hpp"
#include "num/parallel.hpp"

namespace calor::judge {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Trial {
  bool failed = true;
  double error = 0, bar = nan, milliseconds = 0;
};

Trial attempt(const Subject& subject, std::size_t n, std::size_t replicate) {
  Trial trial;
  const auto begin = std::chrono::steady_clock::now();
  try {
    const auto result = subject.run(n, replicate);
    trial.failed = !std::isfinite(result.value);
    trial.error = result.value - subject.truth;
    trial.bar = result.standard_error;
  } catch (const InputError&) {
    trial.failed = true;
  }
  trial.milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  return trial;
}

/// Share of trials with an error bar whose truth lies within `z` bars.
Measured coverage(const std::vector<Trial>& trials, double z) {
  double n = 0, inside = 0;
  for (const Trial& t : trials) {
    if (t.failed || std::isnan(t.bar)) continue;
    ++n;
    inside += std::abs(t.error) <= z * t.bar;
  }
  if (n == 0) return {nan, nan};
  const double p = inside / n;
  return {p, std::sqrt(p * (1 - p) / n)};
}

void summarise(const std::vector<Trial>& trials, Line& line) {
  double r = 0, sum = 0, squares = 0, time = 0;
  for (const Trial& t : trials) {
    time += t.milliseconds;
    if (t.failed) continue;
    ++r;
    sum += t.error;
    squares += t.error * t.error;
  }
  line.failures = trials.size() - static_cast<std::size_t>(r);
  line.milliseconds = time / static_cast<double>(trials.size());
  line.bias = line.deviation = line.rmse = {nan, nan};
  if (r < 2) return;
  const double mean = sum / r, mean_square = squares / r;
  double second = 0, fourth = 0, of_squares = 0;
  for (const Trial& t : trials) {
    if (t.failed) continue;
    const double d = (t.error - mean) * (t.error - mean), q = t.error * t.error - mean_square;
    second += d;
    fourth += d * d;
    of_squares += q * q;
  }
  const double variance = second / (r - 1), s = std::sqrt(variance), rmse = std::sqrt(mean_square);
  const double spread = std::max(0.0, fourth / r - variance * variance);
  line.bias = {mean, s / std::sqrt(r)};
  line.deviation = {s, s > 0 ? std::sqrt(spread / r) / (2 * s) : 0};
  line.rmse = {rmse, rmse > 0 ? std::sqrt(of_squares / (r - 1) / r) / (2 * rmse) : 0};
}

}  // namespace

std::vector<std::string> estimator_names() {
  return {"entropy-plugin",
          "entropy-miller-madow",
          "entropy-grassberger",
          "entropy-nsb",
          "entropy-kl",
          "mi-plugin",
          "mi-ksg1",
          "mi-ksg2",
          "mi-gaussian",
          "nested-mc",
          "leave-one-out",
          "info-nce",
          "mean",
          "jarzynski",
          "path-likelihood-ratio",
          "integral-fluctuation",
          "detailed-fluctuation",
          "transition-counts",
          "short-time-tur"};
}

bool wanted(const Options& options, const std::string& estimator) {
  const auto& names = options.estimators;
  return names.empty() || std::find(names.begin(), names.end(), estimator) != names.end();
}

std::vector<Line> judge(const Case& test, const Subject& subject, const Options& options) {
  std::vector<Line> lines;
  for (const std::size_t n : subject.sizes.empty() ? options.sizes : subject.sizes) {
    if (n > subject.most) continue;
    std::vector<Trial> trials(options.replicates);
    num::parallel_for(static_cast<int>(options.replicates), options.threads, [&](int r) {
      const auto at = static_cast<std::size_t>(r);
      trials[at] = attempt(subject, n, at);
    });
    Line line;
    line.test = test.name;
    line.quantity = subject.quantity;
    line.estimator = subject.estimator;
    line.size_is = subject.size_is;
    line.n = n;
    line.replicates = options.replicates;
    line.truth = subject.truth;
    line.prediction = subject.prediction.kind;
    line.predicted = subject.prediction.bias ? subject.prediction.bias(n) : nan;
    if (!std::isfinite(line.predicted)) {  // of no use, or beyond the range of a double
      line.predicted = nan;
      line.prediction.clear();
    }
    summarise(trials, line);
    line.cover68 = coverage(trials, 1);
    line.cover95 = coverage(trials, 1.959963984540054);
    lines.push_back(line);
  }
  return lines;
}

}  // namespace calor::judge
