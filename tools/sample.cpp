// calor sample EXPERIMENT.toml --output DIRECTORY

#include <limits>

#include "num/errors.hpp"
#include "reference/digest.hpp"
#include "table/write.hpp"
#include "tools/command.hpp"
#include "tools/directory.hpp"
#include "tools/sampling.hpp"

namespace calor::tools {

namespace {

const Page sample_page{
    "  calor sample EXPERIMENT.toml --output DIRECTORY [OPTIONS]",
    R"(  Draws training data, lets the parameters learn and the model generate, many times over, and writes what came out for
  other programs, together with the true value of every quantity:

      samples.csv    replicate,t,theta0,...,x0,...,b0,...: one row for each replicate and time; b: the training examples
      t.npy          the times
      theta.npy      [replicate, time, parameter]
      x.npy          [replicate, time, number of x]
      b.npy          [replicate, example, number of x] (of a stream s.npy: its statistic)
      samples.json   experiment, shapes, conventions, seed, SHA-256 of each file, true values with errors

  Of a sweep, DIRECTORY has a folder with all these for each member, named by the swept keys (data.size=8,sampler.rate=1),
  and a samples.json that lists the folders with the true values of all.

  Replicate r of a seed is the same in every run, on any number of threads: 1000 replicates are the first of 10^6.
  Transitions are exact where they are known (jump, sgld, gaussian-mean with langevin), else by Euler-Maruyama in small
  steps, which samples.json names. The directory appears whole or not at all, and replaces only one of its own kind.)",
    R"(EXAMPLES
  calor sample coin.toml --replicates 1000 --seed 1 --output coin-samples
  python3 -c 'import numpy; print(numpy.load("coin-samples/theta.npy").mean(axis=0))'
  calor check coin-samples estimates.csv

EXIT STATUS
  0  the directory was written
  2  the experiment or the command line is wrong, or the directory cannot be written
  3  an internal error

SEE ALSO
  calor check, calor score; schema/samples.schema.json)"};

struct SampleRequest {
  std::string experiment, output;
  simulator::Options options;
  bool no_truth = false;
};

/// The files of one member, under their names in the directory of all.
void add_member(std::vector<crosscheck::SampleFile>& all, const experiment::Swept& member, simulator::Options options,
                const std::optional<table::Table>& truth) {
  std::vector<table::Table> own;
  if (truth) own.push_back(*truth), own.back().sweep.clear();
  options.step = sampling_step(member.experiment, options.step);
  options.examples = true;
  const std::string folder = crosscheck::word_of(member.coordinates);
  for (auto& file : make_samples(member.experiment, options, own.empty() ? "" : table::write_json(own))) {
    if (!folder.empty()) file.name = folder + "/" + file.name;
    all.push_back(std::move(file));
  }
}

int sample(const SampleRequest& request) {
  if (request.options.first > std::numeric_limits<std::uint64_t>::max() - request.options.replicates) {
    throw InputError("--first: the number of the last replicate is too large; allowed: at most 2^64 - 1 - " +
                     std::to_string(request.options.replicates));
  }
  const auto members = experiment::read(request.experiment);
  const OutputDirectory output(request.output, crosscheck::sample_file_names(), "samples.json", "{\n  \"calor\": ");
  std::vector<crosscheck::SampleFile> files;
  std::vector<crosscheck::SampleFolder> folders;
  std::vector<table::Table> tables;
  for (const auto& member : members) {
    if (!request.no_truth) tables.push_back(true_values(member));
    add_member(files, member, request.options, request.no_truth ? std::nullopt : std::optional(tables.back()));
    folders.push_back({member.coordinates, reference::sha256(files.back().bytes)});
    crosscheck::check_size(files);
  }
  if (!members.front().coordinates.empty()) {
    const std::string truth = tables.empty() ? "" : table::write_json(tables);
    files.push_back(
        {"samples.json", crosscheck::sweep_json(members.front().experiment.title, folders, truth), {}, "", ""});
  }
  std::vector<std::pair<std::string, const std::string*>> named;
  for (const auto& file : files) named.emplace_back(file.name, &file.bytes);
  output.write(named);
  return 0;
}

}  // namespace

void add_sample(CLI::App& calor, Action& chosen) {
  auto request = std::make_shared<SampleRequest>();
  CLI::App& command =
      add_command(calor, "sample", "write exact samples, with the true values, for other programs", sample_page);
  command.add_option("EXPERIMENT", request->experiment, "the experiment, a TOML file")->required()->type_name("");
  command.add_option("-o,--output", request->output, "the directory to write")->required()->type_name("DIRECTORY");
  command.add_option("-r,--replicates", request->options.replicates, "how many (default: 1000)")
      ->type_name("R")
      ->check(CLI::Range(1, 100'000'000).description(""));
  command.add_option("-s,--seed", request->options.seed, "seed of the random numbers (default: 1)")
      ->type_name("S")
      ->check(whole_number());
  command.add_option("--first", request->options.first, "number of the first replicate (default: 0)")
      ->type_name("N")
      ->check(whole_number());
  command
      .add_option(
          "--step", request->options.step,
          "longest step of the parameters where transitions are not exact (default: 0.002 over the largest rate)")
      ->type_name("H")
      ->check(between(1e-9, 1e9));
  command
      .add_option("-j,--threads", request->options.threads, "threads (default: all cores); samples do not depend on it")
      ->type_name("N")
      ->check(CLI::Range(0, 1024).description(""));
  command.add_flag("--no-truth", request->no_truth, "leave out the true values (for what cannot be computed)");
  command.callback([&chosen, request] { chosen = [request] { return sample(*request); }; });
}

}  // namespace calor::tools
