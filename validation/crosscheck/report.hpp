#pragma once
// The report of calor check in the formats of people and of test runners.

#include <string>
#include <string_view>
#include <vector>

#include "validation/crosscheck/verdict.hpp"

namespace calor::crosscheck {

enum class ReportFormat { text, json, junit, tap, markdown };

/// "text", "json", ... in the order of the enum.
const std::vector<std::string>& report_format_names();

/// Throws InputError on a word that is none of report_format_names().
ReportFormat report_format(std::string_view name);

std::string write_report(const Report& report, ReportFormat format);

std::string write_report_text(const Report& report);
std::string write_report_json(const Report& report);   // schema/check.schema.json
std::string write_report_junit(const Report& report);  // one test case a row
std::string write_report_tap(const Report& report);    // TAP version 13, one test a row
std::string write_report_markdown(const Report& report);

/// The same words in all formats:
std::string label(const Report& report, const Row& row);     // "m_info at t = 1 (sampler.rate = 10, replicate 3)"
std::string measure(const Row& row);                         // "LRE 9.3", "LRE 9.3 (absolute)", "z -1.2", "not inf"
std::string score_text(const std::optional<double>& x);      // "9.3", "inf", "-"
std::vector<std::string> conclusions(const Report& report);  // one sentence each, without the mistakes

}  // namespace calor::crosscheck
