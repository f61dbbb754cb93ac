#include "validation/estimators/columns.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <unordered_map>

#include "experiment/text.hpp"
#include "num/errors.hpp"

namespace calor::estimators {

namespace {

using experiment::printable;

constexpr double largest = 1e150;  // its square is still a double

std::string_view trimmed(std::string_view s) {
  const auto first = s.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view{} : s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

/// What NumPy and pandas write for a missing value.
bool is_nan(std::string_view label) {
  return label.size() == 3 && (label[0] | 32) == 'n' && (label[1] | 32) == 'a' && (label[2] | 32) == 'n';
}

[[noreturn]] void refuse(const experiment::Csv& csv, std::size_t row, std::size_t column, const char* allowed) {
  throw InputError(csv.at(row, column) + "\"" + printable(csv.rows[row][column]) + "\"; allowed: " + allowed);
}

double real_number(const experiment::Csv& csv, std::size_t row, std::size_t column) {
  std::string_view text = trimmed(csv.rows[row][column]);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || stop != text.data() + text.size() || !std::isfinite(value)) {
    refuse(csv, row, column, "a finite number");
  }
  if (std::abs(value) > largest) refuse(csv, row, column, "numbers up to 1e150 in size");
  return value;
}

std::uint64_t count(const experiment::Csv& csv, std::size_t row, std::size_t column) {
  const std::string_view text = trimmed(csv.rows[row][column]);
  std::uint64_t value = 0;
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || stop != text.data() + text.size() || value > std::uint64_t{1} << 53) {
    refuse(csv, row, column, "a count: a whole number from 0 to 2^53");
  }
  return value;
}

}  // namespace

Samples::Samples(const Request& request, const experiment::Csv& csv)
    : request_(request),
      csv_(csv),
      pairs_(request.estimator.starts_with("mi-")),
      real_(request.estimator == "entropy-kl" || request.estimator == "mi-gaussian" ||
            request.estimator.starts_with("mi-ksg")),
      x_(find(request.x)),
      y_(find(request.y)) {
  if (request.counts) counts_ = find({*request.counts});
  choose_defaults();
  std::vector<std::size_t> all = counts_;
  all.insert(all.end(), x_.begin(), x_.end());
  if (real_ || request.counts) all.insert(all.end(), y_.begin(), y_.end());
  std::sort(all.begin(), all.end());
  if (const auto twice = std::adjacent_find(all.begin(), all.end()); twice != all.end()) {
    throw InputError(csv.name + ": column \"" + printable(csv.header[*twice]) +
                     "\" has two roles; allowed: one of --x, --y, --counts for each column");
  }
}

std::vector<std::size_t> Samples::find(const std::vector<std::string>& names) const {
  std::vector<std::size_t> found;
  for (const auto& name : names) {
    const auto same = [&](const std::string& h) { return trimmed(h) == trimmed(name); };
    const auto exact = std::find(csv_.header.begin(), csv_.header.end(), name);
    const auto near = std::find_if(csv_.header.begin(), csv_.header.end(), same);
    const bool blanks_only = exact == csv_.header.end() && near != csv_.header.end() &&
                             std::find_if(near + 1, csv_.header.end(), same) == csv_.header.end();
    found.push_back(blanks_only ? static_cast<std::size_t>(near - csv_.header.begin()) : csv_.column(name));
  }
  return found;
}

/// Columns that are neither taken nor the counts.
std::vector<std::size_t> Samples::others(const std::vector<std::size_t>& taken) const {
  std::vector<std::size_t> rest;
  for (std::size_t c = 0; c < csv_.header.size(); ++c) {
    const bool is_taken = std::find(taken.begin(), taken.end(), c) != taken.end();
    if (!is_taken && std::find(counts_.begin(), counts_.end(), c) == counts_.end()) rest.push_back(c);
  }
  return rest;
}

void Samples::choose_defaults() {
  if (!pairs_) {
    if (x_.empty() && !request_.counts) x_ = others({});
    return;
  }
  if (x_.empty() && y_.empty()) {
    const auto both = others({});
    if (both.size() != 2) {
      throw InputError(csv_.name + ": " + request_.estimator + " needs --x and --y; allowed: the columns " +
                       printable(experiment::join(csv_.header), 2000));
    }
    x_ = {both[0]};
    y_ = {both[1]};
  }
  if (x_.empty()) x_ = others(y_);
  if (y_.empty()) y_ = others(x_);
  if (x_.empty() || y_.empty())
    throw InputError(csv_.name + ": no column is left for " + (x_.empty() ? "x" : "y") +
                     "; allowed: one at least for each of x and y");
}

std::uint64_t Samples::weight(std::size_t row) const { return counts_.empty() ? 1 : count(csv_, row, counts_[0]); }

/// For each row the number of its letter, in the order of first occurrence.
std::vector<std::size_t> Samples::numbered(const std::vector<std::size_t>& columns) const {
  std::unordered_map<std::string, std::size_t> known;
  std::vector<std::size_t> letters;
  letters.reserve(csv_.rows.size());
  for (std::size_t row = 0; row < csv_.rows.size(); ++row) {
    std::string label;
    for (const std::size_t c : columns) {
      const std::string_view part = trimmed(csv_.rows[row][c]);
      if (part.empty() || is_nan(part))
        refuse(csv_, row, c, "a label other than nan (leave out rows with missing values)");
      label += std::to_string(part.size()) + ':';  // so that (ab, c) and (a, bc) differ
      label += part;
    }
    letters.push_back(known.try_emplace(label, known.size()).first->second);
  }
  return letters;
}

std::vector<std::uint64_t> Samples::letters() const {
  std::vector<std::uint64_t> counts;
  if (x_.empty()) {
    for (std::size_t row = 0; row < csv_.rows.size(); ++row) counts.push_back(weight(row));
    return counts;
  }
  const auto letter = numbered(x_);
  for (std::size_t row = 0; row < letter.size(); ++row) {
    if (letter[row] >= counts.size()) counts.resize(letter[row] + 1);
    counts[letter[row]] += weight(row);
  }
  return counts;
}

std::vector<Cell> Samples::cells() const {
  const auto x = numbered(x_), y = numbered(y_);
  std::vector<Cell> result;
  for (std::size_t row = 0; row < x.size(); ++row) result.push_back({x[row], y[row], weight(row)});
  return result;
}

double Samples::probability(std::size_t row) const {
  if (counts_.empty()) throw InputError("--expect needs --counts, the column of the probabilities");
  const double p = real_number(csv_, row, counts_[0]);
  if (!(p >= 0 && p <= 1)) refuse(csv_, row, counts_[0], "a probability from 0 to 1");
  return p;
}

namespace {

void check_sum(const std::vector<double>& p) {
  double sum = 0;
  for (const double v : p) sum += v;
  if (!(std::abs(sum - 1) < 1e-9))
    throw InputError("the probabilities add up to " + std::to_string(sum) + "; allowed: 1, to 1e-9");
}

}  // namespace

std::vector<double> Samples::letter_probabilities() const {
  std::vector<double> p;
  const auto letter = x_.empty() ? std::vector<std::size_t>{} : numbered(x_);
  for (std::size_t row = 0; row < csv_.rows.size(); ++row) {
    const std::size_t at = x_.empty() ? row : letter[row];
    if (at >= p.size()) p.resize(at + 1);
    p[at] += probability(row);
  }
  check_sum(p);
  return p;
}

std::vector<double> Samples::joint_probabilities(std::size_t& columns) const {
  const auto x = numbered(x_), y = numbered(y_);
  const auto letters = [](const std::vector<std::size_t>& v) {
    return v.empty() ? 0 : *std::max_element(v.begin(), v.end()) + 1;
  };
  columns = letters(y);
  if (static_cast<double>(letters(x)) * static_cast<double>(columns) > 1e6)
    throw InputError("there are too many pairs of letters; allowed: up to 1000000");
  std::vector<double> p(letters(x) * columns, 0.0);
  for (std::size_t row = 0; row < x.size(); ++row) p[x[row] * columns + y[row]] += probability(row);
  check_sum(p);
  return p;
}

Points Samples::points(const std::vector<std::size_t>& columns, std::vector<double>& values) const {
  values.clear();
  for (std::size_t row = 0; row < csv_.rows.size(); ++row) {
    for (const std::size_t c : columns) values.push_back(real_number(csv_, row, c));
  }
  if (values.empty()) throw InputError("there are no samples; allowed: at least one row below the header");
  if (request_.standardise) values = standardised({values, columns.size()});
  return {values, columns.size()};
}

std::string Samples::names(const std::vector<std::size_t>& columns) const {
  std::vector<std::string> result;
  for (const std::size_t c : columns) result.emplace_back(trimmed(csv_.header[c]));
  return experiment::join(result, ",");
}

Conventions Samples::conventions() const {
  Conventions result;
  if (!x_.empty()) result.emplace_back("x", names(x_));
  if (!y_.empty()) result.emplace_back("y", names(y_));
  if (!counts_.empty()) result.emplace_back("counts", names(counts_));
  if (real_ && request_.estimator != "mi-gaussian")
    result.emplace_back("standardised", request_.standardise ? "yes" : "no");
  result.emplace_back("samples",
                      real_ ? "taken to be independent, real" : "taken to be independent, letters told apart as text");
  return result;
}

}  // namespace calor::estimators
