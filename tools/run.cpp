// calor run EXPERIMENT.toml

#include "run/run.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "experiment/text.hpp"
#include "ledger/catalogue.hpp"
#include "num/errors.hpp"
#include "table/write.hpp"
#include "tools/command.hpp"
#include "tools/output.hpp"
#include "tools/progress.hpp"
#include "tools/sampling.hpp"

namespace calor::tools {

namespace {

const Page run_page{
    "  calor run EXPERIMENT.toml [OPTIONS]",
    R"(  Reads an experiment, evolves the full parameter density for every data set of the ensemble, and prints the exact
  table of every quantity that the experiment defines (calor explain lists them), each with an error and a guarantee:
  |value - exact| <= error. Nats, k_B = 1. The run checks the identities of the theory on its own numbers and prints
  no table if one is violated.

  Name an accuracy in digits, never a grid: domain, spacing and number type follow from it. An accuracy that cannot be
  reached is refused; --quantities leaves out the quantity that cannot, --best-effort prints it with its larger error.

  A list in place of one number for a rate, sweeps, probability, step, temperature or size is a sweep: one table a value.)",
    R"(EXAMPLES
  A biased coin, tossed eight times, learned by Langevin dynamics (coin.toml):

      [model]
      kind = "bernoulli"

      [data]
      size = 8
      target = [0.3, 0.7]

      [learner]
      kind = "langevin"
      mobility = 1.0
      temperature = 0.125
      weight_decay = 0.1
      initial = { mean = [0.0], stddev = [0.5] }

      [time]
      points = [0, 1, 10]

  calor run coin.toml
  calor run coin.toml --format json --output coin.json
  calor run coin.toml --quantities m_info,l_info --digits 20
  calor run coin.toml --proven

EXIT STATUS
  0  the table was written
  2  the experiment or the command line is wrong, or asks for what cannot be had; nothing was written
  3  an internal error: an identity failed, or a bug of Calor

SEE ALSO
  calor models, calor explain; README.md)"};

const std::vector<std::string> methods{"auto", "spectral", "finite-volume", "logarithmic", "analytic"};
const std::vector<std::string> fluctuations{"heat_x_variance", "heat_x_skewness", "work_x_variance",
                                            "work_x_skewness", "ift_x",           "ift_theta"};

struct RunRequest {
  std::string experiment;
  std::string format = "text";
  std::optional<std::string> output;
  std::string method = "auto";
  std::vector<std::string> quantities;
  run::Options options;
};

/// The words between commas, empty ones too.
std::vector<std::string> split(const std::vector<std::string>& lists) {
  std::vector<std::string> out;
  for (const auto& list : lists) {
    for (std::size_t begin = 0; begin <= list.size();) {
      const std::size_t end = std::min(list.find(',', begin), list.size());
      out.push_back(list.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return out;
}

constexpr const char* allowed_words =
    "allowed: the names that calor explain lists, fluctuations, all, and -NAME to leave one out";

/// Catalogue names, each once, in the order asked.
struct Asked {
  std::vector<std::string> quantities;  // empty: what is printed unless asked otherwise
  std::vector<std::string> named;       // those of them that `all` does not stand for
};

/// The groups `all` (where only -NAME is given, too) and `fluctuations` spelt out, without those that -NAME leaves out.
Asked expand(const std::vector<std::string>& words) {
  Asked out;
  std::vector<std::string> left_out;
  const auto add = [&](std::vector<std::string>& to, const std::string& name) {
    if (std::find(to.begin(), to.end(), name) == to.end()) to.push_back(name);
  };
  const auto add_named = [&](const std::string& name) {
    add(out.quantities, name);
    add(out.named, name);
  };
  const auto add_all = [&] {
    for (const auto& d : ledger::catalogue())
      if (!d.on_request) add(out.quantities, std::string(d.name));
  };
  for (const auto& word : words) {
    const bool less = word.starts_with('-');
    const std::string name = less ? word.substr(1) : word;
    if (ledger::find(name) != nullptr) {
      less ? left_out.push_back(name) : add_named(name);
    } else if (word == "fluctuations") {
      for (const auto& one : fluctuations) add_named(one);
    } else if (word == "all") {
      add_all();
    } else {
      const std::string meant(ledger::nearest(name));
      throw InputError("--quantities: no quantity \"" + experiment::printable(word) + "\"; " +
                       (meant.empty() ? "" : "did you mean " + std::string(less ? "-" : "") + meant + "? ") +
                       allowed_words);
    }
  }
  if (words.empty()) return out;
  if (left_out.size() == words.size()) add_all();
  for (const auto& name : left_out) {
    std::erase(out.quantities, name);
    std::erase(out.named, name);
  }
  if (out.quantities.empty()) throw InputError(std::string("--quantities: nothing is left; ") + allowed_words);
  return out;
}

run::Method method_of(const std::string& name) {
  if (std::find(methods.begin(), methods.end(), name) == methods.end()) {
    throw InputError("--method: no method \"" + experiment::printable(name) + "\"; " +
                     experiment::allowed_names(name, methods));
  }
  return run::method_from_name(name);
}

/// The member of a sweep in words, "" if there is none.
std::string place(const experiment::Swept& member) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : member.coordinates) parts.push_back(key + " = " + value);
  return experiment::join(parts);
}

table::Table compute(const experiment::Swept& member, const run::Options& options) {
  try {
    table::Table table = run::compute(member.experiment, options);
    table.sweep.clear();
    for (const auto& [key, value] : member.coordinates) table.sweep.push_back({key, value});
    return table;
  } catch (const InputError& error) {
    if (member.coordinates.empty()) throw;
    throw InputError(std::string(error.what()) + " (at " + place(member) + ")");
  }
}

std::vector<table::Table> compute_all(const std::vector<experiment::Swept>& members, run::Options options) {
  ProgressLine line;
  std::vector<table::Table> tables;
  const auto all = static_cast<double>(members.size());
  options.progress = [&](const run::Progress& at) {
    const std::string where = members.size() > 1 ? " (" + place(members[tables.size()]) + ")" : "";
    line.show(at.stage + where, (static_cast<double>(tables.size()) + at.fraction) / all);
  };
  for (const auto& member : members) tables.push_back(compute(member, options));
  return tables;
}

/// Those asked for by name that no table has. Throws InputError if that is all there is.
std::vector<std::string> missing(const std::vector<table::Table>& tables, const Asked& asked) {
  std::vector<std::string> out = asked.named;
  for (const auto& table : tables)
    for (const auto& row : table.rows)
      for (const auto& cell : row.cells) std::erase(out, cell.quantity);
  if (!out.empty() && out.size() == asked.quantities.size())
    throw InputError("--quantities: " + experiment::join(out) +
                     ": not defined or not available for this experiment; allowed: what calor run prints without "
                     "--quantities or with --quantities fluctuations");
  return out;
}

/// A range check that leaves the help text alone.
CLI::Validator count_between(int low, int high) { return CLI::Range(low, high).description(""); }

int run(RunRequest request) {
  const table::Format format = table::format_from_name(request.format);
  request.options.method = method_of(request.method);
  const Asked asked = expand(split(request.quantities));
  request.options.quantities = asked.quantities;
  const auto members = experiment::read(request.experiment);
  const Output output(request.output, sources_of(request.experiment, members));
  const auto tables = compute_all(members, request.options);
  const auto absent = missing(tables, asked);
  const int terminal = request.output ? 0 : terminal_width(STDOUT_FILENO);
  output.write(table::write(tables, format, terminal == 0 ? 100 : std::clamp(terminal, 60, 160)));
  if (!absent.empty())
    std::cerr << "calor: --quantities: not defined or not available for this experiment: " << experiment::join(absent)
              << '\n';
  return 0;
}

}  // namespace

void add_run(CLI::App& calor, Action& chosen) {
  auto request = std::make_shared<RunRequest>();
  CLI::App& command = add_command(calor, "run", "compute the exact table of an experiment", run_page);
  command.add_option("EXPERIMENT", request->experiment, "the experiment, a TOML file")->required()->type_name("FILE");
  command.add_option("-f,--format", request->format, "text (default), json, csv, markdown or latex")
      ->type_name("FORMAT");
  command.add_option("-o,--output", request->output, "write there instead of standard output; whole or not at all")
      ->type_name("FILE");
  command
      .add_option("-d,--digits", request->options.digits,
                  "wanted: error <= 10^-N max(1, |value|) for every value (default: the experiment's, 10)")
      ->type_name("N")
      ->check(count_between(1, 1000));
  command
      .add_option(
          "-q,--quantities", request->quantities,
          "only these, separated by commas; fluctuations stands for six of them, all for what is printed without "
          "this option, and -NAME leaves one out: all,-lautum_info")
      ->type_name("A,B,...")
      ->allow_extra_args(false);
  command
      .add_option("-m,--method", request->method, "auto (default), spectral, finite-volume, logarithmic or analytic")
      ->type_name("METHOD");
  command
      .add_option("-p,--precision", request->options.precision,
                  "decimal digits of the number type (default: as needed)")
      ->type_name("N")
      ->check(count_between(1, 1000));
  command.add_flag(
      "--proven", request->options.proven,
      "also prove what would take milliseconds to estimate and seconds to prove: langevin in one parameter");
  command.add_flag("--best-effort", request->options.best_effort, "print what misses the digits with its larger error");
  command
      .add_option("-j,--threads", request->options.threads, "threads (default: all cores); results do not depend on it")
      ->type_name("N")
      ->check(count_between(0, 1024));
  command.callback([&chosen, request] { chosen = [request] { return run(*request); }; });
}

}  // namespace calor::tools
