#pragma once
// A reference table: the table of one experiment, computed by two routes where there are two, with all that is needed
// to judge and to repeat it.

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "run/run.hpp"

namespace calor::reference {

/// What the experiment file says about itself: the optional top-level keys `grade` and `note`.
struct Label {
  std::string grade = "average";  // "lower", "average" or "higher", as in NIST's Statistical Reference Datasets
  std::string note;               // what the case is for, known values and bounds
};

Label label_of(const std::string& text, const std::string& name);

/// The same numbers by another road.
struct SecondRoute {
  std::string method, precision;
  long compared = 0;             // numbers that both roads give
  std::string largest;           // largest |difference| / max(1, |value|), two digits
  double largest_in_errors = 0;  // largest |difference| / (sum of both errors); at most 1
};

/// One member of a sweep (the only one without a sweep).
struct Member {
  table::Table table;
  std::vector<SecondRoute> second;  // none if the experiment has one road only
};

struct Reference {
  std::string name;  // file name without .toml
  Label label;
  int digits = 10;
  std::string sha256;                                     // of the experiment
  std::vector<std::pair<std::string, std::string>> data;  // data files and their SHA-256
  std::vector<Member> members;
};

/// SHA-256 of the experiment and of the data files that it names.
Reference identify(const std::filesystem::path& experiment);

/// Computes everything. Throws as run::compute does, and InternalError if the two roads contradict each other.
Reference make(const std::filesystem::path& experiment, int threads,
               const std::function<void(const run::Progress&)>& progress);

/// The files of a table: NAME.json, NAME.csv, NAME.tex.
std::string json_of(const Reference& reference);
std::string csv_of(const Reference& reference);
std::string latex_of(const Reference& reference);

/// What NAME.json says of itself, for the index and for resuming.
struct Entry {
  std::string name, title, grade, note, model, learner, sampler, version, sha256, guarantee, methods, agreement, checks;
  std::vector<std::pair<std::string, std::string>> data;
  int digits = 0;
};

/// Throws InputError on text that is no such file.
Entry entry_of(const std::string& json);

/// The entry stands for this experiment, computed by this version.
bool up_to_date(const Entry& entry, const Reference& identity);

/// The Markdown index of tables.
std::string index_of(std::vector<Entry> entries);

}  // namespace calor::reference
