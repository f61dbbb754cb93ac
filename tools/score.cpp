// calor score COMMAND --experiment EXPERIMENT.toml

#include "validation/crosscheck/score.hpp"

#include <algorithm>
#include <filesystem>

#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "table/write.hpp"
#include "tools/child.hpp"
#include "tools/command.hpp"
#include "tools/directory.hpp"
#include "tools/output.hpp"
#include "tools/progress.hpp"
#include "tools/sampling.hpp"
#include "tools/signals.hpp"

namespace calor::tools {

namespace {

namespace fs = std::filesystem;

const Page score_page{
    "  calor score COMMAND --experiment EXPERIMENT.toml [OPTIONS]",
    R"(  Runs an estimating program on independent sample directories, one after the other, and compares its answers with the
  true values: bias, standard deviation, root mean square error, the coverage of its own standard errors, failures.

  COMMAND is words for the shell; the name of a directory, as calor sample writes it but without true values, is added as
  the last argument. The program prints lines quantity,value[,stderr] about the last time; or CSV with a header that names
  t too. nan is "cannot tell" and counts as a failure, as do an exit status other than 0, output that is not understood
  and the time limit. The environment variable CALOR names this program.

  Of a sweep each member is scored, told apart by the swept keys and their values.

  With --leaderboard the results go into a CSV file that holds the results of many programs; the rows of the same name,
  experiment and numbers are replaced.)",
    R"(EXAMPLES
  calor score 'validation/score/ours.sh mi-plugin' --experiment coin.toml --replicates 50 --samples 1000
  calor score 'python3 validation/score/plugin.py' --experiment coin.toml --name numpy --leaderboard board.csv
  validation/score/leaderboard.sh          # regenerates validation/score/leaderboard.csv

EXIT STATUS
  0  the program was scored, however badly
  1  no run of the program gave a number
  2  wrong use
  3  an internal error

SEE ALSO
  calor sample, calor check, calor estimate; schema/score.schema.json)"};

constexpr std::size_t most_board = 100'000'000;  // bytes

struct ScoreRequest {
  std::string command, experiment, name, format = "text";
  std::optional<std::string> output, board;
  std::size_t replicates = 20, samples = 1000;
  double timeout = 60;
  simulator::Options options;
};

/// The program on the samples of one replicate.
crosscheck::Trial attempt(const ScoreRequest& request, const experiment::Experiment& e, simulator::Options options,
                          const crosscheck::TruthTable& truth, std::size_t replicate) {
  options.first = replicate * request.samples;
  options.replicates = request.samples;
  const auto samples = make_samples(e, options, "");
  const HeldSignals held;
  const TemporaryDirectory place;
  for (const auto& file : samples) write_new_file(place.path() / file.name, file.bytes, false);
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

/// All replicates of one experiment, or of one member of a sweep; `done` and `all` count members.
crosscheck::Scored score_member(const ScoreRequest& request, const experiment::Swept& member, std::size_t done,
                                std::size_t all) {
  const auto& e = member.experiment;
  simulator::Options options = request.options;
  options.step = sampling_step(e, options.step);
  options.examples = true;
  table::Table table = true_values(member);
  table.sweep.clear();
  const auto truth = crosscheck::parse_table(table::write_json({table}), request.experiment);
  std::vector<crosscheck::Trial> trials;
  ProgressLine line;
  const auto runs = static_cast<double>(request.replicates);
  for (std::size_t r = 0; r < request.replicates; ++r) {
    line.show("scoring", (static_cast<double>(done) + static_cast<double>(r) / runs) / static_cast<double>(all));
    trials.push_back(attempt(request, e, options, truth, r));
  }
  return {{request.name.empty() ? request.command : request.name, fs::path(request.experiment).stem().string(),
           request.samples, request.replicates, request.options.seed, member.coordinates},
          crosscheck::score(truth, trials)};
}

std::string old_board(const std::string& file) {
  std::error_code code;
  return fs::exists(file, code) ? experiment::read_text(file, most_board) : "";
}

int score(const ScoreRequest& request) {
  if (request.format != "text" && request.format != "json") {
    throw InputError("--format: no format \"" + experiment::printable(request.format) + "\"; " +
                     experiment::allowed_names(request.format, {"text", "json"}));
  }
  if (request.command.find_first_not_of(" \t") == std::string::npos)
    throw InputError("score: COMMAND is empty; allowed: words for the shell");
  for (const auto& [what, word] : {std::pair("--name", &request.name), std::pair("COMMAND", &request.command)}) {
    if (*word != experiment::printable(*word, word->size()))
      throw InputError(std::string(what) + ": \"" + experiment::printable(*word) +
                       "\" is not printable UTF-8; allowed: printable text");
  }
  const auto members = experiment::read(request.experiment);
  const auto sources = sources_of(request.experiment, members);
  const Output output(request.output, sources);
  std::optional<Output> board;
  if (request.board) {
    board.emplace(request.board, sources, "--leaderboard");
    if (output.file() && board->file() == output.file())
      throw InputError("--output: it is the leaderboard too; allowed: two files");
    crosscheck::leaderboard(old_board(*request.board), *request.board, {});  // refuse what is none, before the work
  }
  std::vector<crosscheck::Scored> all;
  for (const auto& member : members) all.push_back(score_member(request, member, all.size(), members.size()));
  if (board) {
    const DirectoryLock alone(fs::path(*request.board).parent_path());
    board->write(crosscheck::leaderboard(old_board(*request.board), *request.board, all));
  }
  output.write(request.format == "json" ? crosscheck::write_scores_json(all) : crosscheck::write_scores_text(all));
  const bool answered = std::any_of(all.begin(), all.end(), [](const auto& s) {
    return std::any_of(s.scores.rows.begin(), s.scores.rows.end(), [](const auto& row) { return row.answered > 0; });
  });
  return answered ? 0 : 1;
}

}  // namespace

void add_score(CLI::App& calor, Action& chosen) {
  auto request = std::make_shared<ScoreRequest>();
  CLI::App& command =
      add_command(calor, "score", "score an estimating program on samples with known true values", score_page);
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
