// calor validate [EXPERIMENT...]

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "tools/command.hpp"
#include "tools/output.hpp"
#include "tools/progress.hpp"
#include "validation/judge/report.hpp"

namespace calor::tools {

namespace {

namespace fs = std::filesystem;
using experiment::printable;

const Page validate_page{
    "  calor validate [EXPERIMENT...] [OPTIONS]",
    R"(  Judges estimators that work on samples: draws exact samples of each experiment, runs every estimator that applies, and
  compares with the exact values of calor run. For each estimator and sample size it prints bias, standard deviation and
  root-mean-square error, each with its own standard error, how often the estimator's error bar covers the truth (68 and
  95 % are right), failures, the time of a call, and the bias that theory predicts.

  EXPERIMENT is a TOML file, judged at its last point of time, or one of letters, pairs, serial, work: built-in cases with
  closed forms, among them strong dependence and serially correlated samples. Without EXPERIMENT: these four.)",
    R"(EXAMPLES
  calor validate letters
  calor validate validation/experiments/coin.toml --sizes 100,1000 --replicates 400
  calor validate validation/experiments/*.toml --output reports --format markdown

With --output DIR the tables go to DIR/report.EXT and a plot of each quantity, error against sample size, to
DIR/CASE-QUANTITY.svg. Random numbers are addressed by experiment, seed, replicate and index: more replicates leave the
first ones as they are, and threads change nothing.

EXIT STATUS
  0  the tables were written
  2  wrong use, or an experiment that cannot be computed)"};

struct ValidateRequest {
  std::vector<std::string> cases;
  std::string sizes = "50,200,800", estimators, format = "text", replicates = "100", seed = "1", step = "0";
  std::optional<std::string> output;
  std::string threads = "0";
  bool untimed = false;
};

std::vector<std::string> split(const std::string& list, const char* option) {
  std::vector<std::string> words;
  std::istringstream in(list + ",");
  for (std::string word; std::getline(in, word, ',');) {
    if (word.empty()) throw InputError(std::string(option) + ": \"" + printable(list) + "\"; allowed: A,B,...");
    words.push_back(word);
  }
  return words;
}

template <class Number>
Number number(const std::string& text, const char* option, Number least, Number most, const char* what) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (code == std::errc() && stop == end && value >= least && value <= most) return value;
  std::ostringstream allowed;
  allowed << what << " from " << least << " to " << most;
  throw InputError(std::string(option) + ": " + printable(text) + "; allowed: " + allowed.str());
}

judge::Options options_of(const ValidateRequest& r) {
  judge::Options o;
  o.replicates = number<std::size_t>(r.replicates, "--replicates", 2, 1000000, "a whole number");
  o.seed = number<std::uint64_t>(r.seed, "--seed", 0, 1000000000000000000ULL, "a whole number");
  o.step = number<double>(r.step, "--step", 0, 1e9, "a number");
  o.threads = number<int>(r.threads, "--threads", 0, 1024, "a whole number");
  o.sizes.clear();
  for (const auto& word : split(r.sizes, "--sizes")) {
    o.sizes.push_back(number<std::size_t>(word, "--sizes", 2, 10000000, "whole numbers"));
    if (std::count(o.sizes.begin(), o.sizes.end(), o.sizes.back()) > 1)
      throw InputError("--sizes: " + printable(word) + " is named twice; allowed: each size once");
  }
  const auto names = judge::estimator_names();
  if (!r.estimators.empty()) o.estimators = split(r.estimators, "--estimators");
  for (const auto& name : o.estimators) {
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw InputError("--estimators: no estimator \"" + printable(name) + "\"; " +
                       experiment::allowed_names(name, names));
  }
  if (static_cast<double>(o.replicates) * static_cast<double>(*std::max_element(o.sizes.begin(), o.sizes.end())) > 5e7)
    throw InputError("--replicates times the largest of --sizes is beyond 50000000; allowed: up to that");
  return o;
}

judge::Report judged(judge::Case test, const judge::Options& o, ProgressLine& line) {
  judge::Report report{std::move(test), {}};
  const auto& subjects = report.test.subjects;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    if (!judge::wanted(o, subjects[i].estimator)) continue;
    line.show(report.test.name + ": " + subjects[i].estimator,
              static_cast<double>(i) / static_cast<double>(subjects.size()));
    const auto lines = judge::judge(report.test, subjects[i], o);
    report.lines.insert(report.lines.end(), lines.begin(), lines.end());
  }
  report.test.subjects.clear();  // and the samples with them
  return report;
}

/// A name for a file: letters, digits, - and . stay.
std::string file_word(const std::string& s) {
  std::string out;
  for (const char c : s) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
    if (plain)
      out += c;
    else if (!out.empty() && out.back() != '_')
      out += '_';
  }
  return out;
}

/// Makes the directory, before the long work begins.
void make_directory(const std::string& name) {
  std::error_code code;
  fs::create_directories(name, code);
  if (!fs::is_directory(name))
    throw InputError("--output: " + printable(name, 400) + " is no directory that can be made; allowed: a directory");
  const Output probe((fs::path(name) / "report").string(), {});
}

void write_directory(const ValidateRequest& r, const std::vector<judge::Report>& reports, const std::string& text) {
  const std::map<std::string, std::string> extensions{
      {"text", "txt"}, {"markdown", "md"}, {"latex", "tex"}, {"csv", "csv"}, {"json", "json"}};
  const fs::path directory(*r.output);
  Output((directory / ("report." + extensions.at(r.format))).string(), {}).write(text);
  for (const auto& report : reports)
    for (const auto& [quantity, lines] : judge::by_quantity(report.lines)) {
      const std::string name = file_word(report.test.name + "-" + quantity) + ".svg";
      Output((directory / name).string(), {}).write(judge::plot(lines, report.test.title + ": " + quantity));
    }
}

std::string command_line(const ValidateRequest& r) {
  std::string out = "calor validate";
  for (const auto& c : r.cases) out += " " + c;
  out += " --sizes " + r.sizes + " --replicates " + r.replicates + " --seed " + r.seed;
  if (!r.estimators.empty()) out += " --estimators " + r.estimators;
  if (r.step != "0") out += " --step " + r.step;
  return out;
}

int validate(ValidateRequest r) {
  const table::Format format = table::format_from_name(r.format);
  const judge::Options o = options_of(r);
  const auto built_in = judge::built_in_names();
  if (r.cases.empty()) r.cases = built_in;
  std::set<std::string> names;
  for (const auto& name : r.cases)
    if (const std::string stem = fs::path(name).stem().string(); !names.insert(stem).second)
      throw InputError("EXPERIMENT: two are called " + printable(stem, 400) +
                       "; allowed: different names, which reports and plots go by");
  std::vector<std::vector<experiment::Swept>> members;  // all files are read before the long work begins
  for (const auto& name : r.cases) {
    const bool known = std::find(built_in.begin(), built_in.end(), name) != built_in.end();
    members.push_back(known ? std::vector<experiment::Swept>{} : experiment::read(name));
  }
  if (r.output) make_directory(*r.output);
  ProgressLine line;
  std::vector<judge::Report> reports;
  for (std::size_t i = 0; i < r.cases.size(); ++i) {
    if (members[i].empty()) reports.push_back(judged(judge::built_in(r.cases[i], o), o, line));
    for (const auto& member : members[i]) reports.push_back(judged(judge::of_experiment(member, o), o, line));
  }
  const std::string text = judge::write(reports, format, command_line(r), !r.untimed);
  if (!r.output)
    write_standard_output(text);
  else
    write_directory(r, reports, text);
  return 0;
}

}  // namespace

void add_validate(CLI::App& calor, Action& chosen) {
  auto r = std::make_shared<ValidateRequest>();
  CLI::App& command = add_command(calor, "validate", "judge estimators on samples by the exact values", validate_page);
  command.add_option("EXPERIMENT", r->cases, "experiments (TOML), letters, pairs, serial, work")->type_name("FILE");
  command.add_option("--sizes", r->sizes, "sample sizes (default 50,200,800)")->type_name("A,B,...");
  command.add_option("--replicates", r->replicates, "samples of each size (default 100)")->type_name("N");
  command.add_option("--estimators", r->estimators, "only these")->type_name("A,B,...");
  command.add_option("--seed", r->seed, "of the random numbers (default 1)")->type_name("N");
  command
      .add_option("--step", r->step,
                  "longest step of Euler–Maruyama (default: 0.005 of the fastest time, 0.02 in two parameters)")
      ->type_name("T");
  command.add_option("--output", r->output, "write report and plots into this directory")->type_name("DIR");
  command.add_option("--format", r->format, "text (default), csv, json, markdown or latex")->type_name("FORMAT");
  command.add_option("--threads", r->threads, "threads (default: all cores); results do not depend on it")
      ->type_name("N");
  command.add_flag("--untimed", r->untimed, "leave the times out, so that reports can be compared");
  command.callback([&chosen, r] { chosen = [r] { return validate(*r); }; });
}

}  // namespace calor::tools
