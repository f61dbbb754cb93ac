// The table for people at a terminal.

#include "experiment/text.hpp"

#include <algorithm>

#include "ledger/catalogue.hpp"
#include "table/number_text.hpp"
#include "table/sheet.hpp"
#include "table/write.hpp"

namespace calor::table {

namespace {

constexpr int gap = 2;
const char* const proven_mark = "*";

/// `text` broken at blanks into lines of at most `width` columns, later ones indented by `margin`.
std::string wrap(const std::string& text, int width, int margin) {
  std::string out, line;
  const auto flush = [&] {
    out += (out.empty() ? "" : "\n" + std::string(static_cast<std::size_t>(margin), ' ')) + line;
    line.clear();
  };
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!line.empty() && margin + columns(line) + 1 + columns(word) > width) flush();
    line += (line.empty() ? "" : " ") + word;
    begin = end + 1;
  }
  flush();
  return out;
}

std::string head(const Table& table, int width) {
  std::string out;
  if (!table.title.empty()) out += wrap(experiment::printable(table.title, 1000), width, 0) + "\n\n";
  int label = 0;
  const auto lines = summary(table);
  for (const auto& line : lines) label = std::max(label, columns(line.first));
  for (const auto& [name, text] : lines) {
    out += "  " + pad_right(name, label) + "  " + wrap(text, width, label + 4) + "\n";
  }
  return out + (lines.empty() ? "" : "\n");
}

std::string show(const Cell* cell, bool mark_proven) {
  if (cell == nullptr) return "-";
  return concise(*cell) + (mark_proven && cell->guarantee == num::Guarantee::proven ? proven_mark : "");
}

std::string group_of(const std::string& quantity) {
  const auto* definition = ledger::find(quantity);
  return definition == nullptr ? "" : std::string(definition->group);
}

/// The columns [first, last) of the sheet, texts [quantity][time].
std::string block(const Sheet& sheet, const std::vector<std::vector<std::string>>& texts,
                  const std::vector<int>& widths, int label, std::size_t first, std::size_t last) {
  std::string out = pad_right("", label);
  for (std::size_t j = first; j < last; ++j)
    out += std::string(gap, ' ') + pad_left("t = " + sheet.times[j], widths[j]);
  out += "\n";
  std::string group;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (const std::string next = group_of(sheet.quantities[i]); next != group) {
      group = next;
      out += group + "\n";
    }
    out += pad_right("  " + sheet.quantities[i], label);
    for (std::size_t j = first; j < last; ++j) out += std::string(gap, ' ') + pad_left(texts[i][j], widths[j]);
    out += "\n";
  }
  return out;
}

std::string blocks(const Table& table, int width) {
  const Sheet s = sheet(table);
  const bool mark = guarantees(table) == "mixed";
  std::vector<std::vector<std::string>> texts(s.quantities.size());
  std::vector<int> widths;
  int label = 0;
  for (const auto& time : s.times) widths.push_back(columns(time) + 4);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    label = std::max(label, columns(s.quantities[i]) + 2);
    for (std::size_t j = 0; j < widths.size(); ++j) {
      texts[i].push_back(show(s.cells[i][j], mark));
      widths[j] = std::max(widths[j], columns(texts[i][j]));
    }
  }
  std::string out;
  for (std::size_t first = 0; first < widths.size();) {
    std::size_t last = first;
    for (int used = label; last < widths.size() && (last == first || used + gap + widths[last] <= width); ++last) {
      used += gap + widths[last];
    }
    out += (out.empty() ? "" : "\n") + block(s, texts, widths, label, first, last);
    first = last;
  }
  return out;
}

std::string legend(const Table& table, int width) {
  std::string out = "Nats, k_B = 1. 0.123(45) stands for 0.123 ± 0.045.";
  const std::string kind = guarantees(table);
  if (kind == "proven") out += " Errors are proven bounds.";
  if (kind == "estimated") out += " Errors are estimated by refining every source of error.";
  if (kind == "mixed") {
    out += " Errors marked ";
    out += proven_mark;
    out += " are proven bounds, the others are estimated by refinement.";
  }
  if (!table.checks.empty()) out += " Checks passed: " + identities(table) + ".";
  return wrap(out, width, 0) + "\n";
}

}  // namespace

std::string write_text(const std::vector<Table>& tables, int width) {
  std::string out;
  for (const Table& table : tables) {
    const bool first = &table == &tables.front();
    const std::string at = coordinates(table);
    if (!first) out += "\n";
    if (first) out += head(table, width);
    if (!at.empty()) out += at + "\n" + std::string(static_cast<std::size_t>(std::min(columns(at), width)), '-') + "\n";
    out += blocks(table, width) + "\n" + legend(table, width);
  }
  return out;
}

}  // namespace calor::table
