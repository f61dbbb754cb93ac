#pragma once
// Lines of a judgement as tables and pictures.

#include <string>
#include <vector>

#include "table/write.hpp"
#include "validation/judge/judge.hpp"

namespace calor::judge {

/// One case and its lines.
struct Report {
  Case test;  // subjects may have been dropped
  std::vector<Line> lines;
};

/// text, csv, json, markdown, latex. `settings` says how it was made (a command line). Times are left out if `timed` is
/// false, so that files can be compared.
std::string write(const std::vector<Report>& reports, table::Format format, const std::string& settings, bool timed);

/// SVG: |bias| (with its standard error) and RMSE of every estimator of one quantity against sample size, predicted
/// biases dashed. Logarithmic axes.
std::string plot(const std::vector<Line>& lines, const std::string& title);

/// The quantities of the lines, in order, with their lines.
std::vector<std::pair<std::string, std::vector<Line>>> by_quantity(const std::vector<Line>& lines);

}  // namespace calor::judge
