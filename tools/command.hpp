#pragma once
// The subcommands of calor: each adds itself to the command line and, once parsed, is what `chosen` does.

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace calor::tools {

/// What the parsed command line asks for; returns the exit status.
using Action = std::function<int()>;

/// The text around the options in the help of one command, in the manner of a man page. Paragraphs are printed as they
/// stand.
struct Page {
  std::string synopsis;
  std::string description;
  std::string after;  // EXAMPLES, EXIT STATUS, ...
};

/// Adds a subcommand with its page, --help and --version.
CLI::App& add_command(CLI::App& calor, const std::string& name, const std::string& brief, const Page& page);

/// Digits only: CLI11 would take -1 for 2^64 - 1.
CLI::Validator whole_number();

/// A number in [low, high]; the help says so in its own words.
CLI::Validator between(double low, double high);

void add_run(CLI::App& calor, Action& chosen);
void add_tables(CLI::App& calor, Action& chosen);
void add_models(CLI::App& calor, Action& chosen);
void add_explain(CLI::App& calor, Action& chosen);
void add_score(CLI::App& calor, Action& chosen);
void add_sample(CLI::App& calor, Action& chosen);
void add_check(CLI::App& calor, Action& chosen);
void add_estimate(CLI::App& calor, Action& chosen);
void add_validate(CLI::App& calor, Action& chosen);
void add_help(CLI::App& calor, Action& chosen);

/// calor estimate with these arguments; it has its own command line. Returns the exit status.
int estimate(std::vector<std::string> words);

/// Help pages for an app that is not a subcommand.
std::shared_ptr<CLI::Formatter> man_page(const Page& page);

}  // namespace calor::tools
