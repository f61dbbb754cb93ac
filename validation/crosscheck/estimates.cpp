#include "validation/crosscheck/estimates.hpp"

#include <algorithm>
#include <set>

#include "experiment/text.hpp"
#include "ledger/catalogue.hpp"
#include "num/errors.hpp"

namespace calor::crosscheck {

namespace {

using experiment::Csv;
using experiment::printable;

std::string trimmed(const std::string& s) {
  const auto first = s.find_first_not_of(" \t");
  return first == std::string::npos ? "" : s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

/// The header with blanks around its names removed.
Csv tidy(Csv csv) {
  for (auto& name : csv.header) name = trimmed(name);
  return csv;
}

[[noreturn]] void refuse(const Csv& csv, std::size_t row, std::size_t column, const std::string& what,
                         const std::string& allowed) {
  throw InputError(csv.at(row, column) + what + "; allowed: " + allowed);
}

std::optional<std::size_t> find(const Csv& csv, const std::string& name) {
  if (std::find(csv.header.begin(), csv.header.end(), name) == csv.header.end()) return std::nullopt;
  return csv.column(name);
}

/// A column that estimates must have.
std::size_t required(const Csv& csv, const std::string& name) {
  if (find(csv, name)) return csv.column(name);
  throw InputError(csv.name + ": there is no column \"" + name + "\", only " +
                   printable(experiment::join(csv.header), 400) + "; allowed: columns t, quantity, value[, stderr]");
}

class EstimateReader {
 public:
  EstimateReader(const Csv& csv, const TruthTable& table)
      : csv_(csv),
        table_(table),
        t_(required(csv, "t")),
        quantity_(required(csv, "quantity")),
        value_(required(csv, "value")) {
    error_ = find(csv, "stderr");
    replicate_ = find(csv, "replicate");
    for (const auto& [key, value] : table.members.front().coordinates) {
      if (!find(csv, key)) {
        throw InputError(csv.name + ": the table is a sweep over " + printable(key) +
                         ", and there is no column of that name; allowed: one column for each swept key");
      }
      coordinates_.push_back(csv.column(key));
    }
    check_columns();
  }

  std::vector<Estimate> read() const {
    if (csv_.rows.empty()) throw InputError(csv_.name + ": there are no rows; allowed: one estimate a row");
    std::vector<Estimate> out;
    std::set<std::tuple<std::size_t, std::size_t, std::string, std::string>> seen;
    for (std::size_t row = 0; row < csv_.rows.size(); ++row) {
      out.push_back(estimate(row));
      const Estimate& e = out.back();
      if (!seen.emplace(e.member, e.moment, e.quantity, e.replicate).second) {
        refuse(csv_, row, quantity_, e.quantity + " at this time stands there twice",
               "each once, or a column replicate that tells them apart");
      }
    }
    return out;
  }

 private:
  void check_columns() const {
    std::vector<std::string> known{"t", "quantity", "value", "stderr", "replicate", "error", "guarantee"};
    for (const auto& [key, value] : table_.members.front().coordinates) known.push_back(key);
    for (const auto& name : csv_.header) {
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        throw InputError(csv_.name + ": no meaning is known for a column \"" + printable(name) + "\"; " +
                         experiment::allowed_names(name, known));
      }
    }
  }

  const std::string& cell(std::size_t row, std::size_t column) const { return csv_.rows[row][column]; }

  Number number(std::size_t row, std::size_t column) const {
    const auto read = read_number(cell(row, column));
    if (!read) {
      refuse(csv_, row, column, "\"" + printable(cell(row, column)) + "\" is no number",
             "a decimal number, or inf; leave out what was not computed");
    }
    return *read;
  }

  std::size_t member(std::size_t row) const {
    for (std::size_t m = 0; m < table_.members.size(); ++m) {
      bool same = true;
      for (std::size_t k = 0; same && k < coordinates_.size(); ++k) {
        const std::string& wanted = table_.members[m].coordinates[k].second;
        const auto a = read_number(cell(row, coordinates_[k])), b = read_number(wanted);
        same = a && b ? a->value == b->value && a->infinite == b->infinite : cell(row, coordinates_[k]) == wanted;
      }
      if (same) return m;
    }
    std::vector<std::string> have;
    for (const auto& m : table_.members) {
      std::string text;
      for (const auto& [key, value] : m.coordinates) text += (text.empty() ? "" : ", ") + key + " = " + value;
      have.push_back(text);
    }
    refuse(csv_, row, coordinates_.front(), "the sweep has no such member",
           printable(experiment::join(have, "; "), 400));
  }

  std::size_t moment(std::size_t row, const Member& member) const {
    const Number t = number(row, t_);
    if (const auto found = t.finite() ? find_moment(member.moments, t.value) : std::nullopt) return *found;
    std::vector<std::string> times;
    for (const auto& moment : member.moments) times.push_back(moment.t.text);
    refuse(csv_, row, t_, "the table has no time " + printable(t.text), printable(experiment::join(times), 400));
  }

  Estimate estimate(std::size_t row) const {
    Estimate out;
    out.line = csv_.lines[row];
    out.member = member(row);
    const Member& m = table_.members[out.member];
    out.moment = moment(row, m);
    out.quantity = trimmed(cell(row, quantity_));
    const auto& have = m.moments[out.moment].quantities;
    if (!have.contains(out.quantity)) {
      std::vector<std::string> names;
      for (const auto& [name, truth] : have) names.push_back(name);
      refuse(csv_, row, quantity_,
             "the table has no " + printable(out.quantity) + " at t = " + m.moments[out.moment].t.text,
             experiment::allowed_names(out.quantity, names).substr(9));
    }
    out.value = number(row, value_);
    if (replicate_) out.replicate = cell(row, *replicate_);
    if (error_ && !trimmed(cell(row, *error_)).empty()) out.standard_error = standard_error(row);
    return out;
  }

  std::optional<Rational> standard_error(std::size_t row) const {
    const Number e = number(row, *error_);
    static const Rational least = num::parse_decimal("1e-300");  // a double, for those who read the report
    if (!e.finite() || e.value < 0 || (e.value > 0 && e.value < least))
      refuse(csv_, row, *error_, "\"" + printable(e.text) + "\" is no standard error",
             "0, a finite number of at least 1e-300, or empty");
    return e.value > 0 ? std::optional<Rational>(e.value) : std::nullopt;
  }

  const Csv& csv_;
  const TruthTable& table_;
  std::size_t t_, quantity_, value_;
  std::optional<std::size_t> error_, replicate_;
  std::vector<std::size_t> coordinates_;
};

}  // namespace

std::vector<std::string> named_quantities(const Csv& given) {
  const Csv csv = tidy(given);
  const std::size_t column = required(csv, "quantity");
  std::vector<std::string> out;
  for (std::size_t row = 0; row < csv.rows.size(); ++row) {
    const std::string name = trimmed(csv.rows[row][column]);
    if (ledger::find(name) == nullptr) {
      const std::string meant(ledger::nearest(name));
      refuse(csv, row, column, "no quantity \"" + printable(name) + "\"",
             "the names that calor explain lists" + (meant.empty() ? "" : "; did you mean " + meant + "?"));
    }
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  return out;
}

std::vector<Estimate> read_estimates(const Csv& given, const TruthTable& table) {
  const Csv csv = tidy(given);
  return EstimateReader(csv, table).read();
}

}  // namespace calor::crosscheck
