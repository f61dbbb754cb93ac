#pragma once
// What another implementation says: a CSV file with the columns t, quantity, value and, optionally, stderr (standard
// error of `value`; empty where there is none), replicate (any text) and one column for each swept key of the table.
// The columns error and guarantee, as in our own tables, are passed over.

#include <optional>
#include <string>
#include <vector>

#include "experiment/csv.hpp"
#include "validation/crosscheck/truth.hpp"

namespace calor::crosscheck {

struct Estimate {
  int line = 0;            // of the file
  std::size_t member = 0;  // of the table
  std::size_t moment = 0;  // of the member
  std::string quantity;
  std::string replicate;
  Number value;
  std::optional<Rational> standard_error;  // > 0
};

/// The quantities that the file names, each once. Throws InputError where one is not in the catalogue, with the
/// nearest.
std::vector<std::string> named_quantities(const experiment::Csv& csv);

/// The rows, each with its place in the table. A time belongs to the table's if they agree to 1e-9 max(1, |t|); a
/// standard error of 0 counts as none. Throws InputError "FILE:LINE: COLUMN: what; allowed" for columns, times,
/// quantities and numbers that cannot be used, for what stands there twice, and where there are no rows.
std::vector<Estimate> read_estimates(const experiment::Csv& csv, const TruthTable& table);

}  // namespace calor::crosscheck
