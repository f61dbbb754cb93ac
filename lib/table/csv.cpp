// CSV, one quantity a line.

#include "table/write.hpp"

namespace calor::table {

namespace {

std::string field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

}  // namespace

std::string write_csv(const std::vector<Table>& tables) {
  std::string out;
  if (!tables.empty()) {
    for (const auto& [key, value] : tables.front().sweep) out += field(key) + ",";
  }
  out += "t,quantity,value,error,guarantee\n";
  for (const Table& table : tables) {
    std::string front;
    for (const auto& [key, value] : table.sweep) front += field(value) + ",";
    for (const Row& row : table.rows) {
      for (const Cell& c : row.cells) {
        out += front + field(row.t) + "," + field(c.quantity) + "," + field(c.value) + "," + field(c.error) + "," +
               num::name(c.guarantee) + "\n";
      }
    }
  }
  return out;
}

}  // namespace calor::table
