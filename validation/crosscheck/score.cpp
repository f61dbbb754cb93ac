#include "validation/crosscheck/score.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace calor::crosscheck {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double mean(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x;
  return v.empty() ? nan : sum / static_cast<double>(v.size());
}

double deviation(const std::vector<double>& v) {
  if (v.size() < 2) return nan;
  const double m = mean(v);
  double sum = 0;
  for (const double x : v) sum += (x - m) * (x - m);
  return std::sqrt(sum / static_cast<double>(v.size() - 1));
}

/// The answer of a trial to one question, nullptr if there is none.
const Answer* find(const Trial& trial, const std::string& quantity, std::size_t moment) {
  const auto at = std::find_if(trial.answers.begin(), trial.answers.end(),
                               [&](const Answer& a) { return a.quantity == quantity && a.moment == moment; });
  return at == trial.answers.end() ? nullptr : &*at;
}

Score one(const TruthTable& table, const std::vector<Trial>& trials, const std::string& quantity, std::size_t moment) {
  const Moment& place = table.members.front().moments[moment];
  Score out;
  out.quantity = quantity;
  out.t = place.t.text;
  out.truth = place.quantities.find(quantity)->second;
  const double truth = num::from_rational<double>(out.truth.value.value);
  std::vector<double> off, squares;
  std::size_t within_1 = 0, within_2 = 0;
  for (const Trial& trial : trials) {
    const Answer* answer = find(trial, quantity, moment);
    if (answer == nullptr || !std::isfinite(answer->value)) {
      ++out.failures;
      continue;
    }
    const double d = answer->value - truth;
    off.push_back(d);
    squares.push_back(d * d);
    if (!answer->standard_error) continue;
    ++out.with_error;
    within_1 += std::abs(d) <= *answer->standard_error ? 1 : 0;
    within_2 += std::abs(d) <= 1.96 * *answer->standard_error ? 1 : 0;
  }
  const double root = std::sqrt(static_cast<double>(off.size()));
  out.answered = off.size();
  out.bias = mean(off);
  out.stddev = deviation(off);
  out.bias_error = out.stddev / root;
  out.rmse = std::sqrt(mean(squares));
  out.rmse_error = out.rmse > 0 ? deviation(squares) / (2 * out.rmse * root) : out.rmse;
  if (out.with_error > 0) {
    out.coverage_68 = static_cast<double>(within_1) / static_cast<double>(out.with_error);
    out.coverage_95 = static_cast<double>(within_2) / static_cast<double>(out.with_error);
  }
  return out;
}

}  // namespace

Scores score(const TruthTable& table, const std::vector<Trial>& trials) {
  Scores out;
  out.trials = trials.size();
  std::vector<std::pair<std::string, std::size_t>> questions;
  std::vector<double> seconds;
  for (const Trial& trial : trials) {
    seconds.push_back(trial.seconds);
    const bool number =
        std::any_of(trial.answers.begin(), trial.answers.end(), [](const Answer& a) { return std::isfinite(a.value); });
    if ((!trial.failure.empty() || !number) && out.failed++ == 0)
      out.first_failure = trial.failure.empty() ? "it gave no number" : trial.failure;
    for (const Answer& a : trial.answers) {
      const std::pair question{a.quantity, a.moment};
      if (std::find(questions.begin(), questions.end(), question) == questions.end()) questions.push_back(question);
    }
  }
  out.seconds = mean(seconds);
  for (const auto& [quantity, moment] : questions) {
    if (table.members.front().moments[moment].quantities.find(quantity)->second.value.finite())
      out.rows.push_back(one(table, trials, quantity, moment));
  }
  return out;
}

}  // namespace calor::crosscheck
