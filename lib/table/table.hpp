#pragma once
// The result of a run, independent of number type: values are decimal text with the digits their error supports.

#include <string>
#include <vector>

#include "num/estimate.hpp"

namespace calor::table {

/// One number of a table. `value` and `error` are decimal texts ("inf" where infinite).
struct Cell {
  std::string quantity;
  std::string value;
  std::string error;
  num::Guarantee guarantee = num::Guarantee::estimated;
};

/// All quantities at one time (or after one step).
struct Row {
  std::string t;
  std::vector<Cell> cells;
};

/// One check the run made on its own numbers.
struct Check {
  std::string identity;   // "I4"
  std::string statement;  // "ep_theta = dS(Theta|B) - Q/T"
  std::string residual;   // largest |left - right|
  std::string allowed;    // sum of the errors of both sides, at that place
};

/// A swept key and its value in this table.
struct Coordinate {
  std::string key;  // "sampler.rate"
  std::string value;
};

struct Table {
  std::string title;
  std::string experiment_json;  // the input with defaults filled in, one JSON object
  std::string method;           // "spectral", "finite-volume", ...
  std::string precision;        // "double", "100 digits", ...
  std::vector<Coordinate> sweep;
  std::vector<Row> rows;
  std::vector<Check> checks;
};

}  // namespace calor::table
