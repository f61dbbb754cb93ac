#include "experiment/csv.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "experiment/text.hpp"
#include "num/errors.hpp"

namespace calor::experiment {

namespace {

constexpr std::size_t most_record = 1'000'000;  // bytes
constexpr std::size_t most_rows = 20'000'000;

class Reader {
 public:
  Reader(std::istream& in, const std::string& name) : in_(in), name_(name) {}

  Csv read() {
    Csv csv;
    csv.name = name_;
    while (next_record()) {
      if (csv.header.empty()) {
        csv.header = fields_;
        continue;
      }
      check_length(csv.header.size());
      if (csv.rows.size() == most_rows) fail("there are too many rows; allowed: " + std::to_string(most_rows));
      csv.rows.push_back(fields_);
      csv.lines.push_back(first_);
    }
    if (csv.header.empty()) {
      throw InputError(name_ + ": there is no header line; allowed: a CSV file whose first line names the columns");
    }
    return csv;
  }

 private:
  enum class State { start, plain, quoted, closed };

  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(name_ + ":" + std::to_string(line_) + ": " + what);
  }

  void check_length(std::size_t columns) const {
    if (fields_.size() == columns) return;
    throw InputError(name_ + ":" + std::to_string(first_) + ": the row has " + std::to_string(fields_.size()) +
                     " cells; allowed: " + std::to_string(columns) + ", as many as the header has");
  }

  /// One line without its end, into text_; false at the end of the file.
  bool next_line() {
    text_.clear();
    auto* buffer = in_.rdbuf();
    int c = buffer->sbumpc();
    if (c == std::istream::traits_type::eof()) return false;
    ++line_;
    for (; c != std::istream::traits_type::eof() && c != '\n'; c = buffer->sbumpc()) {
      if (c == 0) fail("there is a NUL byte; allowed: UTF-8 text");
      text_ += static_cast<char>(c);
      if (text_.size() + used_ > most_record) fail("the row is too long; allowed: 1000000 bytes");
    }
    if (line_ == 1 && text_.starts_with("\xEF\xBB\xBF")) text_.erase(0, 3);
    if (!text_.empty() && text_.back() == '\r') text_.pop_back();
    if (!valid_utf8(text_)) fail("the line is not UTF-8; allowed: UTF-8 text");
    return true;
  }

  /// One record into fields_; a quoted field may go on over several lines.
  bool next_record() {
    used_ = 0;
    do {
      if (!next_line()) return false;
    } while (text_.empty() || text_[0] == '#');
    first_ = line_;
    fields_.assign(1, "");
    state_ = State::start;
    for (take_line(); state_ == State::quoted; take_line()) {
      fields_.back() += '\n';
      used_ += text_.size() + 1;
      if (!next_line()) {
        line_ = first_;
        fail("a quote is never closed; allowed: \"…\" with \"\" for a quote inside");
      }
    }
    return true;
  }

  void take_line() {
    for (const char c : text_) take(c);
  }

  void take(char c) {
    if (state_ == State::quoted) {
      if (c == '"') {
        state_ = State::closed;
      } else {
        fields_.back() += c;
      }
    } else if (c == ',') {
      fields_.emplace_back();
      state_ = State::start;
    } else if (c == '"' && state_ != State::plain) {
      if (state_ == State::closed) fields_.back() += '"';
      state_ = State::quoted;
    } else {
      if (state_ == State::closed) fail("text follows a closing quote; allowed: a comma or the end of the line");
      fields_.back() += c;
      state_ = State::plain;
    }
  }

  std::istream& in_;
  const std::string& name_;
  std::string text_;
  std::vector<std::string> fields_;
  State state_ = State::start;
  std::size_t used_ = 0;  // bytes of the record before text_
  int line_ = 0, first_ = 0;
};

std::string trimmed(const std::string& s) {
  const auto first = s.find_first_not_of(" \t");
  return first == std::string::npos ? "" : s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::size_t Csv::column(const std::string& wanted) const {
  const auto place = std::find(header.begin(), header.end(), wanted);
  if (place != header.end() && std::find(place + 1, header.end(), wanted) == header.end()) {
    return static_cast<std::size_t>(place - header.begin());
  }
  if (place != header.end())
    throw InputError(name + ": more than one column is called \"" + printable(wanted) +
                     "\"; allowed: one of each name");
  throw InputError(name + ": there is no column \"" + printable(wanted) + "\"; " + allowed_names(wanted, header));
}

std::string Csv::at(std::size_t row, std::size_t column) const {
  return name + ":" + std::to_string(lines[row]) + ": " + printable(header[column]) + ": ";
}

num::Rational Csv::number(std::size_t row, std::size_t column) const {
  const std::string& cell = rows[row][column];
  try {
    return num::parse_decimal(trimmed(cell));
  } catch (const std::invalid_argument& e) {
    throw InputError(at(row, column) + e.what() + " (\"" + printable(cell) + "\"); allowed: a decimal number");
  }
}

int Csv::integer(std::size_t row, std::size_t column, int least, int most) const {
  const num::Rational q = number(row, column);
  if (denominator(q) == 1 && q >= least && q <= most) return static_cast<int>(numerator(q));
  throw InputError(at(row, column) + "not a whole number in range (" + printable(rows[row][column]) +
                   "); allowed: " + std::to_string(least) + " to " + std::to_string(most));
}

Csv read_csv(const std::filesystem::path& path) {
  const std::string name = printable(path.string(), 400);
  if (const std::string why = why_unreadable(path); !why.empty()) {
    throw InputError(name + ": cannot be read: " + why + "; allowed: a readable CSV file");
  }
  std::ifstream in(path, std::ios::binary);
  return parse_csv(in, name);
}

Csv parse_csv(std::istream& in, const std::string& name) {
  try {
    return Reader(in, name).read();
  } catch (const std::ios_base::failure&) {  // of the stream's buffer, which is read directly
    throw InputError(name + ": reading failed; allowed: a readable file");
  }
}

}  // namespace calor::experiment
