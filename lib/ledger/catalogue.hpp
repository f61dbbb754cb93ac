#pragma once
// Every quantity Calor knows, with its definition: the text of `calor explain`, and the order of tables.

#include <string_view>
#include <vector>

namespace calor::ledger {

struct Definition {
  std::string_view name;        // "m_info"
  std::string_view title;       // "memorized information"
  std::string_view symbol;      // "I(Θ;B)"
  std::string_view equation;    // plain text, Unicode
  std::string_view latex;       // the symbol in LaTeX, "I(\Theta;B)"
  std::string_view unit;        // "nat", "nat (k_B = 1)", "1"
  std::string_view sign;        // sign convention or range; "" if obvious
  std::string_view source;      // theory.md section and literature
  bool on_request = false;      // only when named by --quantities (efficiency, ift_x, ...)
  std::string_view group = "";  // heading under which tables list it: "information", "entropy", ...
};

/// All definitions in the order in which tables print them.
const std::vector<Definition>& catalogue();

/// nullptr if there is no such quantity.
const Definition* find(std::string_view name);

/// The catalogue name nearest to `name` (edit distance), for "did you mean"; "" if none is near enough to be meant.
std::string_view nearest(std::string_view name);

}  // namespace calor::ledger
