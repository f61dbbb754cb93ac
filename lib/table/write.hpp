#pragma once
// Tables as text. Every writer takes the tables of one command, several if the experiment is a sweep; all numbers are
// copied from the table's decimal texts, never through a binary number. Formats: shared/experiment.md "Table".

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "table/table.hpp"

namespace calor::table {

enum class Format { text, json, csv, markdown, latex };

/// "text", "json", ... in the order of the enum.
const std::vector<std::string>& format_names();

/// Throws InputError on a word that is none of format_names().
Format format_from_name(std::string_view name);

/// For people: title, experiment, one block of quantities by times, legend. Lines are at most `width` columns wide
/// where one column of numbers allows it.
std::string write_text(const std::vector<Table>& tables, int width = 100);

/// One object, or { "calor", "sweep": [objects] } if there are swept keys. Beside the members of experiment.md an
/// object has "method", "precision", "checks" and, in a sweep, "coordinates". `more`: members (key, JSON text) of the
/// outermost object, behind "calor".
std::string write_json(const std::vector<Table>& tables,
                       const std::vector<std::pair<std::string, std::string>>& more = {});

/// RFC 4180 with \n: one quantity a line, `t,quantity,value,error,guarantee`, swept keys as columns in front.
std::string write_csv(const std::vector<Table>& tables);

/// GitHub tables, quantities as rows.
std::string write_markdown(const std::vector<Table>& tables);

/// tabular environments for \input, quantities as rows; needs the packages booktabs and amsmath. ASCII only, except for
/// titles.
std::string write_latex(const std::vector<Table>& tables);

std::string write(const std::vector<Table>& tables, Format format, int width = 100);

}  // namespace calor::table
