#pragma once
// An experiment as read from TOML: exact numbers, defaults filled in, nothing interpreted numerically yet.
// Format: shared/experiment.md.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "num/exact.hpp"

namespace calor::experiment {

using num::Rational;

struct Model {
  std::string kind;
  int outcomes = 0;                           // categorical
  int spins = 0;                              // ising
  std::vector<std::pair<int, int>> edges;     // ising
  bool fields = false;                        // ising
  int visible = 0, hidden = 0;                // rbm
  bool biases = false;                        // rbm
  Rational stddev = 1;                        // gaussian-mean, linear-regression
  int dimension = 1;                          // gaussian-mean
  std::vector<std::vector<Rational>> inputs;  // linear-regression
};

/// What the examples are drawn from, or the one data set that is given.
struct Data {
  enum class Source { target, counts, values, stream };
  Source source = Source::target;
  int size = 0;                               // N
  std::vector<Rational> probabilities;        // discrete target p*(x), sums to 1 exactly
  std::vector<Rational> mean;                 // Gaussian target, one a dimension
  std::vector<Rational> variance;             // Gaussian target: variance, exact also where it comes from a file
  std::vector<Rational> weights;              // linear-regression target (its stddev: variance[0])
  std::vector<int> counts;                    // discrete, fixed data
  std::vector<std::vector<Rational>> values;  // Gaussian, fixed data: one row an example
  std::string file;                           // as written, when the target is a file
  std::vector<std::string> columns;
};

/// A number, or a piecewise linear function of time.
struct Schedule {
  std::vector<Rational> times;   // empty: constant
  std::vector<Rational> values;  // one entry if constant
  bool constant() const { return times.empty(); }
  Rational at(const Rational& time) const;  // the end values beyond the ends
};

struct Learner {
  std::string kind;
  Schedule mobility;  // langevin
  Schedule temperature;
  Schedule learning_rate;  // sgld, sgd-diffusion
  Rational weight_decay = 0;
  std::string batch = "full";
  int batch_size = 0;
  std::vector<Rational> initial_mean, initial_stddev;  // Gaussian start
  std::vector<Rational> initial_probabilities;         // jump
  std::vector<std::vector<Rational>> states;           // jump: one parameter vector a state (from/to/count expanded)
  Rational rate = 1;                                   // jump
  std::string acceptance;                              // jump
};

struct Sampler {
  std::string kind = "equilibrium";
  std::optional<Rational> rate;
  std::optional<Rational> probability;
  std::optional<int> sweeps;
};

struct Time {
  std::vector<Rational> points;  // sorted, >= 0, at least one
  std::optional<Rational> step;
};

/// Where a key stands, for messages that a later stage of the run has to write.
struct Location {
  std::string key;  // "learner.temperature"
  int line = 0;
};

struct Experiment {
  std::string file;  // as given by the user; "" if built in code
  std::string text;  // the bytes of the file
  std::string title;
  Model model;
  Data data;
  Learner learner;
  Sampler sampler;
  Time time;
  int digits = 10;
  std::vector<Location> locations;

  /// "FILE:LINE: key: " or "FILE: key: " for a message about `key`.
  std::string at(const std::string& key) const;
};

/// One member of a sweep: the experiment and the values of the swept keys.
struct Swept {
  Experiment experiment;
  std::vector<std::pair<std::string, std::string>> coordinates;  // {"sampler.rate", "10"}; empty without a sweep
};

/// Reads and validates an experiment file. Throws InputError "FILE:LINE: key: what is wrong (value); what is allowed".
/// Everything that experiment.md describes is understood; whether this version can compute it is decided later.
std::vector<Swept> read(const std::filesystem::path& path);

/// The same from text; `name` stands for the file in messages, relative data files are looked up in `directory`.
std::vector<Swept> parse(std::string_view text, const std::string& name, const std::filesystem::path& directory);

/// The input with defaults filled in, as one JSON object with the keys of the TOML format and exact decimals.
std::string to_json(const Experiment& e, int indent);

}  // namespace calor::experiment
