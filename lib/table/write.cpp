#include "table/write.hpp"

#include <algorithm>

#include "experiment/text.hpp"
#include "num/errors.hpp"

namespace calor::table {

const std::vector<std::string>& format_names() {
  static const std::vector<std::string> names{"text", "json", "csv", "markdown", "latex"};
  return names;
}

Format format_from_name(std::string_view name) {
  const auto& names = format_names();
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) {
    throw InputError("--format: no format \"" + experiment::printable(name) + "\"; " +
                     experiment::allowed_names(name, names));
  }
  return static_cast<Format>(at - names.begin());
}

std::string write(const std::vector<Table>& tables, Format format, int width) {
  switch (format) {
    case Format::json:
      return write_json(tables);
    case Format::csv:
      return write_csv(tables);
    case Format::markdown:
      return write_markdown(tables);
    case Format::latex:
      return write_latex(tables);
    case Format::text:
      break;
  }
  return write_text(tables, width);
}

}  // namespace calor::table
