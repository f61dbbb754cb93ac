// JSON. Numbers are the table's texts.

#include "table/json_text.hpp"
#include "table/write.hpp"
#include "version.hpp"

namespace calor::table {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;  // values already JSON

/// One object on one line.
std::string object(const Pairs& pairs) {
  std::string out;
  for (const auto& [key, value] : pairs) out += (out.empty() ? "" : ", ") + quote(key) + ": " + value;
  return out.empty() ? "{}" : "{ " + out + " }";
}

/// One item a line, `depth` levels in; open and close are brackets.
std::string lines(const std::vector<std::string>& items, int depth, const std::string& open, const std::string& close) {
  if (items.empty()) return open + close;
  const std::string margin(static_cast<std::size_t>(2 * depth), ' ');
  std::string out = open;
  for (const auto& item : items) out += (out == open ? "\n" : ",\n") + margin + "  " + item;
  return out + "\n" + margin + close;
}

/// JSON text one or more lines long, moved in. (Line ends never stand inside JSON strings.)
std::string indent(const std::string& json, int depth) {
  std::string out;
  for (const char c : json) {
    out += c;
    if (c == '\n') out.append(static_cast<std::size_t>(2 * depth), ' ');
  }
  return out;
}

std::string write(const Cell& cell) {
  return quote(cell.quantity) + ": " +
         object({{"value", number_or_string(cell.value)},
                 {"error", number_or_string(cell.error)},
                 {"guarantee", quote(num::name(cell.guarantee))}});
}

std::string write(const Row& row, int depth) {
  std::vector<std::string> items{"\"t\": " + number_or_string(row.t)};
  for (const Cell& cell : row.cells) items.push_back(write(cell));
  return lines(items, depth, "{", "}");
}

std::string write(const Check& check) {
  return object({{"identity", quote(check.identity)},
                 {"statement", quote(check.statement)},
                 {"residual", number_or_string(check.residual)},
                 {"allowed", number_or_string(check.allowed)}});
}

std::string write(const std::vector<Coordinate>& sweep) {
  Pairs pairs;
  for (const auto& [key, value] : sweep) pairs.emplace_back(key, number_or_string(value));
  return object(pairs);
}

/// What the outermost object begins with.
std::vector<std::string> head(const Pairs& more) {
  std::vector<std::string> out{"\"calor\": " + quote(version())};
  for (const auto& [key, value] : more) out.push_back(quote(key) + ": " + value);
  return out;
}

std::string write(const Table& table, int depth, const Pairs& more) {
  std::vector<std::string> rows, checks;
  for (const Row& row : table.rows) rows.push_back(write(row, depth + 2));
  for (const Check& check : table.checks) checks.push_back(write(check));
  std::vector<std::string> items = head(more);
  for (auto& item : std::vector<std::string>{
           "\"title\": " + quote(table.title), "\"units\": \"nats\"",
           "\"experiment\": " + (table.experiment_json.empty() ? "{}" : indent(table.experiment_json, depth + 1)),
           "\"method\": " + quote(table.method), "\"precision\": " + quote(table.precision)})
    items.push_back(std::move(item));
  if (!table.sweep.empty()) items.push_back("\"coordinates\": " + write(table.sweep));
  items.push_back("\"rows\": " + lines(rows, depth + 1, "[", "]"));
  items.push_back("\"checks\": " + lines(checks, depth + 1, "[", "]"));
  return lines(items, depth, "{", "}");
}

}  // namespace

std::string write_json(const std::vector<Table>& tables, const Pairs& more) {
  if (tables.size() == 1 && tables.front().sweep.empty()) return write(tables.front(), 0, more) + "\n";
  std::vector<std::string> members, items = head(more);
  for (const Table& table : tables) members.push_back(write(table, 2, {}));
  items.push_back("\"sweep\": " + lines(members, 1, "[", "]"));
  return lines(items, 0, "{", "}") + "\n";
}

}  // namespace calor::table
