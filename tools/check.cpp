// calor check EXPERIMENT.toml|TABLE.json|SAMPLES ESTIMATES.csv

#include <algorithm>
#include <filesystem>

#include "experiment/csv.hpp"
#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "run/run.hpp"
#include "table/write.hpp"
#include "tools/command.hpp"
#include "tools/output.hpp"
#include "tools/sampling.hpp"
#include "validation/crosscheck/mistakes.hpp"
#include "validation/crosscheck/report.hpp"

namespace calor::tools {

namespace {

namespace fs = std::filesystem;

const Page check_page{
    "  calor check EXPERIMENT.toml|TABLE.json|SAMPLES ESTIMATES.csv [OPTIONS]",
    R"(  Compares what another implementation says with the true values: those of a table (calor run --format json) or of
  samples (the directory of calor sample), or those that Calor computes from an experiment now. ESTIMATES.csv has the columns t, quantity, value and, optionally, stderr
  (the standard error of value; empty where there is none), replicate (any text) and one column for each swept key of the
  table; the columns error and guarantee are passed over.

  Each row gets the log relative error LRE = -log10(|value - true| / |true|), the number of right digits (as NIST's
  Statistical Reference Datasets count them; absolute where the true value is 0), capped by the digits that the true value
  itself has, and with a standard error z = (value - true) / stderr, reduced by the true value's own error. A row with a
  standard error passes if |z| <= Z, a row without if LRE >= LRE or as near as the true value is known.

  Bits in place of nats, a heat of the opposite sign, a missing factor (size of the data, temperature, 2), one quantity
  taken for another and times off by one are recognised and said.)",
    R"(EXAMPLES
  estimates.csv:

      t,quantity,value,stderr
      1,m_info,0.0296544327652,
      1,l_info,0.00201,0.00004

  calor check coin.toml estimates.csv
  calor run coin.toml --format json --output coin.json
  calor check coin.json estimates.csv --lre 9 --format junit --output report.xml

EXIT STATUS
  0  every row passes
  1  some row fails
  2  one of the files or the command line cannot be used: one line on standard error says what and where
  3  an internal error

SEE ALSO
  calor run, calor explain; schema/check.schema.json)"};

constexpr std::size_t most_bytes = 200'000'000;

struct CheckRequest {
  std::string truth, estimates;
  std::string format = "text";
  std::optional<std::string> output;
  crosscheck::Rule rule;
  int digits = 0;
};

/// The quantities of the estimates and those that may be taken for them, in the order of the file.
std::vector<std::string> wanted(const experiment::Csv& csv) {
  std::vector<std::string> out;
  for (const auto& name : crosscheck::named_quantities(csv)) {
    for (const auto& q : crosscheck::mistakable(name)) {
      if (std::find(out.begin(), out.end(), q) == out.end()) out.push_back(q);
    }
  }
  return out;
}

/// The table of what is named; of what may be mistaken for it, only where that is to be had.
table::Table compute(const experiment::Experiment& e, run::Options options, const experiment::Csv& csv) {
  try {
    return run::compute(e, options);
  } catch (const AccuracyError&) {
    options.quantities = crosscheck::named_quantities(csv);
    return run::compute(e, options);
  }
}

/// Where the true values come from: a table as text, or an experiment.
struct Source {
  std::string table;
  std::vector<experiment::Swept> members;
  std::vector<fs::path> files;  // that it was read from
};

Source source_of(const CheckRequest& request) {
  const fs::path samples = fs::path(request.truth) / "samples.json";
  std::error_code ignored;
  const bool directory = fs::is_regular_file(samples, ignored);
  const fs::path file = directory ? samples : fs::path(request.truth);
  const std::string text = experiment::read_text(file, most_bytes);
  const auto first = text.find_first_not_of(" \t\r\n");
  if (directory || request.truth.ends_with(".json") || (first != std::string::npos && text[first] == '{')) {
    if (request.digits > 0)
      throw InputError("--digits: the values of " + experiment::printable(request.truth, 400) +
                       " have the digits that they have; allowed: with an experiment");
    return {text, {}, {file}};
  }
  Source out{"", experiment::read(file), {}};
  out.files = sources_of(file, out.members);
  return out;
}

/// The true values as JSON.
std::string true_table(const CheckRequest& request, const Source& source, const experiment::Csv& csv) {
  if (source.members.empty()) return source.table;
  run::Options options;
  options.quantities = wanted(csv);
  options.digits = request.digits;
  std::vector<table::Table> tables;
  for (const auto& member : source.members) {
    tables.push_back(compute(member.experiment, options, csv));
    tables.back().sweep.clear();
    for (const auto& [key, value] : member.coordinates) tables.back().sweep.push_back({key, value});
  }
  return table::write_json(tables);
}

int check(const CheckRequest& request) {
  const auto format = crosscheck::report_format(request.format);
  const auto source = source_of(request);
  auto inputs = source.files;
  inputs.emplace_back(request.estimates);
  const Output output(request.output, inputs);
  const experiment::Csv csv = experiment::read_csv(request.estimates);
  const std::string name = experiment::printable(request.truth, 400);
  const auto table = crosscheck::parse_table(true_table(request, source, csv), name);
  const auto report = crosscheck::judge(table, crosscheck::read_estimates(csv, table), csv.name, request.rule);
  output.write(crosscheck::write_report(report, format));
  return report.pass() ? 0 : 1;
}

}  // namespace

void add_check(CLI::App& calor, Action& chosen) {
  auto request = std::make_shared<CheckRequest>();
  CLI::App& command =
      add_command(calor, "check", "compare another implementation's values with the true ones", check_page);
  command.add_option("TRUTH", request->truth, "an experiment (TOML), a table (JSON), or a directory of samples")
      ->required()
      ->type_name("");
  command.add_option("ESTIMATES", request->estimates, "the values to judge (CSV)")->required()->type_name("");
  command.add_option("--lre", request->rule.lre, "digits that a row without a standard error must have (default: 6)")
      ->type_name("N")
      ->check(between(-100, 1000));
  command.add_option("--z", request->rule.z, "standard errors that a row may be off (default: 4)")
      ->type_name("Z")
      ->check(between(0, 1e6));
  command.add_option("-f,--format", request->format, "text (default), json, junit, tap or markdown")
      ->type_name("FORMAT");
  command.add_option("-o,--output", request->output, "write there instead of standard output; whole or not at all")
      ->type_name("FILE");
  command
      .add_option("-d,--digits", request->digits,
                  "digits of the true values that an experiment is computed to (default: the experiment's, 10)")
      ->type_name("N")
      ->check(between(1, 1000));
  command.callback([&chosen, request] { chosen = [request] { return check(*request); }; });
}

}  // namespace calor::tools
