#include "calor/calor.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "experiment/text.hpp"
#include "ledger/catalogue.hpp"
#include "num/exact.hpp"
#include "table/write.hpp"

namespace calor {

namespace {

using num::Rational;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The double nearest to a table's text, exactly inf and -inf.
double nearest(const std::string& text) {
  if (text == "inf" || text == "-inf") return text == "inf" ? infinity : -infinity;
  return num::from_rational<double>(num::parse_decimal(text));
}

Value value_of(const table::Cell& cell) {
  Value v{nearest(cell.value), nearest(cell.error), cell.value, cell.error, cell.guarantee == num::Guarantee::proven};
  if (!std::isfinite(v.value) || !std::isfinite(v.error)) return v;
  const Rational exact = num::parse_decimal(cell.value);
  const Rational bound = num::parse_decimal(cell.error) + abs(exact - Rational(v.value));
  v.error = num::from_rational<double>(bound);
  if (Rational(v.error) < bound) v.error = std::nextafter(v.error, infinity);
  return v;
}

std::string decimal(double x) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, x);
  return {text, end.ptr};
}

experiment::Experiment only(std::vector<experiment::Swept> members, const std::string& name) {
  if (members.size() != 1 || !members.front().coordinates.empty())
    throw InputError(name + ": a sweep of " + std::to_string(members.size()) +
                     " experiments; allowed: one experiment (experiment::read gives them all)");
  return std::move(members.front().experiment);
}

}  // namespace

std::vector<double> Result::times() const {
  std::vector<double> out;
  for (const auto& row : table_.rows) out.push_back(nearest(row.t));
  return out;
}

std::vector<std::string> Result::quantities() const {
  std::vector<std::string> out;
  for (const auto& d : ledger::catalogue()) {
    const bool there = std::any_of(table_.rows.begin(), table_.rows.end(), [&](const table::Row& row) {
      return std::any_of(row.cells.begin(), row.cells.end(), [&](const auto& cell) { return cell.quantity == d.name; });
    });
    if (there) out.emplace_back(d.name);
  }
  return out;
}

const table::Row& Result::row(double t) const {
  const auto off = [&](const table::Row& row) { return std::abs(nearest(row.t) - t); };
  const auto best = std::min_element(table_.rows.begin(), table_.rows.end(),
                                     [&](const auto& a, const auto& b) { return off(a) < off(b); });
  if (best != table_.rows.end() && off(*best) <= 1e-9 * std::max(1.0, std::abs(t))) return *best;
  std::vector<std::string> times;
  for (const auto& row : table_.rows) times.push_back(row.t);
  throw InputError("the table has no time " + decimal(t) + "; allowed: " + experiment::join(times));
}

std::optional<Value> Result::find(std::string_view quantity, double t) const {
  if (ledger::find(quantity) == nullptr) {
    const std::string meant(ledger::nearest(quantity));
    throw InputError("no quantity \"" + experiment::printable(quantity) + "\"" +
                     (meant.empty() ? "" : "; did you mean " + meant + "?"));
  }
  const auto& cells = row(t).cells;
  const auto at = std::find_if(cells.begin(), cells.end(), [&](const auto& cell) { return cell.quantity == quantity; });
  if (at == cells.end()) return std::nullopt;
  return value_of(*at);
}

Value Result::at(std::string_view quantity, double t) const {
  auto value = find(quantity, t);
  if (!value) throw InputError("the table has no " + std::string(quantity) + " at t = " + decimal(t));
  return *std::move(value);
}

std::string Result::json() const { return table::write_json({table_}); }
std::string Result::csv() const { return table::write_csv({table_}); }

experiment::Experiment load(const std::filesystem::path& file) {
  return only(experiment::read(file), experiment::printable(file.string(), 400));
}

experiment::Experiment parse(std::string_view toml) {
  return only(experiment::parse(toml, "experiment", {}), "experiment");
}

Builder& Builder::set(const std::string& key, double value) {
  if (!std::isfinite(value)) throw InputError("experiment: " + key + ": not finite; allowed: a number");
  return set_toml(key, decimal(value));
}

Builder& Builder::set(const std::string& key, const char* word) {
  if (std::string_view(word).find_first_of("\"\\\n") != std::string_view::npos)
    throw InputError("experiment: " + key + ": a quote, backslash or line end in a word; allowed: plain words");
  return set_toml(key, "\"" + std::string(word) + "\"");
}

Builder& Builder::set(const std::string& key, const std::vector<double>& list) {
  std::vector<std::string> items;
  for (const double x : list) items.push_back(decimal(x));
  return set_toml(key, "[" + experiment::join(items) + "]");
}

Builder& Builder::set_toml(const std::string& key, const std::string& value) {
  const auto at = std::find_if(values_.begin(), values_.end(), [&](const auto& pair) { return pair.first == key; });
  if (at == values_.end()) {
    values_.emplace_back(key, value);
  } else {
    at->second = value;
  }
  return *this;
}

std::string Builder::toml() const {
  std::string out;
  for (const auto& [key, value] : values_) out += key + " = " + value + "\n";
  return out;
}

experiment::Experiment Builder::build() const { return parse(toml()); }

Result solve(const experiment::Experiment& experiment, const run::Options& options) {
  return Result(run::compute(experiment, options));
}

}  // namespace calor
