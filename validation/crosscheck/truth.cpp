#include "validation/crosscheck/truth.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "table/json_text.hpp"
#include "validation/crosscheck/json_tree.hpp"
#include "version.hpp"

namespace calor::crosscheck {

namespace {

using Kind = Node::Kind;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

class TruthReader {
 public:
  explicit TruthReader(const std::string& name) : name_(name) {}

  TruthTable read(const Node& whole) const {
    // samples.json holds the table as "truth".
    const Node* samples = whole.find("samples");
    if (samples != nullptr && samples->text != sample_format)
      fail("it has format " + experiment::printable(samples->text) + " of samples; this program reads format " +
           sample_format);
    check_version(whole);
    const Node* truth = samples == nullptr ? &whole : whole.find("truth");
    if (truth == nullptr) fail("these samples were written without their true values");
    const Node& root = *truth;
    TruthTable table{name_, "", {}};
    if (const Node* sweep = root.find("sweep")) {
      if (!sweep->is(Kind::list) || sweep->items.empty()) fail("\"sweep\" is no list of tables");
      for (const Node& item : sweep->items) table.members.push_back(member(item));
      for (const Member& m : table.members) {
        if (keys(m) != keys(table.members.front())) fail("the tables of the sweep differ in their coordinates");
      }
      table.title = title(sweep->items.front());
    } else {
      table.members.push_back(member(root));
      table.title = title(root);
    }
    return table;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(name_ + ": " + what + "; allowed: a table as written by calor run --format json");
  }

  /// Tables of a later major version may mean something else by the same names.
  void check_version(const Node& root) const {
    const Node* written = root.find("calor");
    if (written == nullptr) return;
    const std::string& text = written->text;
    const auto major = [](std::string_view of) -> std::optional<Number> {
      return read_number(of.substr(0, of.find('.')));
    };
    const auto theirs = major(text), ours = major(version());
    if (!written->is(Kind::string) || !theirs) fail("\"calor\": \"" + experiment::printable(text) + "\" is no version");
    if (theirs->infinite != 0 || theirs->value > ours->value)
      fail("version " + experiment::printable(text) + " of calor wrote it, and this is version " + version());
  }

  static std::vector<std::string> keys(const Member& m) {
    std::vector<std::string> out;
    for (const auto& [key, value] : m.coordinates) out.push_back(key);
    return out;
  }

  static std::string title(const Node& table) {
    const Node* title = table.find("title");
    return title != nullptr && title->is(Kind::string) ? title->text : "";
  }

  Number number(const Node* node, const std::string& what) const {
    if (node == nullptr) fail(what + " is missing");
    const auto read =
        node->is(Kind::number) || node->is(Kind::string) ? read_number(node->text) : std::optional<Number>();
    if (!read) fail(what + " is no number");
    return *read;
  }

  static std::optional<Rational> optional_number(const Node& table, const char* section, const char* key) {
    const Node* experiment = table.find("experiment");
    const Node* place = experiment == nullptr ? nullptr : experiment->find(section);
    const Node* node = place == nullptr ? nullptr : place->find(key);
    if (node == nullptr || !node->is(Kind::number)) return std::nullopt;
    const auto read = read_number(node->text);
    return read && read->finite() ? std::optional<Rational>(read->value) : std::nullopt;
  }

  Member member(const Node& table) const {
    if (!table.is(Kind::object)) fail("it is no JSON object");
    const Node* units = table.find("units");
    if (units == nullptr) fail("\"units\": \"nats\" is missing");
    if (!units->is(Kind::string) || units->text != "nats")
      fail("\"units\" is \"" + experiment::printable(units->text) + "\", not \"nats\"");
    const Node* rows = table.find("rows");
    if (rows == nullptr || !rows->is(Kind::list) || rows->items.empty()) fail("there are no \"rows\"");
    Member out;
    out.size = optional_number(table, "data", "size");
    out.temperature = optional_number(table, "learner", "temperature");
    if (const Node* coordinates = table.find("coordinates")) {
      for (const auto& [key, value] : coordinates->members) out.coordinates.emplace_back(key, value.text);
    }
    std::set<Rational> seen;
    for (const Node& row : rows->items) {
      out.moments.push_back(moment(row));
      const Number& t = out.moments.back().t;
      if (!seen.insert(t.value).second) fail("two rows have t = " + t.text);
    }
    return out;
  }

  Moment moment(const Node& row) const {
    Moment out{number(row.find("t"), "the t of a row"), {}};
    if (!out.t.finite()) fail("the t of a row is infinite");
    for (const auto& [key, cell] : row.members) {
      if (key == "t") continue;
      const std::string what = experiment::printable(key) + " at t = " + out.t.text;
      Truth truth{number(cell.find("value"), "the value of " + what),
                  number(cell.find("error"), "the error of " + what)};
      if (truth.error.infinite < 0 || truth.error.value < 0) fail("the error of " + what + " is negative");
      if (!out.quantities.emplace(key, std::move(truth)).second) fail(what + " stands there twice");
    }
    return out;
  }

  const std::string& name_;
};

}  // namespace

std::string word_of(const Coordinates& coordinates) {
  std::string out;
  for (const auto& [key, value] : coordinates) out += (out.empty() ? "" : ",") + key + "=" + value;
  return out;
}

std::string json_of(const Coordinates& coordinates) {
  std::string out;
  for (const auto& [key, value] : coordinates)
    out += (out.empty() ? "" : ", ") + table::quote(key) + ": " + table::number_or_string(value);
  return "{ " + out + " }";
}

std::optional<Number> read_number(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  const std::string word = lower(text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text);
  if (word.find('_') != std::string::npos) return std::nullopt;  // of TOML
  if (word == "inf" || word == "infinity") return Number{std::string(text), 0, text.front() == '-' ? -1 : 1};
  try {
    return Number{std::string(text), num::parse_decimal(text), 0};
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

std::optional<std::size_t> find_moment(const std::vector<Moment>& moments, const Rational& t) {
  std::optional<std::size_t> nearest;
  Rational least, second;  // distances
  for (std::size_t i = 0; i < moments.size(); ++i) {
    const Rational off = abs(moments[i].t.value - t);
    if (!nearest || off < least) {
      second = nearest ? least : Rational(-1);
      least = off;
      nearest = i;
    } else if (second < 0 || off < second) {
      second = off;
    }
  }
  if (!nearest || least * 1'000'000'000 > std::max(Rational(1), Rational(abs(t)))) return std::nullopt;
  if (second >= 0 && 100 * least > second) return std::nullopt;
  return nearest;
}

std::size_t TruthTable::values() const {
  std::size_t n = 0;
  for (const Member& member : members) {
    for (const Moment& moment : member.moments) n += moment.quantities.size();
  }
  return n;
}

TruthTable parse_table(std::string_view json, const std::string& name) {
  return TruthReader(name).read(parse_json(json, name));
}

}  // namespace calor::crosscheck
