// [data]

#include "experiment/kinds.hpp"
#include "experiment/model_form.hpp"
#include "experiment/sections.hpp"

namespace calor::experiment {

namespace {

constexpr int most_examples = 1'000'000'000;

bool is_regression(const Model& model) { return model.kind == "linear-regression"; }

/// A number for every dimension alike, or a list of d.
std::vector<Value> per_dimension(const Value& value, std::size_t d) {
  if (value.kind() == Node::Kind::number) return std::vector<Value>(d, value);
  return value.list_of(d, "one a dimension");
}

void read_discrete_target(const Value& target, const Model& model, Data& data) {
  const std::string shape = "one probability an outcome";
  if (target.kind() == Node::Kind::table) {
    if (form_of(model).unbounded) {
      target.only({"file", "column", "rate"});
      data.mean = {target.get("rate", "a number > 0, or file and column").positive()};
      return;
    }
    target.only({"file", "column"});
    target.get("file", "the name of a CSV file");
  }
  if (form_of(model).unbounded) {
    data.probabilities = target.probabilities(target.list().size(), shape);
    return;
  }
  data.probabilities = target.probabilities(static_cast<std::size_t>(outcomes(model)), shape);
}

void read_gaussian_target(const Value& target, const Model& model, Data& data) {
  target.expect_table("{ mean = …, stddev = … } or { file = \"…\", column = \"…\" }");
  target.only({"mean", "stddev"});
  const auto d = static_cast<std::size_t>(model.dimension);
  for (const auto& mean : per_dimension(target.get("mean", "a number or a list"), d))
    data.mean.push_back(mean.number());
  for (const auto& stddev : per_dimension(target.get("stddev", "a number or a list"), d)) {
    data.variance.push_back(stddev.positive() * stddev.positive());
  }
}

void read_regression_target(const Value& target, const Model& model, Data& data) {
  target.expect_table("{ weights = […], stddev = … }");
  target.only({"weights", "stddev"});
  const Value weights = target.get("weights", "a list, one a column of model.inputs");
  data.weights = weights.numbers_of(static_cast<std::size_t>(parameters(model)), "one a column of model.inputs");
  const Rational stddev = target.get("stddev", "a number > 0").positive();
  data.variance = {stddev * stddev};
}

Data read_target(const Value& target, const Model& model, Files& files) {
  Data data;
  if (target.kind() == Node::Kind::table && target.has("file")) {
    if (is_regression(model)) {
      target.complain_about("file", "a file gives no target for linear-regression",
                            "allowed: { weights = […], stddev = … }");
    }
    return read_target_file(target, model, files);
  }
  if (outcomes(model) > 0) {
    read_discrete_target(target, model, data);
  } else if (is_regression(model)) {
    read_regression_target(target, model, data);
  } else {
    read_gaussian_target(target, model, data);
  }
  return data;
}

Data read_counts(const Value& counts, const Model& model) {
  if (outcomes(model) == 0)
    counts.complain("counts are for discrete models", "allowed for " + model.kind + ": values, target");
  Data data;
  data.source = Data::Source::counts;
  long sum = 0;
  for (const auto& count : form_of(model).unbounded
                               ? counts.list()
                               : counts.list_of(static_cast<std::size_t>(outcomes(model)), "one an outcome")) {
    data.counts.push_back(count.integer(0, most_examples));
    sum += data.counts.back();
  }
  if (sum < 1 || sum > most_examples) {
    counts.complain("the counts sum to " + std::to_string(sum), "allowed: 1 to " + std::to_string(most_examples));
  }
  data.size = static_cast<int>(sum);
  return data;
}

Data read_values(const Value& values, const Model& model) {
  if (outcomes(model) > 0) values.complain("values are for real x", "allowed for " + model.kind + ": counts, target");
  Data data;
  data.source = Data::Source::values;
  const auto d = static_cast<std::size_t>(model.dimension);
  for (const auto& value : values.list()) {
    if (d == 1 && value.kind() == Node::Kind::number) {
      data.values.push_back({value.number()});
    } else {
      data.values.push_back(value.numbers_of(d, "one a dimension"));
    }
  }
  if (data.values.empty()) values.refuse("no examples", "allowed: at least one");
  if (is_regression(model)) values.list_of(model.inputs.size(), "one response a row of model.inputs");
  data.size = static_cast<int>(data.values.size());
  return data;
}

/// N where the data are drawn: given, or the rows of the file, or the rows of the design.
void read_size(const Value& section, const Model& model, Data& data) {
  const int rows = static_cast<int>(model.inputs.size());
  if (is_regression(model)) data.size = rows;
  if (data.size == 0 || section.has("size")) {
    const Value size =
        section.get("size", "the number of examples N (only a target from a file or counts, values have one)");
    data.size = size.integer(1, most_examples);
    if (is_regression(model) && data.size != rows) {
      size.refuse("not the number of rows of model.inputs", "allowed: " + std::to_string(rows) + ", or no size");
    }
  }
}

void only_one_source(const Value& section) {
  section.expect_table("a section of keys");
  section.only({"size", "target", "counts", "values"});
  std::string first;
  for (const std::string key : {"target", "counts", "values"}) {
    if (!section.has(key)) continue;
    if (!first.empty()) section.complain_about(key, "beside " + first, "allowed: one of target, counts, values");
    first = key;
  }
  if (first.empty())
    section.complain_about("target", "the key is missing", "allowed: target, or counts or values for one data set");
  if (first != "target" && section.has("size")) {
    section.complain_about("size", "beside " + first + ", which fixes it", "allowed: no size");
  }
}

}  // namespace

Data read_data(const Value& section, const Model& model, const Learner& learner, Files& files) {
  only_one_source(section);
  const bool stream = learner.kind == "sgld" && learner.batch == "stream";
  for (const std::string key : {"size", "counts", "values"}) {
    if (stream && section.has(key)) {
      section.complain_about(key, "learner.batch = \"stream\" draws its own examples", "allowed: target alone");
    }
  }
  if (const auto counts = section.find("counts")) return read_counts(*counts, model);
  if (const auto values = section.find("values")) return read_values(*values, model);
  Data data = read_target(section.get("target", ""), model, files);
  if (stream) {
    data.source = Data::Source::stream;
    data.size = 0;
  } else {
    read_size(section, model, data);
  }
  return data;
}

}  // namespace calor::experiment
