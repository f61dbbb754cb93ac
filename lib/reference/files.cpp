// A reference table as JSON, CSV and LaTeX.

#include <cstdio>

#include "experiment/text.hpp"
#include "reference/reference.hpp"
#include "table/json_text.hpp"
#include "table/sheet.hpp"
#include "table/write.hpp"

namespace calor::reference {

namespace {

std::vector<table::Table> tables_of(const Reference& r) {
  std::vector<table::Table> out;
  for (const auto& member : r.members) out.push_back(member.table);
  return out;
}

std::string guarantee_of(const Reference& r) {
  std::string out;
  for (const auto& member : r.members) {
    const std::string word = table::guarantees(member.table);
    out = out.empty() || out == word ? word : "mixed";
  }
  return out;
}

std::string two_digits(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2g", x);
  return text;
}

/// {"method": "finite-volume", ...}; a member of a sweep names its place.
std::string route_json(const Member& member, const SecondRoute* second) {
  using table::quote;
  std::string out = "{ ";
  if (!member.table.sweep.empty()) out += "\"at\": " + quote(table::coordinates(member.table)) + ", ";
  if (second == nullptr)
    return out + "\"method\": " + quote(member.table.method) + ", \"precision\": " + quote(member.table.precision) +
           " }";
  return out + "\"method\": " + quote(second->method) + ", \"precision\": " + quote(second->precision) +
         ", \"compared\": " + std::to_string(second->compared) + ", \"largest_difference\": " + second->largest +
         ", \"largest_difference_in_errors\": " + two_digits(second->largest_in_errors) + " }";
}

std::string lines(const std::vector<std::string>& items) {
  return items.empty() ? "[]" : "[\n      " + experiment::join(items, ",\n      ") + "\n    ]";
}

std::string reference_json(const Reference& r) {
  using table::quote;
  std::vector<std::string> first, second, data;
  for (const auto& member : r.members) {
    first.push_back(route_json(member, nullptr));
    for (const auto& route : member.second) second.push_back(route_json(member, &route));
  }
  for (const auto& [file, digest] : r.data)
    data.push_back("{ \"file\": " + quote(file) + ", \"sha256\": " + quote(digest) + " }");
  std::string out = "{\n    \"name\": " + quote(r.name) + ",\n    \"grade\": " + quote(r.label.grade);
  out += ",\n    \"note\": " + quote(r.label.note) + ",\n    \"digits\": " + std::to_string(r.digits);
  out += ",\n    \"guarantee\": " + quote(guarantee_of(r)) + ",\n    \"sha256\": " + quote(r.sha256);
  out += ",\n    \"data\": " + lines(data) + ",\n    \"first_route\": " + lines(first);
  return out + ",\n    \"second_route\": " + lines(second) + "\n  }";
}

}  // namespace

std::string json_of(const Reference& r) { return table::write_json(tables_of(r), {{"reference", reference_json(r)}}); }

std::string csv_of(const Reference& r) { return table::write_csv(tables_of(r)); }

std::string latex_of(const Reference& r) {
  return "% Calor reference table " + r.name + ", grade " + r.label.grade + ", SHA-256 of the experiment " + r.sha256 +
         "\n" + table::write_latex(tables_of(r));
}

}  // namespace calor::reference
