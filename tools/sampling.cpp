#include "tools/sampling.hpp"

#include "num/errors.hpp"
#include "reference/digest.hpp"
#include "run/run.hpp"

namespace calor::tools {

std::vector<std::filesystem::path> sources_of(const std::filesystem::path& file,
                                              const std::vector<experiment::Swept>& members) {
  std::vector<std::filesystem::path> out{file};
  for (const auto& member : members)
    if (const auto& data = member.experiment.data.file; !data.empty()) out.push_back(file.parent_path() / data);
  return out;
}

table::Table true_values(const experiment::Swept& member) {
  run::Options options;
  table::Table out;
  try {
    out = run::compute(member.experiment, options);
  } catch (const AccuracyError&) {
    options.best_effort = true;
    out = run::compute(member.experiment, options);
  }
  out.sweep.clear();
  for (const auto& [key, value] : member.coordinates) out.sweep.push_back({key, value});
  return out;
}

double sampling_step(const experiment::Experiment& e, double step) {
  simulator::Options options;
  options.step = step;
  const double used = simulator::step_used(e, options);
  return step > 0 ? used : used / 10;
}

std::vector<crosscheck::SampleFile> make_samples(const experiment::Experiment& e, const simulator::Options& options,
                                                 const std::string& table) {
  const auto sample = simulator::simulate(e, options);
  auto files = crosscheck::sample_files(sample, options.first);
  for (auto& file : files) file.sha256 = reference::sha256(file.bytes);
  const std::string json = crosscheck::samples_json(e, sample, options, options.step, files, table);
  files.push_back({"samples.json", json, {}, "", ""});
  return files;
}

}  // namespace calor::tools
