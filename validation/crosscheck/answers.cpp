#include <algorithm>
#include <cmath>

#include "experiment/text.hpp"
#include "ledger/catalogue.hpp"
#include "num/errors.hpp"
#include "validation/crosscheck/score.hpp"

namespace calor::crosscheck {

namespace {

using experiment::printable;

std::vector<std::string> cells(std::string_view line) {
  std::vector<std::string> out(1);
  for (const char c : line) {
    if (c == ',') {
      out.emplace_back();
    } else if (c != ' ' && c != '\t' && c != '\r') {
      out.back() += c;
    }
  }
  return out;
}

/// Which cell is what; npos where there is none.
struct Layout {
  std::size_t t = std::string::npos, quantity = 0, value = 1, error = 2, most = 3;
};

class AnswerReader {
 public:
  explicit AnswerReader(const TruthTable& table) : moments_(table.members.front().moments) {}

  std::vector<Answer> read(std::string_view output) {
    std::vector<Answer> out;
    bool first = true;
    while (!output.empty()) {
      const std::string_view text = output.substr(0, output.find('\n'));
      output.remove_prefix(std::min(text.size() + 1, output.size()));
      ++line_;
      const auto row = cells(text);
      if ((row.size() == 1 && row[0].empty()) || row[0].starts_with('#')) continue;
      if (first && std::find(row.begin(), row.end(), "quantity") != row.end()) {
        read_header(row);
      } else {
        out.push_back(answer(row));
        const auto same = [&](const Answer& a) {
          return a.quantity == out.back().quantity && a.moment == out.back().moment;
        };
        if (std::any_of(out.begin(), out.end() - 1, same)) fail("a second answer about " + out.back().quantity);
      }
      first = false;
    }
    return out;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw InputError("line " + std::to_string(line_) + " of its output: " + what);
  }

  void read_header(const std::vector<std::string>& row) {
    const auto find = [&](const char* name) {
      const auto at = std::find(row.begin(), row.end(), name);
      return at == row.end() ? std::string::npos : static_cast<std::size_t>(at - row.begin());
    };
    layout_ = {find("t"), find("quantity"), find("value"), find("stderr"), row.size()};
    if (layout_.value == std::string::npos) fail("a header without value; allowed: quantity,value[,stderr][,t]");
  }

  double number(const std::string& word, const char* what) const {
    std::string lower = word;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
    if (lower == "nan" || lower == "-nan") return std::nan("");
    const auto read = read_number(word);
    if (!read) fail(std::string(what) + ": \"" + printable(word) + "\" is no number");
    return read->finite() ? num::from_rational<double>(read->value) : std::nan("");
  }

  std::size_t moment(const std::vector<std::string>& row) const {
    if (layout_.t >= row.size()) return moments_.size() - 1;
    const auto t = read_number(row[layout_.t]);
    if (const auto found = t && t->finite() ? find_moment(moments_, t->value) : std::nullopt) return *found;
    fail("t: the table has no time \"" + printable(row[layout_.t]) + "\"");
  }

  Answer answer(const std::vector<std::string>& row) const {
    if (row.size() > layout_.most || row.size() <= std::max(layout_.quantity, layout_.value))
      fail(std::to_string(row.size()) + " cells; allowed: quantity,value[,stderr]");
    Answer out;
    out.quantity = row[layout_.quantity];
    if (ledger::find(out.quantity) == nullptr) {
      const std::string meant(ledger::nearest(out.quantity));
      fail("no quantity \"" + printable(out.quantity) + "\"" + (meant.empty() ? "" : "; did you mean " + meant + "?"));
    }
    out.moment = moment(row);
    if (!moments_[out.moment].quantities.contains(out.quantity))
      fail("the table has no " + out.quantity + " at this time");
    out.value = number(row[layout_.value], "value");
    if (layout_.error < row.size() && !row[layout_.error].empty()) {
      const double e = number(row[layout_.error], "stderr");
      if (e < 0) fail("stderr: negative");
      if (e > 0) out.standard_error = e;
    }
    return out;
  }

  const std::vector<Moment>& moments_;
  Layout layout_;
  int line_ = 0;
};

}  // namespace

std::vector<Answer> read_answers(std::string_view output, const TruthTable& table) {
  return AnswerReader(table).read(output);
}

}  // namespace calor::crosscheck
