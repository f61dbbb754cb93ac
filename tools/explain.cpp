// calor explain [NAME...]

#include "experiment/text.hpp"
#include "ledger/catalogue.hpp"
#include "num/errors.hpp"
#include "table/number_text.hpp"
#include "tools/command.hpp"
#include "tools/output.hpp"

namespace calor::tools {

namespace {

const Page explain_page{
    "  calor explain [NAME...]",
    "  Prints definition, equation, unit, sign convention and source of quantities; without a name, the list of all.\n"
    "  Equations refer to theory.md: B training data, Θ parameters, X output of the model, φ = -ln p(x|θ).",
    "EXAMPLES\n  calor explain m_info\n  calor explain heat_x work_x ep_x"};

std::string list_all() {
  std::string out, group;
  for (const auto& d : ledger::catalogue()) {
    if (d.group != group) {
      out += (group.empty() ? "" : "\n") + std::string(d.group) + (d.on_request ? " (--quantities NAME)" : "") + "\n";
      group = d.group;
    }
    out += "  " + table::pad_right(std::string(d.name), 22) + "  " + table::pad_right(std::string(d.symbol), 12) +
           "  " + std::string(d.title) + "\n";
  }
  return out;
}

std::string page_of(const ledger::Definition& d) {
  std::string out = std::string(d.name) + " - " + std::string(d.title) + "\n\n";
  const auto line = [&](const char* label, std::string_view text) {
    if (!text.empty()) out += "  " + table::pad_right(label, 10) + std::string(text) + "\n";
  };
  line("symbol", d.symbol);
  line("equation", d.equation);
  line("unit", d.unit);
  line("sign", d.sign);
  line("source", d.source);
  line("printed", d.on_request ? "only when named by --quantities" : "");
  return out;
}

int explain(const std::vector<std::string>& names) {
  std::string out = names.empty() ? list_all() : "";
  for (const auto& name : names) {
    const auto* definition = ledger::find(name);
    if (definition == nullptr) {
      const std::string meant(ledger::nearest(name));
      throw InputError("explain: no quantity \"" + experiment::printable(name) + "\"; " +
                       (meant.empty() ? "" : "did you mean " + meant + "? ") +
                       "allowed: the names that calor explain lists");
    }
    out += (out.empty() ? "" : "\n") + page_of(*definition);
  }
  write_standard_output(out);
  return 0;
}

}  // namespace

void add_explain(CLI::App& calor, Action& chosen) {
  auto names = std::make_shared<std::vector<std::string>>();
  CLI::App& command = add_command(calor, "explain", "print the definition of a quantity", explain_page);
  command.add_option("NAME", *names, "quantities, as in tables")->type_name("");
  command.callback([&chosen, names] { chosen = [names] { return explain(*names); }; });
}

}  // namespace calor::tools
