// data.target from a CSV file: exact frequencies, means and variances.

#include <algorithm>

#include "experiment/kinds.hpp"
#include "experiment/model_form.hpp"
#include "experiment/sections.hpp"
#include "experiment/text.hpp"
#include "num/errors.hpp"

namespace calor::experiment {

namespace {

constexpr int most_count = 1000;  // largest x of a file, where outcomes have no end

std::vector<std::string> column_names(const Value& target, std::size_t wanted) {
  const std::string both = "columns";
  if (target.has("column") && target.has(both)) target.complain_about(both, "beside column", "allowed: one of them");
  const Value value = target.get(target.has(both) ? both : "column", "the name of a column, or a list of names");
  if (value.kind() == Node::Kind::string && wanted == 1) return {value.string()};
  std::vector<std::string> columns;
  for (const auto& name : value.list_of(wanted, "one column name a dimension of x")) columns.push_back(name.string());
  return columns;
}

const Csv& load(const Value& file, Files& files) {
  const std::string name = file.string();
  if (name.empty() || name.find('\0') != std::string::npos)
    file.refuse("not a file name", "allowed: the path of a CSV file");
  const auto place = files.read.find(name);
  if (place != files.read.end()) return place->second;
  try {
    return files.read.emplace(name, read_csv(files.directory / name)).first->second;
  } catch (const InputError& e) {
    file.relay(e);
  }
}

void add_frequencies(const Csv& csv, std::size_t column, int outcomes, bool unbounded, Data& data) {
  std::vector<int> counts;
  for (std::size_t row = 0; row < csv.rows.size(); ++row) {
    const auto x = static_cast<std::size_t>(csv.integer(row, column, 0, outcomes - 1));
    counts.resize(std::max(counts.size(), x + 1), 0);
    ++counts[x];
  }
  if (!unbounded) counts.resize(static_cast<std::size_t>(outcomes), 0);
  for (const int count : counts) data.probabilities.emplace_back(count, data.size);
}

/// Mean and variance sum (x - mean)² / n = sum x² / n - mean², exactly.
void add_moments(const Csv& csv, std::size_t column, Data& data) {
  Rational sum = 0, squares = 0;
  for (std::size_t row = 0; row < csv.rows.size(); ++row) {
    const Rational x = csv.number(row, column);
    sum += x;
    squares += x * x;
  }
  const Rational mean = sum / data.size;
  data.mean.push_back(mean);
  data.variance.push_back(squares / data.size - mean * mean);
  if (data.variance.back() == 0) {
    throw InputError(csv.name + ": all values of column " + printable(csv.header[column]) +
                     " are equal; allowed: a standard deviation > 0");
  }
}

}  // namespace

Data read_target_file(const Value& target, const Model& model, Files& files) {
  target.only({"file", "column", "columns"});
  const Value file = target.get("file", "the name of a CSV file");
  Data data;
  data.file = file.string();
  data.columns = column_names(target, outcomes(model) > 0 ? 1 : static_cast<std::size_t>(model.dimension));
  const Csv& csv = load(file, files);
  if (csv.rows.empty()) file.refuse("the file has no rows", "allowed: at least one row below the header");
  data.size = static_cast<int>(csv.rows.size());
  try {
    for (const auto& name : data.columns) {
      const std::size_t column = csv.column(name);
      if (outcomes(model) > 0) {
        add_frequencies(csv, column, form_of(model).unbounded ? most_count : outcomes(model), form_of(model).unbounded,
                        data);
      } else {
        add_moments(csv, column, data);
      }
    }
  } catch (const InputError& e) {
    target.get(target.has("columns") ? "columns" : "column", "").relay(e);
  }
  return data;
}

}  // namespace calor::experiment
