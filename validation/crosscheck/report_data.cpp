// For programs: JSON, JUnit's XML, and the Test Anything Protocol.

#include <fmt/format.h>

#include <cmath>

#include "experiment/text.hpp"
#include "table/json_text.hpp"
#include "validation/crosscheck/report.hpp"
#include "version.hpp"

namespace calor::crosscheck {

namespace {

using table::number_or_string;
using table::quote;

std::string json_number(double x) {
  if (std::isinf(x)) return x > 0 ? "\"inf\"" : "\"-inf\"";
  return fmt::format("{:.6g}", x);
}

/// As a JSON number; what JSON cannot write (a leading +, .5) in other words.
std::string json_number(const Number& n) {
  if (!n.finite()) return n.infinite > 0 ? "\"inf\"" : "\"-inf\"";
  const std::string text = number_or_string(n.text);
  return text.starts_with('"') ? num::decimal_text(n.value, 40) : text;
}

std::string json_row(const Report& report, const Row& row) {
  const auto& e = row.estimate;
  std::string out = "{ ";
  if (!report.swept.empty()) {
    out += "\"coordinates\": { ";
    for (std::size_t k = 0; k < report.swept.size(); ++k)
      out += (k ? ", " : "") + quote(report.swept[k]) + ": " + number_or_string(report.coordinates[e.member][k]);
    out += " }, ";
  }
  out += "\"t\": " + json_number(row.t) + ", \"quantity\": " + quote(e.quantity);
  if (!e.replicate.empty()) out += ", \"replicate\": " + quote(e.replicate);
  out += ", \"line\": " + std::to_string(e.line) + ", \"value\": " + json_number(e.value);
  if (e.standard_error) out += ", \"stderr\": " + num::decimal_text(*e.standard_error, 40);
  out += ", \"true_value\": " + json_number(row.truth.value) + ", \"true_error\": " + json_number(row.truth.error);
  if (row.lre) out += ", \"lre\": " + json_number(*row.lre);
  if (row.lre) out += std::string(", \"absolute\": ") + (row.absolute ? "true" : "false");
  if (row.z) out += ", \"z\": " + json_number(*row.z);
  return out + ", \"pass\": " + (row.pass ? "true" : "false") + " }";
}

std::string json_list(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "\n    " : ",\n    ") + item;
  return "[" + out + (items.empty() ? "]" : "\n  ]");
}

std::string json_worst(const Report& report, std::size_t i) {
  const Row& row = report.rows[i];
  return "{ \"row\": " + std::to_string(i) + ", \"label\": " + quote(label(report, row)) +
         ", \"line\": " + std::to_string(row.estimate.line) + " }";
}

std::string json_summary(const Report& r) {
  std::string out =
      fmt::format("{{ \"rows\": {}, \"passed\": {}, \"failed\": {}, \"known\": {}, \"compared\": {}, \"capped\": {}",
                  r.rows.size(), r.passed, r.rows.size() - r.passed, r.known, r.compared, r.capped);
  if (r.worst_lre) out += ", \"worst_lre\": " + json_worst(r, *r.worst_lre);
  if (r.worst_z) out += ", \"worst_z\": " + json_worst(r, *r.worst_z);
  if (r.with_error > 0) {
    const auto n = static_cast<double>(r.with_error);
    out += fmt::format(", \"coverage\": {{ \"rows\": {}, \"within_1\": {:.6g}, \"within_1.96\": {:.6g} }}",
                       r.with_error, static_cast<double>(r.within_1) / n, static_cast<double>(r.within_2) / n);
  }
  return out + " }";
}

/// Text in XML 1.0: control characters, U+FFFE and U+FFFF have no place there.
std::string xml(std::string text) {
  for (const char* none : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})
    for (auto at = text.find(none); at != std::string::npos; at = text.find(none, at)) text.replace(at, 3, "?");
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
    }
  }
  return out;
}

std::string detail(const Row& row) {
  return fmt::format("value {}, true value {} with error {}, line {}", experiment::printable(row.estimate.value.text),
                     row.truth.value.text, row.truth.error.text, row.estimate.line);
}

/// '#' and '\' would end or bend a description.
std::string tap_words(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '#' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out;
}

}  // namespace

std::string write_report_json(const Report& r) {
  std::vector<std::string> rows, mistakes;
  for (const Row& row : r.rows) rows.push_back(json_row(r, row));
  for (const auto& sentence : r.mistakes) mistakes.push_back(quote(sentence));
  return "{\n  \"calor\": " + quote(version()) + ",\n  \"report\": \"check\",\n  \"title\": " + quote(r.title) +
         ",\n  \"estimates\": " + quote(r.estimates) + ",\n  \"table\": " + quote(r.table) +
         ",\n  \"rule\": { \"lre\": " + json_number(r.rule.lre) + ", \"z\": " + json_number(r.rule.z) +
         " },\n  \"pass\": " + (r.pass() ? "true" : "false") + ",\n  \"summary\": " + json_summary(r) +
         ",\n  \"mistakes\": " + json_list(mistakes) + ",\n  \"rows\": " + json_list(rows) + "\n}\n";
}

std::string write_report_junit(const Report& r) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out +=
      fmt::format("<testsuites>\n  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">\n",
                  xml("calor check " + r.table), r.rows.size(), r.rows.size() - r.passed);
  for (const Row& row : r.rows) {
    out += "    <testcase classname=\"" + xml(r.table) + "\" name=\"" + xml(label(r, row)) + "\"";
    if (row.pass) {
      out += "/>\n";
    } else {
      out += "><failure message=\"" + xml(measure(row)) + "\">" + xml(detail(row)) + "</failure></testcase>\n";
    }
  }
  std::string said;
  for (const auto& sentence : conclusions(r)) said += sentence + "\n";
  for (const auto& sentence : r.mistakes) said += sentence + "\n";
  return out + "    <system-out>" + xml(said) + "</system-out>\n  </testsuite>\n</testsuites>\n";
}

std::string write_report_tap(const Report& r) {
  std::string out = fmt::format("TAP version 13\n1..{}\n", r.rows.size());
  for (std::size_t i = 0; i < r.rows.size(); ++i) {
    const Row& row = r.rows[i];
    out += (row.pass ? "ok " : "not ok ") + std::to_string(i + 1) + " - " +
           tap_words(label(r, row) + ": " + measure(row) + (row.pass ? "" : ", " + detail(row))) + "\n";
  }
  for (const auto& sentence : conclusions(r)) out += "# " + sentence + "\n";
  for (const auto& sentence : r.mistakes) out += "# " + sentence + "\n";
  return out;
}

}  // namespace calor::crosscheck
