#pragma once
// Comma-separated values as people have them: a header line, RFC 4180 quotes, LF or CRLF, UTF-8 with or without BOM;
// lines that begin with # and empty lines are skipped.

#include <cstddef>
#include <filesystem>
#include <istream>
#include <string>
#include <vector>

#include "num/exact.hpp"

namespace calor::experiment {

struct Csv {
  std::string name;                            // of the file, for messages
  std::vector<std::string> header;             // at least one
  std::vector<std::vector<std::string>> rows;  // each as long as the header
  std::vector<int> lines;                      // the line on which each row begins, from 1

  /// Index of the column with this header. Throws InputError that lists the columns if there is none or more than one.
  std::size_t column(const std::string& wanted) const;

  /// The cell as an exact number, blanks around it ignored. Throws InputError "FILE:LINE: column: …".
  num::Rational number(std::size_t row, std::size_t column) const;

  /// The same for whole numbers between `least` and `most`.
  int integer(std::size_t row, std::size_t column, int least, int most) const;

  /// "FILE:LINE: COLUMN: ", the beginning of a message about a cell.
  std::string at(std::size_t row, std::size_t column) const;
};

/// Throws InputError "FILE:LINE: what is wrong; what is allowed": a missing or unreadable file, a directory, no header,
/// rows of another length than the header, an open quote, a row of more than 1 MB, NUL bytes, text that is not UTF-8,
/// more than 20 million rows.
Csv read_csv(const std::filesystem::path& path);

/// The same from a stream; `name` stands for the file in messages.
Csv parse_csv(std::istream& in, const std::string& name);

}  // namespace calor::experiment
