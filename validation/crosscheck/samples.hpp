#pragma once
// Samples as files that any program reads: samples.csv, arrays t.npy, theta.npy, x.npy and b.npy (of a stream: s.npy),
// and samples.json that says what they are. Of a sweep, a folder of these for each member and a samples.json about them
// all.

#include <cstdint>
#include <string>
#include <vector>

#include "experiment/experiment.hpp"
#include "validation/crosscheck/truth.hpp"
#include "validation/simulator/simulate.hpp"

namespace calor::crosscheck {

struct SampleFile {
  std::string name;
  std::string bytes;
  std::vector<std::size_t> shape;  // an array's; of the CSV: rows, columns
  std::string axes;                // "replicate, time, parameter"
  std::string sha256;              // for the caller to fill in
};

/// The names of all files that a directory of samples may hold, beside the folders of a sweep.
const std::vector<std::string>& sample_file_names();

/// Column names of samples.csv: replicate, t, theta0, ..., x0, ..., b0, ... (of a stream s0, ...: the statistic).
std::vector<std::string> sample_columns(const simulator::Sample& sample);

/// CSV (shortest decimals that denote the doubles exactly) and arrays. `sample` must have kept its examples unless it
/// is of a stream; `first` is the number of its first replicate. Throws InputError where it does not fit.
std::vector<SampleFile> sample_files(const simulator::Sample& sample, std::uint64_t first);

/// Throws InputError if the CSV files of a sweep hold more than 10^8 numbers together, as many as one alone may have.
void check_size(const std::vector<SampleFile>& files);

/// samples.json. `table`: the true values as `calor run --format json` prints them, "" for none. `step`: longest step
/// of Theta, 0 if its transitions are exact.
std::string samples_json(const experiment::Experiment& experiment, const simulator::Sample& sample,
                         const simulator::Options& options, double step, const std::vector<SampleFile>& files,
                         const std::string& table);

/// A member of a sweep in a folder of its own, named by word_of(coordinates).
struct SampleFolder {
  Coordinates coordinates;
  std::string sha256;  // of its samples.json
};

/// The samples.json above the folders. `table`: the true values of all members as `calor run --format json` prints
/// them, "" for none.
std::string sweep_json(const std::string& title, const std::vector<SampleFolder>& folders, const std::string& table);

}  // namespace calor::crosscheck
