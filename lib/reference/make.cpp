// The two roads to a table, and their comparison.

#include <algorithm>
#include <set>

#include "experiment/document.hpp"
#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "num/exact.hpp"
#include "reference/digest.hpp"
#include "reference/reference.hpp"
#include "table/sheet.hpp"

namespace calor::reference {

namespace {

namespace fs = std::filesystem;
using num::Rational;

constexpr std::size_t most_text = 16'000'000;

/// Compares all numbers that both tables give. Throws InternalError where they differ by more than their errors.
SecondRoute compare(const table::Table& first, const table::Table& second, const std::string& name) {
  SecondRoute out{second.method, second.precision, 0, "0", 0};
  Rational largest = 0;
  for (std::size_t j = 0; j < first.rows.size(); ++j)
    for (const auto& cell : first.rows[j].cells) {
      const auto& others = second.rows[j].cells;
      const auto at =
          std::find_if(others.begin(), others.end(), [&](const auto& c) { return c.quantity == cell.quantity; });
      if (at == others.end() || at->value.ends_with("inf") || cell.value.ends_with("inf") || at->error == "inf")
        continue;
      const Rational a = num::parse_decimal(cell.value), b = num::parse_decimal(at->value);
      const Rational gap = abs(Rational(a - b)), room = num::parse_decimal(cell.error) + num::parse_decimal(at->error);
      if (gap > room)
        throw InternalError(name + ": " + cell.quantity + " at t = " + first.rows[j].t + " is " + cell.value + " by " +
                            first.method + ", " + at->value + " by " + second.method +
                            ", further apart than their errors " + cell.error + ", " + at->error);
      ++out.compared;
      largest = std::max(largest, Rational(gap / std::max(Rational(1), Rational(abs(a)))));
      if (room > 0)
        out.largest_in_errors = std::max(out.largest_in_errors, num::from_rational<double>(Rational(gap / room)));
    }
  out.largest = num::decimal_text(largest, 2);
  return out;
}

/// Roads other than the one that was taken, in double precision: other arithmetic and another solver.
std::vector<run::Options> other_roads(const table::Table& first, int digits) {
  std::vector<run::Options> out;
  const auto add = [&](run::Method method, int precision) {
    run::Options o;
    o.method = method;
    o.precision = precision;
    o.digits = std::min(digits, 8);
    o.best_effort = true;
    out.push_back(o);
  };
  const auto used = [&](const char* method) { return first.method.find(method) != std::string::npos; };
  if (used("ball")) add(run::Method::automatic, 30);  // a fixed precision: the ordinary arithmetic
  add(used("spectral") || used("logarithmic") ? run::Method::finite_volume : run::Method::logarithmic, 15);
  return out;
}

}  // namespace

Label label_of(const std::string& text, const std::string& name) {
  const auto root = experiment::parse_toml(text, name);
  Label out;
  if (const auto* grade = root.find("grade")) out.grade = grade->text;
  if (const auto* note = root.find("note")) out.note = note->text;
  return out;
}

Reference identify(const fs::path& path) {
  Reference out;
  const std::string text = experiment::read_text(path, most_text);
  out.name = path.stem().string();
  out.sha256 = sha256(text);
  const auto members = experiment::read(path);
  out.label = label_of(text, path.string());
  out.digits = members.front().experiment.digits;
  std::set<std::string> files;
  for (const auto& member : members)
    if (!member.experiment.data.file.empty()) files.insert(member.experiment.data.file);
  for (const auto& file : files)
    out.data.emplace_back(file, sha256(experiment::read_text(path.parent_path() / file, most_text)));
  return out;
}

Reference make(const fs::path& path, int threads, const std::function<void(const run::Progress&)>& progress) {
  Reference out = identify(path);
  for (const auto& swept : experiment::read(path)) {
    run::Options options;
    options.threads = threads;
    options.progress = progress;
    options.proven = out.label.grade != "higher";  // minutes there
    Member member{run::compute(swept.experiment, options), {}};
    for (auto& other : other_roads(member.table, out.digits)) {
      other.threads = threads;
      other.progress = progress;
      try {
        const auto second = run::compute(swept.experiment, other);
        if (second.method == member.table.method && second.precision == member.table.precision) continue;
        member.second.push_back(compare(member.table, second, out.name));
      } catch (const InputError&) {  // this road does not exist here
      }
    }
    for (const auto& [key, value] : swept.coordinates) member.table.sweep.push_back({key, value});
    out.members.push_back(std::move(member));
  }
  return out;
}

}  // namespace calor::reference
