#pragma once
// How good an estimating program is: its answers on many independent sample directories against the true values.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "validation/crosscheck/truth.hpp"

namespace calor::crosscheck {

/// One line of a program's output.
struct Answer {
  std::string quantity;
  std::size_t moment = 0;  // of the table
  double value = 0;        // NaN: the program could not tell
  std::optional<double> standard_error;
};

/// Reads `quantity,value[,stderr]` lines (about the table's last time), or CSV whose first line is a header that names
/// quantity, value and, in any order, t and stderr. Empty lines and lines that begin with # are passed over. `table`
/// has one member. Throws InputError "line N: what; allowed".
std::vector<Answer> read_answers(std::string_view output, const TruthTable& table);

/// One run of the program.
struct Trial {
  std::string failure;  // "" if it went well
  double seconds = 0;
  std::vector<Answer> answers;
};

/// One quantity at one time over all trials. d: value - true value, over the n trials that gave a finite value.
struct Score {
  std::string quantity, t;
  Truth truth;
  std::size_t answered = 0;                        // n
  std::size_t failures = 0;                        // trials without a finite value
  double bias = 0, bias_error = 0;                 // mean of d and its standard error
  double stddev = 0;                               // of d; NaN below two trials, as is what follows from it
  double rmse = 0, rmse_error = 0;                 // sqrt(mean d^2), standard error by the delta method
  std::size_t with_error = 0;                      // trials that gave a standard error s > 0
  std::optional<double> coverage_68, coverage_95;  // shares of these with |d| <= s, 1.96 s
};

struct Scores {
  std::size_t trials = 0, failed = 0;  // failed: no number at all
  double seconds = 0;                  // mean
  std::string first_failure;
  std::vector<Score> rows;  // in the order in which quantities first come up, then by time
};

/// Quantities with an infinite true value are left out.
Scores score(const TruthTable& table, const std::vector<Trial>& trials);

/// What tells the rows of a leaderboard apart.
struct Entry {
  std::string name, experiment;
  std::size_t samples = 0, replicates = 0;
  std::uint64_t seed = 0;
  Coordinates coordinates{};  // of a sweep: which member
};

/// The scores of one program on one experiment; of a sweep, on one of its members.
struct Scored {
  Entry entry;
  Scores scores;
};

/// The leaderboard as CSV: the rows of `old` (its text, "" if there is none) that are of other entries, and these;
/// sorted. An entry without any number gets one row, without a quantity, that counts its failures; if the board has
/// older numbers of it, these stay. No times of computing: on one machine it is the same again. Throws InputError if
/// `old` is no leaderboard.
std::string leaderboard(const std::string& old, const std::string& old_name, const std::vector<Scored>& all);

/// Reports on an experiment, or on all members of a sweep.
std::string write_scores_text(const std::vector<Scored>& all);
std::string write_scores_json(const std::vector<Scored>& all);

}  // namespace calor::crosscheck
