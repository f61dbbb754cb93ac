#pragma once
// What calor sample and calor score share: the samples of an experiment as files, and its true values.

#include <string>
#include <vector>

#include "experiment/experiment.hpp"
#include "table/table.hpp"
#include "validation/crosscheck/samples.hpp"

namespace calor::tools {

/// What a run of this file reads: the file and the data that it names.
std::vector<std::filesystem::path> sources_of(const std::filesystem::path& file,
                                              const std::vector<experiment::Swept>& members);

/// The table of every quantity that the experiment defines, what misses its digits with its larger error; it knows its
/// place in the sweep.
table::Table true_values(const experiment::Swept& member);

/// The longest step of Theta for samples: `step` if given, else a tenth of the simulator's default, 0 where transitions
/// are exact.
double sampling_step(const experiment::Experiment& experiment, double step);

/// All files, samples.json last. `table` may be "" (no true values).
std::vector<crosscheck::SampleFile> make_samples(const experiment::Experiment& experiment,
                                                 const simulator::Options& options, const std::string& table);

}  // namespace calor::tools
