#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "experiment/csv.hpp"
#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "table/json_text.hpp"
#include "table/number_text.hpp"
#include "validation/crosscheck/score.hpp"
#include "version.hpp"

namespace calor::crosscheck {

namespace {

using table::quote;
using Line = std::vector<std::string>;

const Line& columns() {
  static const Line names{"name",   "experiment", "sweep",       "samples",     "replicates",  "seed",
                          "t",      "quantity",   "true_value",  "true_error",  "bias",        "bias_stderr",
                          "stddev", "rmse",       "rmse_stderr", "coverage_68", "coverage_95", "failures"};
  return names;
}

constexpr std::ptrdiff_t of_entry = 6;  // the first columns, which tell entries apart

/// Four digits: more would be noise. Empty where there is no number.
std::string number(double x) { return std::isfinite(x) ? fmt::format("{:.4g}", x) : ""; }
std::string number(const std::optional<double>& x) { return x ? number(*x) : ""; }

std::string percent(const std::optional<double>& x) { return x ? fmt::format("{:.0f} %", 100 * *x) : "-"; }

Line line(const Entry& e, const Score& s) {
  return {e.name,
          e.experiment,
          word_of(e.coordinates),
          std::to_string(e.samples),
          std::to_string(e.replicates),
          std::to_string(e.seed),
          s.t,
          s.quantity,
          s.truth.value.text,
          s.truth.error.text,
          number(s.bias),
          number(s.bias_error),
          number(s.stddev),
          number(s.rmse),
          number(s.rmse_error),
          number(s.coverage_68),
          number(s.coverage_95),
          std::to_string(s.failures)};
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos && !text.starts_with('#')) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

std::string csv_line(const Line& cells) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) out += (i ? "," : "") + csv_cell(cells[i]);
  return out + "\n";
}

std::string number_or_null(double x) { return std::isfinite(x) ? fmt::format("{:.6g}", x) : "null"; }
std::string number_or_null(const std::optional<double>& x) { return x ? number_or_null(*x) : "null"; }

std::string write_text(const Entry& entry, const Scores& scores) {
  const std::string place = word_of(entry.coordinates);
  std::string out =
      fmt::format("{} on {}{}: {} runs on {} samples each, {} failed, {:.3g} s each\n", entry.name, entry.experiment,
                  place.empty() ? "" : " (" + place + ")", scores.trials, entry.samples, scores.failed, scores.seconds);
  if (!scores.first_failure.empty()) out += "first failure: " + scores.first_failure + "\n";
  if (scores.rows.empty()) return out;
  std::vector<Line> lines{
      {"t", "quantity", "true value", "bias", "stddev", "rmse", "within 1", "1.96 stderr", "failures"}};
  const auto pm = [](double x, double e) {
    return std::isfinite(e) ? fmt::format("{:.3g} ± {:.1g}", x, e) : fmt::format("{:.3g}", x);
  };
  for (const Score& s : scores.rows) {
    lines.push_back({s.t, s.quantity, fmt::format("{:.6g}", num::from_rational<double>(s.truth.value.value)),
                     pm(s.bias, s.bias_error), number(s.stddev), pm(s.rmse, s.rmse_error), percent(s.coverage_68),
                     percent(s.coverage_95), std::to_string(s.failures)});
  }
  std::vector<int> widths(lines.front().size(), 0);
  for (const Line& l : lines) {
    for (std::size_t i = 0; i < l.size(); ++i) widths[i] = std::max(widths[i], table::columns(l[i]));
  }
  out += "\n";
  for (const Line& l : lines) {
    std::string text;
    for (std::size_t i = 0; i < l.size(); ++i) text += "  " + table::pad_right(l[i], widths[i]);
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  return out;
}

std::string write_json(const Entry& entry, const Scores& scores) {
  std::string rows;
  for (const Score& s : scores.rows) {
    rows += fmt::format(
        "{}    {{ \"t\": {}, \"quantity\": {}, \"true_value\": {}, \"true_error\": {}, \"answered\": {}, \"failures\": "
        "{}, "
        "\"bias\": {}, \"bias_stderr\": {}, \"stddev\": {}, \"rmse\": {}, \"rmse_stderr\": {}, \"coverage_68\": {}, "
        "\"coverage_95\": {} }}",
        rows.empty() ? "\n" : ",\n", table::number_or_string(s.t), quote(s.quantity),
        table::number_or_string(s.truth.value.text), table::number_or_string(s.truth.error.text), s.answered,
        s.failures, number_or_null(s.bias), number_or_null(s.bias_error), number_or_null(s.stddev),
        number_or_null(s.rmse), number_or_null(s.rmse_error), number_or_null(s.coverage_68),
        number_or_null(s.coverage_95));
  }
  return "{\n  \"calor\": " + quote(version()) + ",\n  \"report\": \"score\",\n  \"name\": " + quote(entry.name) +
         ",\n  \"experiment\": " + quote(entry.experiment) +
         (entry.coordinates.empty() ? "" : ",\n  \"coordinates\": " + json_of(entry.coordinates)) +
         fmt::format(
             ",\n  \"samples\": {},\n  \"replicates\": {},\n  \"seed\": {},\n  \"failed\": {},\n  \"seconds\": {}",
             entry.samples, entry.replicates, entry.seed, scores.failed, number_or_null(scores.seconds)) +
         ",\n  \"first_failure\": " + (scores.first_failure.empty() ? "null" : quote(scores.first_failure)) +
         ",\n  \"rows\": [" + rows + (rows.empty() ? "]" : "\n  ]") + "\n}";
}

}  // namespace

std::string leaderboard(const std::string& old, const std::string& old_name, const std::vector<Scored>& all) {
  std::vector<Line> rows, kept;
  const auto of = [](const Scored& s, const Line& row) {
    return std::equal(row.begin(), row.begin() + of_entry, line(s.entry, {}).begin());
  };
  if (!old.empty()) {
    std::istringstream in(old);
    const auto csv = experiment::parse_csv(in, old_name);
    if (csv.header != columns())
      throw InputError(old_name + ": it is no leaderboard; allowed: a new file, or one that calor score wrote");
    kept = csv.rows;
  }
  for (const auto& scored : all) {
    const auto same = [&](const Line& row) { return of(scored, row); };
    const auto& scores = scored.scores.rows;
    const bool some = std::any_of(scores.begin(), scores.end(), [](const Score& s) { return s.answered > 0; });
    if (!some && std::any_of(kept.begin(), kept.end(), same)) continue;  // its older numbers stay
    std::erase_if(kept, same);
    for (const Score& s : scores) rows.push_back(line(scored.entry, s));
    if (!scores.empty()) continue;
    Score none;
    none.failures = scored.scores.failed;
    none.bias = none.bias_error = none.stddev = none.rmse = none.rmse_error = std::nan("");
    rows.push_back(line(scored.entry, none));
  }
  rows.insert(rows.end(), kept.begin(), kept.end());
  // By experiment, member of the sweep, quantity, time and size of sample; then the best first.
  const auto key = [](const Line& row) {
    const auto value = [](const std::string& text) {
      return text.empty() ? HUGE_VAL : std::strtod(text.c_str(), nullptr);
    };
    return std::tuple(row[1], row[2], row[7], value(row[6]), value(row[3]), value(row[13]), row[0], row[4], row[5]);
  };
  std::sort(rows.begin(), rows.end(), [&](const Line& a, const Line& b) { return key(a) < key(b); });
  std::string out = csv_line(columns());
  for (const Line& row : rows) out += csv_line(row);
  return out;
}

std::string write_scores_text(const std::vector<Scored>& all) {
  std::string out;
  for (const auto& [entry, scores] : all) out += (out.empty() ? "" : "\n") + write_text(entry, scores);
  return out;
}

std::string write_scores_json(const std::vector<Scored>& all) {
  if (all.size() == 1 && all.front().entry.coordinates.empty())
    return write_json(all.front().entry, all.front().scores) + "\n";
  std::string members;
  for (const auto& [entry, scores] : all) members += (members.empty() ? "\n" : ",\n") + write_json(entry, scores);
  return "{\n\"calor\": " + quote(version()) + ",\n\"report\": \"score\",\n\"sweep\": [" + members + "\n]\n}\n";
}

}  // namespace calor::crosscheck
