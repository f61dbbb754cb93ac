#pragma once
// The columns of a CSV file as an estimator wants them.

#include <cstdint>
#include <vector>

#include "experiment/csv.hpp"
#include "validation/estimators/mi_plugin.hpp"
#include "validation/estimators/points.hpp"
#include "validation/estimators/request.hpp"

namespace calor::estimators {

/// The samples of a request. Blanks around header names and cells do not count. What is asked of it converts (and
/// throws InputError "FILE:LINE: COLUMN: …" on the first cell that will not do).
class Samples {
 public:
  /// Finds the columns. Throws InputError for one that is missing, listing those there are, for one with two roles, and
  /// where the columns of x and y were neither given nor follow from what is there.
  Samples(const Request& request, const experiment::Csv& csv);

  /// How often each letter (labels of the x columns, told apart as text) occurs; with --counts and no --x each row is a
  /// letter.
  std::vector<std::uint64_t> letters() const;

  /// The same for pairs of letters.
  std::vector<Cell> cells() const;

  /// Probabilities of letters in place of counts. Throws InputError on a negative one, and unless they add up to 1.
  std::vector<double> letter_probabilities() const;

  /// The same for pairs: p(x, y), row by row with `columns` letters y.
  std::vector<double> joint_probabilities(std::size_t& columns) const;

  /// Real columns, standardised if so requested. The Points refer to this object's data.
  Points x_points() const { return points(x_, x_values_); }
  Points y_points() const { return points(y_, y_values_); }

  Conventions conventions() const;

 private:
  void choose_defaults();
  std::vector<std::size_t> others(const std::vector<std::size_t>& taken) const;
  std::vector<std::size_t> find(const std::vector<std::string>& names) const;
  std::vector<std::size_t> numbered(const std::vector<std::size_t>& columns) const;
  std::uint64_t weight(std::size_t row) const;
  double probability(std::size_t row) const;
  Points points(const std::vector<std::size_t>& columns, std::vector<double>& values) const;
  std::string names(const std::vector<std::size_t>& columns) const;

  const Request& request_;
  const experiment::Csv& csv_;
  bool pairs_, real_;
  std::vector<std::size_t> x_, y_, counts_;
  mutable std::vector<double> x_values_, y_values_;
};

}  // namespace calor::estimators
