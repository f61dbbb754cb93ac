// Markdown: GitHub tables, a few times side by side.

#include <algorithm>

#include "experiment/text.hpp"
#include "table/number_text.hpp"
#include "table/sheet.hpp"
#include "table/write.hpp"

namespace calor::table {

namespace {

constexpr std::size_t times_a_block = 6;

std::string escape(const std::string& text) {
  std::string out;
  for (const char c : experiment::printable(text, 1000)) {
    if (std::string_view("\\`*_{}[]<>#|").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string show(const Cell* cell) {
  if (cell == nullptr) return "–";
  return concise(*cell) + (cell->guarantee == num::Guarantee::proven ? " \\*" : "");
}

std::string block(const Sheet& sheet, std::size_t first, std::size_t last) {
  std::string out = "| quantity |", rule = "|---|";
  for (std::size_t j = first; j < last; ++j) {
    out += " t = " + sheet.times[j] + " |";
    rule += "---:|";
  }
  out += "\n" + rule + "\n";
  for (std::size_t i = 0; i < sheet.quantities.size(); ++i) {
    out += "| `" + sheet.quantities[i] + "` |";
    for (std::size_t j = first; j < last; ++j) out += " " + show(sheet.cells[i][j]) + " |";
    out += "\n";
  }
  return out;
}

std::string legend(const Table& table) {
  std::string out = "Nats, k\\_B = 1; 0.123(45) stands for 0.123 ± 0.045; errors are estimated by refinement";
  if (guarantees(table) != "estimated") out += ", those marked \\* are proven bounds";
  if (!table.checks.empty()) out += "; checks passed: " + identities(table);
  return out + ".\n";
}

}  // namespace

std::string write_markdown(const std::vector<Table>& tables) {
  std::string out;
  for (const Table& table : tables) {
    const bool first = &table == &tables.front();
    if (first && !table.title.empty()) out += "# " + escape(table.title) + "\n\n";
    if (first) {
      for (const auto& [name, text] : summary(table)) out += "* " + name + ": " + escape(text) + "\n";
    }
    if (const std::string at = coordinates(table); !at.empty()) out += "\n## " + escape(at) + "\n";
    const Sheet s = sheet(table);
    for (std::size_t j = 0; j < s.times.size(); j += times_a_block) {
      out += "\n" + block(s, j, std::min(j + times_a_block, s.times.size()));
    }
    out += "\n" + legend(table);
  }
  return out;
}

}  // namespace calor::table
