#include "tools/sampling.hpp"

#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "reference/digest.hpp"
#include "run/run.hpp"
#include "table/write.hpp"

namespace calor::tools {

experiment::Experiment read_one(const std::string& file, const std::string& command) {
  auto members = experiment::read(file);
  if (members.size() == 1 && members.front().coordinates.empty()) return std::move(members.front().experiment);
  std::vector<std::string> keys;
  for (const auto& [key, value] : members.front().coordinates) keys.push_back(key);
  throw InputError(command + ": " + experiment::printable(file, 400) + " is a sweep over " + experiment::join(keys) +
                   "; allowed: one number for each key");
}

std::string true_values(const experiment::Experiment& e) {
  run::Options options;
  try {
    return table::write_json({run::compute(e, options)});
  } catch (const AccuracyError&) {
    options.best_effort = true;
    return table::write_json({run::compute(e, options)});
  }
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
