// LaTeX: booktabs tabulars.

#include <algorithm>

#include "experiment/text.hpp"
#include "ledger/catalogue.hpp"
#include "table/number_text.hpp"
#include "table/sheet.hpp"
#include "table/write.hpp"

namespace calor::table {

namespace {

constexpr std::size_t times_a_tabular = 3;

std::string escape_latex(const std::string& text) {
  std::string out;
  for (const char c : experiment::printable(text, 1000)) {
    if (c == '\\')
      out += "\\textbackslash{}";
    else if (c == '~')
      out += "\\textasciitilde{}";
    else if (c == '^')
      out += "\\textasciicircum{}";
    else if (std::string_view("&%$#_{}").find(c) != std::string_view::npos)
      out += std::string("\\") + c;
    else
      out += c;
  }
  return out;
}

/// "1.2e-9" as 1.2\times10^{-9}, with or without an error in brackets before the e.
std::string math(const std::string& number) {
  if (number == "inf") return "\\infty";
  if (number == "-inf") return "-\\infty";
  const auto e = number.find('e');
  if (e == std::string::npos) return number;
  return number.substr(0, e) + "\\times10^{" + number.substr(e + 1) + "}";
}

std::string show_latex(const Cell* cell) {
  if (cell == nullptr) return "--";
  const std::string text = concise(*cell), plus_minus = " ± ";
  const std::string mark = cell->guarantee == num::Guarantee::proven ? "{}^{*}" : "";  // powers may stand before it
  const auto at = text.find(plus_minus);
  if (at == std::string::npos) return "$" + math(text) + mark + "$";
  return "$" + math(text.substr(0, at)) + "\\pm" + math(text.substr(at + plus_minus.size())) + mark + "$";
}

std::string label(const std::string& quantity) {
  const auto* definition = ledger::find(quantity);
  return definition == nullptr ? "\\texttt{" + escape_latex(quantity) + "}"
                               : "$" + std::string(definition->latex) + "$";
}

std::string tabular(const Sheet& sheet, std::size_t first, std::size_t last) {
  std::string out = "\\begin{tabular}{l" + std::string(last - first, 'r') + "}\n\\toprule\n";
  for (std::size_t j = first; j < last; ++j) out += " & $t=" + math(sheet.times[j]) + "$";
  out += " \\\\\n\\midrule\n";
  for (std::size_t i = 0; i < sheet.quantities.size(); ++i) {
    out += label(sheet.quantities[i]);
    for (std::size_t j = first; j < last; ++j) out += " & " + show_latex(sheet.cells[i][j]);
    out += " \\\\\n";
  }
  return out + "\\bottomrule\n\\end{tabular}\n";
}

}  // namespace

std::string write_latex(const std::vector<Table>& tables) {
  std::string out =
      "% \\usepackage{booktabs,amsmath}. Nats, k_B = 1; digits in brackets are the error of the last digits";
  out += "; errors marked * are proven bounds, others estimated by refinement\n";
  for (const Table& table : tables) {
    if (&table == &tables.front() && !table.title.empty()) out += "% " + escape_latex(table.title) + "\n";
    for (const auto& [name, text] : summary(table))
      out += "% " + name + ": " + experiment::printable(text, 1000) + "\n";
    if (const std::string at = coordinates(table); !at.empty()) out += "\n\\noindent " + escape_latex(at) + "\n";
    const Sheet s = sheet(table);
    for (std::size_t j = 0; j < s.times.size(); j += times_a_tabular) {
      out += "\n" + tabular(s, j, std::min(j + times_a_tabular, s.times.size()));
    }
  }
  return out;
}

}  // namespace calor::table
