#pragma once
// The sections of an experiment, each read and validated by one function. All throw InputError as Value does.

#include <map>

#include "experiment/csv.hpp"
#include "experiment/experiment.hpp"
#include "experiment/value.hpp"

namespace calor::experiment {

/// Where data files are, and those already read.
struct Files {
  std::filesystem::path directory;
  std::map<std::string, Csv> read;
};

Model read_model(const Value& section);

/// e.model must be read.
Learner read_learner(const Value& section, const Model& model);

/// `learner` decides whether the data are a stream.
Data read_data(const Value& section, const Model& model, const Learner& learner, Files& files);

/// The target that a file gives: its keys and file, column(s), frequencies or moments, and the number of rows as size.
Data read_target_file(const Value& target, const Model& model, Files& files);

Time read_time(const Value& section, const Learner& learner);

/// `e` has everything but its sampler.
Sampler read_sampler(const Value& section, const Experiment& e);

/// `kind` of a section, and no key that this kind does not have; `others` are keys of the section beside those of the
/// kind.
std::string read_kind(const Value& section, const std::vector<struct Kind>& kinds);

}  // namespace calor::experiment
