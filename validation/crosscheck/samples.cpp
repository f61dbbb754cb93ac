#include "validation/crosscheck/samples.hpp"

#include <fmt/format.h>

#include <charconv>

#include "num/errors.hpp"
#include "table/json_text.hpp"
#include "validation/crosscheck/npy.hpp"
#include "version.hpp"

namespace calor::crosscheck {

namespace {

using simulator::Sample;
using table::quote;

constexpr double most_cells = 1e8;

void append(std::string& out, double x) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, x).ptr);
}

void append(std::string& out, const std::vector<double>& values, std::size_t index, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) append(out += ',', values[index * width + i]);
}

/// Numbers of the data that stand in a row: the examples, or a stream's statistic.
std::size_t data_width(const Sample& s) { return s.examples.empty() ? s.statistics : s.size * s.width; }

std::string csv(const Sample& s, std::uint64_t first) {
  std::string out;
  for (const auto& name : sample_columns(s)) out += (out.empty() ? "" : ",") + name;
  out += '\n';
  for (std::size_t r = 0; r < s.replicates; ++r) {
    for (std::size_t t = 0; t < s.times; ++t) {
      const std::size_t at = r * s.times + t;
      out += std::to_string(first + r) + ',';
      append(out, s.time[t]);
      append(out, s.theta, at, s.parameters);
      append(out, s.x, at, s.width);
      s.examples.empty() ? append(out, s.statistic, at, s.statistics) : append(out, s.examples, r, s.size * s.width);
      out += '\n';
    }
  }
  return out;
}

/// What an x is, in words.
std::string meaning_of_x(const experiment::Model& m) {
  if (m.kind == "ising") return "index of the outcome: bit i set means s_i = +1";
  if (m.kind == "rbm") return "index of the outcome: bit i set means v_i = 1";
  if (m.kind == "linear-regression") return "row of the design, then response y";
  if (m.kind == "gaussian-mean" || m.kind == "gaussian") return "the real x, one column a dimension";
  return "index of the outcome";
}

std::string list(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "\n    " : ",\n    ") + item;
  return "[" + out + "\n  ]";
}

std::string json_file(const SampleFile& file) {
  std::string shape;
  for (const std::size_t n : file.shape) shape += (shape.empty() ? "" : ", ") + std::to_string(n);
  return "{ \"name\": " + quote(file.name) + ", \"shape\": [" + shape + "], \"axes\": " + quote(file.axes) +
         ", \"bytes\": " + std::to_string(file.bytes.size()) + ", \"sha256\": " + quote(file.sha256) + " }";
}

/// What both kinds of samples.json begin with.
std::string head(const std::string& title) {
  return "{\n  \"calor\": " + quote(version()) + ",\n  \"samples\": " + sample_format +
         ",\n  \"title\": " + quote(title) + ",\n  \"units\": \"nats\"";
}

/// What both end with.
std::string with_truth(std::string json, const std::string& table) {
  if (!table.empty()) json += ",\n  \"truth\": " + table;
  while (json.back() == '\n') json.pop_back();
  return json + "\n}\n";
}

std::string conventions(const experiment::Experiment& e, const Sample& s, double step) {
  const bool stream = s.examples.empty();
  const std::string learner = step > 0 ? fmt::format("Euler-Maruyama in steps of at most {:g} (weak order 1)", step)
                                       : "exact transitions between the times";
  const std::vector<std::pair<std::string, std::string>> all{
      {"logarithms", "natural: entropies and informations in nats, k_B = 1"},
      {"replicate", "an independent draw of the data B, of theta and of x; the same B at all times"},
      {"theta", "parameters in the order of calor models, one trajectory a replicate"},
      {"x", meaning_of_x(e.model)},
      {stream ? "s" : "b",
       stream ? "statistic of the stream so far" : "the N training examples, each as x: b0 to b(w-1) are the first"},
      {"sign",
       "heat is positive where the subsystem absorbs it; the loss includes weight decay in heat, not in loss_*"},
      {"simulation", learner}};
  std::string out;
  for (const auto& [key, words] : all) out += (out.empty() ? "" : ",\n    ") + quote(key) + ": " + quote(words);
  return "{\n    " + out + "\n  }";
}

}  // namespace

const std::vector<std::string>& sample_file_names() {
  static const std::vector<std::string> names{"samples.csv", "t.npy", "theta.npy",   "x.npy",
                                              "b.npy",       "s.npy", "samples.json"};
  return names;
}

std::vector<std::string> sample_columns(const Sample& s) {
  std::vector<std::string> out{"replicate", "t"};
  for (std::size_t i = 0; i < s.parameters; ++i) out.push_back("theta" + std::to_string(i));
  for (std::size_t i = 0; i < s.width; ++i) out.push_back("x" + std::to_string(i));
  for (std::size_t i = 0; i < data_width(s); ++i) out.push_back((s.examples.empty() ? "s" : "b") + std::to_string(i));
  return out;
}

std::vector<SampleFile> sample_files(const Sample& s, std::uint64_t first) {
  const std::size_t columns = sample_columns(s).size();
  if (static_cast<double>(s.replicates * s.times) * static_cast<double>(columns) > most_cells)
    throw InputError(fmt::format("{} replicates at {} times make more than {:g} numbers; allowed: fewer at a time",
                                 s.replicates, s.times, most_cells));
  std::vector<SampleFile> out;
  out.push_back({"samples.csv", csv(s, first), {s.replicates * s.times, columns}, "row, column", ""});
  const auto add = [&](const char* name, const std::vector<double>& values, std::vector<std::size_t> shape,
                       const char* axes) {
    out.push_back({name, npy(values, shape), shape, axes, ""});
  };
  add("t.npy", s.time, {s.times}, "time");
  add("theta.npy", s.theta, {s.replicates, s.times, s.parameters}, "replicate, time, parameter");
  add("x.npy", s.x, {s.replicates, s.times, s.width}, "replicate, time, number of x");
  if (s.examples.empty()) {
    add("s.npy", s.statistic, {s.replicates, s.times, s.statistics}, "replicate, time, statistic");
  } else {
    add("b.npy", s.examples, {s.replicates, s.size, s.width}, "replicate, example, number of x");
  }
  return out;
}

void check_size(const std::vector<SampleFile>& files) {
  double cells = 0;
  for (const auto& file : files) {
    if (file.name.ends_with(".csv")) cells += static_cast<double>(file.shape[0]) * static_cast<double>(file.shape[1]);
  }
  if (cells > most_cells)
    throw InputError(fmt::format("the sweep makes more than {:g} numbers; allowed: fewer replicates", most_cells));
}

std::string samples_json(const experiment::Experiment& e, const Sample& s, const simulator::Options& options,
                         double step, const std::vector<SampleFile>& files, const std::string& table) {
  std::vector<std::string> described;
  for (const auto& file : files) described.push_back(json_file(file));
  std::string columns;
  for (const auto& name : sample_columns(s)) columns += (columns.empty() ? "" : ", ") + quote(name);
  const std::string out = head(e.title) + ",\n  \"experiment\": " + experiment::to_json(e, -1) +
                          fmt::format(",\n  \"seed\": {},\n  \"first\": {},\n  \"replicates\": {},\n  \"step\": {}",
                                      options.seed, options.first, s.replicates, step) +
                          ",\n  \"columns\": [" + columns + "],\n  \"conventions\": " + conventions(e, s, step) +
                          ",\n  \"files\": " + list(described);
  return with_truth(out, table);
}

std::string sweep_json(const std::string& title, const std::vector<SampleFolder>& folders, const std::string& table) {
  std::vector<std::string> members;
  for (const auto& [coordinates, sha256] : folders) {
    members.push_back("{ \"coordinates\": " + json_of(coordinates) + ", \"folder\": " + quote(word_of(coordinates)) +
                      ", \"sha256\": " + quote(sha256) + " }");
  }
  return with_truth(head(title) + ",\n  \"sweep\": " + list(members), table);
}

}  // namespace calor::crosscheck
