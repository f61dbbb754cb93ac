#include "validation/crosscheck/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "experiment/text.hpp"
#include "num/errors.hpp"

namespace calor::crosscheck {

namespace {

std::string percent(std::size_t part, std::size_t whole) {
  return fmt::format("{:.0f} %", 100 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string place(const Report& report, std::size_t row) {
  return label(report, report.rows[row]) + ", line " + std::to_string(report.rows[row].estimate.line);
}

/// "m_info (5 of 6 rows), heat_x (1 of 6)", in the order of the rows.
std::string failures(const Report& report) {
  std::vector<std::string> names, out;
  std::map<std::string, std::pair<int, int>> counts;  // failed, all
  for (const Row& row : report.rows) {
    auto& [failed, all] = counts[row.estimate.quantity];
    if (all++ == 0) names.push_back(row.estimate.quantity);
    failed += row.pass ? 0 : 1;
  }
  for (const auto& name : names) {
    const auto& [failed, all] = counts[name];
    if (failed > 0) out.push_back(fmt::format("{} ({} of {})", name, failed, all));
  }
  return experiment::join(out);
}

}  // namespace

const std::vector<std::string>& report_format_names() {
  static const std::vector<std::string> names{"text", "json", "junit", "tap", "markdown"};
  return names;
}

ReportFormat report_format(std::string_view name) {
  const auto& names = report_format_names();
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) {
    throw InputError("--format: no format \"" + experiment::printable(name) + "\"; " +
                     experiment::allowed_names(name, names));
  }
  return static_cast<ReportFormat>(at - names.begin());
}

std::string write_report(const Report& report, ReportFormat format) {
  switch (format) {
    case ReportFormat::text:
      return write_report_text(report);
    case ReportFormat::json:
      return write_report_json(report);
    case ReportFormat::junit:
      return write_report_junit(report);
    case ReportFormat::tap:
      return write_report_tap(report);
    case ReportFormat::markdown:
      return write_report_markdown(report);
  }
  throw InternalError("a report format without a writer");
}

std::string label(const Report& report, const Row& row) {
  std::vector<std::string> more;
  for (std::size_t k = 0; k < report.swept.size(); ++k)
    more.push_back(report.swept[k] + " = " + report.coordinates[row.estimate.member][k]);
  if (!row.estimate.replicate.empty()) more.push_back("replicate " + experiment::printable(row.estimate.replicate));
  return row.estimate.quantity + " at t = " + row.t.text + (more.empty() ? "" : " (" + experiment::join(more) + ")");
}

std::string score_text(const std::optional<double>& x) {
  if (!x) return "-";
  if (std::isinf(*x)) return *x > 0 ? "inf" : "-inf";
  const double shown = std::abs(*x) < 1e6 ? std::trunc(*x * 10) / 10 + 0.0 : *x;  // never better than it is
  return std::abs(*x) < 1e6 ? fmt::format("{:.1f}", shown) : fmt::format("{:.1e}", shown);
}

std::string measure(const Row& row) {
  if (row.z) return "z " + score_text(row.z);
  if (!row.lre) return "not " + row.truth.value.text;
  return "LRE " + score_text(row.lre) + (row.absolute ? " (absolute)" : "");
}

std::vector<std::string> conclusions(const Report& r) {
  std::vector<std::string> out;
  const std::size_t exact = r.rows.size() - r.with_error;
  std::string rule;
  if (exact > 0) rule = fmt::format("LRE >= {:g}{}", r.rule.lre, r.with_error > 0 ? " without stderr" : "");
  if (r.with_error > 0)
    rule += fmt::format("{}|z| <= {:g}{}", exact > 0 ? ", " : "", r.rule.z, exact > 0 ? " with stderr" : "");
  out.push_back(fmt::format("{} of {} rows pass under the rule {}", r.passed, r.rows.size(), rule));
  if (!r.pass()) out.push_back("failed: " + failures(r));
  if (r.worst_lre) {
    const Row& row = r.rows[*r.worst_lre];
    out.push_back("worst LRE: " + score_text(row.lre) + ", " + place(r, *r.worst_lre));
  }
  if (r.worst_z) out.push_back("worst z: " + score_text(r.rows[*r.worst_z].z) + ", " + place(r, *r.worst_z));
  if (r.with_error > 0) {
    out.push_back("standard errors: " + percent(r.within_1, r.with_error) +
                  " of the true values within 1 (normal: 68 %), " + percent(r.within_2, r.with_error) +
                  " within 1.96 (95 %)");
  }
  if (r.idle > 0)
    out.push_back(fmt::format("{} rows have a standard error above the true value: they can hardly fail", r.idle));
  if (r.capped > 0)
    out.push_back(
        fmt::format("{} rows have fewer true digits than the rule asks for: they pass at those digits", r.capped));
  out.push_back(fmt::format("compared: {} of the table's {} values", r.compared, r.known));
  return out;
}

}  // namespace calor::crosscheck
