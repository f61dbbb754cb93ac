#include "table/sheet.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "experiment/text.hpp"
#include "table/json_text.hpp"

namespace calor::table {

namespace {

constexpr std::size_t longest_value = 60;

std::string cut(const std::string& text) { return experiment::printable(text, longest_value); }

/// "langevin, mobility 1.0, initial mean [0.0], stddev [0.5]": the kind first, without its key.
std::string describe(const std::string& section) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : members(section)) {
    parts.push_back(key == "kind" ? plain(value) : experiment::printable(key) + " " + cut(plain(value)));
  }
  return experiment::join(parts);
}

}  // namespace

Sheet sheet(const Table& table) {
  Sheet out;
  std::map<std::string, std::size_t> place;
  for (const Row& row : table.rows) {
    for (const Cell& cell : row.cells) {
      if (place.emplace(cell.quantity, out.quantities.size()).second) out.quantities.push_back(cell.quantity);
    }
  }
  out.cells.assign(out.quantities.size(), std::vector<const Cell*>(table.rows.size(), nullptr));
  for (std::size_t j = 0; j < table.rows.size(); ++j) {
    out.times.push_back(table.rows[j].t);
    for (const Cell& cell : table.rows[j].cells) out.cells[place[cell.quantity]][j] = &cell;
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> summary(const Table& table) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [name, section] : members(table.experiment_json)) {
    if (name == "model" || name == "data" || name == "learner" || name == "sampler")
      out.emplace_back(name, describe(section));
  }
  if (!table.method.empty()) {
    out.emplace_back("method", table.method + (table.precision.empty() ? "" : ", " + table.precision));
  }
  return out;
}

std::string coordinates(const Table& table) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : table.sweep) parts.push_back(key + " = " + value);
  return experiment::join(parts);
}

std::string guarantees(const Table& table) {
  std::set<std::string> seen;
  for (const Row& row : table.rows) {
    for (const Cell& cell : row.cells) seen.insert(num::name(cell.guarantee));
  }
  return seen.empty() ? "" : seen.size() == 1 ? *seen.begin() : "mixed";
}

std::string identities(const Table& table) {
  std::vector<std::string> out;
  for (const Check& check : table.checks) {
    if (std::find(out.begin(), out.end(), check.identity) == out.end()) out.push_back(check.identity);
  }
  std::sort(out.begin(), out.end(), [](const std::string& a, const std::string& b) {
    return std::pair(a.size(), a) < std::pair(b.size(), b);  // I2 before I10
  });
  return experiment::join(out);
}

}  // namespace calor::table
