// calor score COMMAND --experiment EXPERIMENT.toml

#include "validation/crosscheck/score.hpp"

#include <filesystem>

#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "tools/child.hpp"
#include "tools/command.hpp"
#include "tools/directory.hpp"
#include "tools/output.hpp"
#include "tools/progress.hpp"
#include "tools/sampling.hpp"

namespace calor::tools {

namespace {

const Page page{
    "  calor score COMMAND --experiment EXPERIMENT.toml [OPTIONS]",
    R"(  Runs an estimating program on independent sample directories, one after the other, and compares its answers with the
  true values: bias, standard deviation, root mean square error, the coverage of its own standard errors, failures.

  COMMAND is words for the shell; the name of a directory, as calor sample writes it but without true values, is added as
  the last argument. The program prints lines quantity,value[,stderr] about the last time; or CSV with a header that names
  t too. nan is "cannot tell" and counts as a failure, as do an exit status other than 0, output that is not understood
  and the time limit. The environment variable CALOR names this program.

  With --leaderboard the results go into a CSV file that holds the results of many programs; the rows of the same name,
  experiment and numbers are replaced.)",
    R"(EXAMPLES
  calor score 'validation/score/ours.sh mi-plugin' --experiment coin.toml --replicates 50 --samples 1000
  calor score 'python3 validation/score/plugin.py' --experiment coin.toml --name numpy --leaderboard board.csv
  validation/score/leaderboard.sh          # regenerates validation/score/leaderboard.csv

EXIT STATUS
  0  the program was scored, however badly
  1  no run of the program gave an answer
  2  wrong use
  3  an internal error

SEE ALSO
  calor sample, calor check, calor estimate)"};

constexpr std::size_t most_board = 100'000'000;  // bytes

struct Request {
  std::string command, experiment, name, format = "text";
  std::optional<std::string> output, board;
  std::size_t replicates = 20, samples = 1000;
  double timeout = 60;
  simulator::Options options;
};

crosscheck::Trial attempt(const Request& request, const experiment::Experiment& e, const crosscheck::TruthTable& truth,
                          std::size_t replicate) {
  simulator::Options options = request.options;
  options.first = replicate * request.samples;
  options.replicates = request.samples;
  const TemporaryDirectory place;
  for (const auto& file : make_samples(e, options, "")) write_new_file(place.path() / file.name, file.bytes, false);
  const ChildOutcome child = run_child(request.command, place.path().string(), request.timeout);
  crosscheck::Trial trial{child.failure, child.seconds, {}};
  if (!trial.failure.empty()) return trial;
  try {
    trial.answers = crosscheck::read_answers(child.out, truth);
    if (trial.answers.empty()) trial.failure = "it printed no answer";
  } catch (const InputError& error) {
    trial.failure = error.what();
  }
  return trial;
}

std::string old_board(const std::string& file) {
  std::error_code code;
  return std::filesystem::exists(file, code) ? experiment::read_text(file, most_board) : "";
}

int score(Request request) {
  if (request.format != "text" && request.format != "json") {
    throw InputError("--format: no format \"" + experiment::printable(request.format) + "\"; " +
                     experiment::allowed_names(request.format, {"text", "json"}));
  }
  if (request.command.find_first_not_of(" \t") == std::string::npos)
    throw InputError("score: COMMAND is empty; allowed: words for the shell");
  const auto e = read_one(request.experiment, "score");
  const Output output(request.output, request.experiment);
  const crosscheck::Entry entry{request.name.empty() ? request.command : request.name,
                                std::filesystem::path(request.experiment).stem().string(), request.samples,
                                request.replicates, request.options.seed};
  std::optional<Output> board;
  if (request.board) {
    board.emplace(request.board, request.experiment);
    crosscheck::leaderboard(old_board(*request.board), *request.board, entry,
                            {});  // refuse what is none, before the work
  }
  request.options.step = sampling_step(e, request.options.step);
  request.options.examples = true;
  const auto truth = crosscheck::parse_table(true_values(e), request.experiment);
  std::vector<crosscheck::Trial> trials;
  ProgressLine line;
  for (std::size_t r = 0; r < request.replicates; ++r) {
    line.show("scoring", static_cast<double>(r) / static_cast<double>(request.replicates));
    trials.push_back(attempt(request, e, truth, r));
  }
  const auto scores = crosscheck::score(truth, trials);
  if (board) board->write(crosscheck::leaderboard(old_board(*request.board), *request.board, entry, scores));
  output.write(request.format == "json" ? crosscheck::write_scores_json(entry, scores)
                                        : crosscheck::write_scores_text(entry, scores));
  return scores.failed < scores.trials ? 0 : 1;
}

CLI::Validator between(double low, double high) { return CLI::Range(low, high).description(""); }

}  // namespace

void add_score(CLI::App& calor, Action& chosen) {
  auto request = std::make_shared<Request>();
  CLI::App& command =
      add_command(calor, "score", "score an estimating program on samples with known true values", page);
  command.add_option("COMMAND", request->command, "the program, words for the shell")->required()->type_name("");
  command.add_option("-e,--experiment", request->experiment, "the experiment, a TOML file")
      ->required()
      ->type_name("FILE");
  command.add_option("-r,--replicates", request->replicates, "runs of the program (default: 20)")
      ->type_name("R")
      ->check(between(1, 1e6));
  command.add_option("-n,--samples", request->samples, "replicates in each directory (default: 1000)")
      ->type_name("N")
      ->check(between(1, 1e8));
  command.add_option("-t,--timeout", request->timeout, "seconds that a run may take (default: 60)")
      ->type_name("S")
      ->check(between(0.01, 1e6));
  command.add_option("-s,--seed", request->options.seed, "seed of the samples (default: 1)")
      ->type_name("S")
      ->check(whole_number());
  command.add_option("--name", request->name, "name in reports (default: COMMAND)")->type_name("NAME");
  command.add_option("--leaderboard", request->board, "CSV file to put the results into")->type_name("FILE");
  command.add_option("-f,--format", request->format, "text (default) or json")->type_name("FORMAT");
  command.add_option("-o,--output", request->output, "write there instead of standard output; whole or not at all")
      ->type_name("FILE");
  command.callback([&chosen, request] { chosen = [request] { return score(*request); }; });
}

}  // namespace calor::tools
