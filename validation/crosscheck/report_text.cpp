// For people: a terminal, and Markdown.

#include <fmt/format.h>

#include "experiment/text.hpp"
#include "table/number_text.hpp"
#include "validation/crosscheck/report.hpp"

namespace calor::crosscheck {

namespace {

constexpr std::size_t most_rows = 60;  // more are left out where they pass

using Line = std::vector<std::string>;

std::string cut(const std::string& text) { return experiment::printable(text, 30); }

Line heading(const Report& report) {
  Line out = report.swept;
  for (const char* word : {"t", "quantity", "value", "stderr", "true value", "LRE", "z", ""}) out.push_back(word);
  return out;
}

Line line(const Report& report, const Row& row) {
  Line out = report.coordinates[row.estimate.member];
  const auto& e = row.estimate;
  const std::string replicate = e.replicate.empty() ? "" : " [" + cut(e.replicate) + "]";
  out.push_back(row.t.text);
  out.push_back(e.quantity + replicate);
  out.push_back(cut(e.value.text));
  out.push_back(e.standard_error ? num::decimal_text(*e.standard_error, 2) : "");
  out.push_back(table::concise({e.quantity, row.truth.value.text, row.truth.error.text, {}}));
  out.push_back(score_text(row.lre) + (row.absolute && row.lre ? " abs" : ""));
  out.push_back(row.z ? score_text(row.z) : "");
  out.push_back(row.pass ? "pass" : "FAIL");
  return out;
}

/// The rows that are shown: all, or those that fail.
std::vector<Line> lines(const Report& report, std::size_t& left_out) {
  std::vector<Line> out;
  left_out = 0;
  for (const Row& row : report.rows) {
    if (report.rows.size() > most_rows && row.pass) {
      ++left_out;
    } else {
      out.push_back(line(report, row));
    }
  }
  return out;
}

std::string aligned(const std::vector<Line>& all) {
  std::vector<int> widths(all.front().size(), 0);
  for (const Line& l : all) {
    for (std::size_t i = 0; i < l.size(); ++i) widths[i] = std::max(widths[i], table::columns(l[i]));
  }
  std::string out;
  for (const Line& l : all) {
    std::string text = " ";
    for (std::size_t i = 0; i < l.size(); ++i) {
      if (widths[i] > 0) text += " " + table::pad_right(l[i], widths[i]) + " ";
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  return out;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '|' ? "\\|" : std::string(1, c);
  return out;
}

}  // namespace

std::string write_report_text(const Report& report) {
  std::string out = report.estimates + " against " + report.table + ": " + (report.pass() ? "PASS" : "FAIL") + "\n";
  std::size_t left_out = 0;
  std::vector<Line> all = lines(report, left_out);
  if (!all.empty()) {
    all.insert(all.begin(), heading(report));
    out += "\n" + aligned(all);
  }
  if (left_out > 0) out += fmt::format("\n  {} rows that pass are not shown\n", left_out);
  out += "\n";
  for (const auto& sentence : conclusions(report)) out += sentence + "\n";
  if (!report.mistakes.empty()) out += "\n";
  for (const auto& sentence : report.mistakes) out += sentence + "\n";
  return out;
}

std::string write_report_markdown(const Report& report) {
  std::string out = "### " + std::string(report.pass() ? "PASS" : "FAIL") + ": " + escaped(report.estimates) +
                    " against " + escaped(report.table) + "\n\n";
  for (const auto& sentence : conclusions(report)) out += "* " + escaped(sentence) + "\n";
  for (const auto& sentence : report.mistakes) out += "* **" + escaped(sentence) + "**\n";
  std::size_t left_out = 0;
  const std::vector<Line> all = lines(report, left_out);
  if (left_out > 0) out += fmt::format("* {} rows that pass are not shown\n", left_out);
  if (all.empty()) return out;
  const auto add = [&](const Line& l) {
    for (const auto& cell : l) out += "| " + escaped(cell) + " ";
    out += "|\n";
  };
  out += "\n";
  add(heading(report));
  for (std::size_t i = 0; i < all.front().size(); ++i) out += "|---";
  out += "|\n";
  for (const Line& l : all) add(l);
  return out;
}

}  // namespace calor::crosscheck
