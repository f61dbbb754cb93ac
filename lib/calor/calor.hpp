#pragma once
// Calor for programs: read or build an experiment, compute it, read the table.
//
//   #include <calor/calor.hpp>
//   const auto coin = calor::load("coin.toml");
//   const calor::Result result = calor::solve(coin);
//   const calor::Value m = result.at("m_info", 10);   // m.value ± m.error; m.value_text has all digits
//
// A model of one's own: see model::register_model (model/own.hpp) and examples/own_model.cpp. Everything that the
// user got wrong is thrown as InputError, one line; AccuracyError says which accuracy can be had; InternalError is a
// bug.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiment/experiment.hpp"
#include "model/own.hpp"
#include "num/errors.hpp"
#include "run/run.hpp"
#include "table/table.hpp"
#include "version.hpp"

namespace calor {

/// One number of a table: |value - exact| <= error, in doubles with the conversion included, and as the decimal texts
/// that the table prints. Infinite values have infinite doubles and the texts "inf", "-inf".
struct Value {
  double value = 0, error = 0;
  std::string value_text, error_text;
  bool proven = false;  // else estimated
};

/// A computed table.
class Result {
 public:
  explicit Result(table::Table table) : table_(std::move(table)) {}

  /// Times (or step numbers), in the order of the rows.
  std::vector<double> times() const;

  /// Names of all quantities that stand in some row.
  std::vector<std::string> quantities() const;

  /// A quantity at a time, nothing where the experiment leaves it undefined. Throws InputError for a time that is not
  /// in the table (the nearest within 1e-9 max(1, |t|)) and for a name that is no quantity.
  std::optional<Value> find(std::string_view quantity, double t) const;

  /// The same; throws InputError also where the quantity is undefined.
  Value at(std::string_view quantity, double t) const;

  std::string json() const;  // as calor run --format json
  std::string csv() const;

  const table::Table& table() const { return table_; }

 private:
  const table::Row& row(double t) const;
  table::Table table_;
};

/// The experiment of a TOML file or text. Throws InputError on a sweep (experiment::read understands those).
experiment::Experiment load(const std::filesystem::path& file);
experiment::Experiment parse(std::string_view toml);

/// An experiment key by key, validated as a file is:
///   Builder().set("model.kind", "bernoulli").set("data.size", 8).set("data.target", {0.3, 0.7}) ... .build()
/// A double stands for the shortest decimal that denotes it: 0.1 is one tenth.
class Builder {
 public:
  Builder& set(const std::string& key, double value);
  Builder& set(const std::string& key, const char* word);
  Builder& set(const std::string& key, const std::vector<double>& list);
  Builder& set_toml(const std::string& key, const std::string& value);  // any TOML value, as written

  std::string toml() const;

  /// Throws InputError "experiment:LINE: key: what; allowed".
  experiment::Experiment build() const;

 private:
  std::vector<std::pair<std::string, std::string>> values_;  // the last one set for a key counts
};

/// Computes the table: run::compute. (Named apart from it, for argument-dependent lookup finds both.)
Result solve(const experiment::Experiment& experiment, const run::Options& options = {});

}  // namespace calor
