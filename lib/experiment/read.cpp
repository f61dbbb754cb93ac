// Text -> tree -> one experiment for each combination of swept values.

#include <algorithm>
#include <set>

#include "experiment/kinds.hpp"
#include "experiment/sections.hpp"
#include "experiment/text.hpp"
#include "num/errors.hpp"

namespace calor::experiment {

namespace {

constexpr std::size_t most_text = 16'000'000;  // bytes
constexpr std::size_t most_experiments = 10'000;

/// A place of the tree that holds a list where one number is wanted.
struct Axis {
  std::string key;
  Node* place;
  Node list;
};

std::vector<Axis> find_axes(Node& root) {
  std::vector<Axis> axes;
  const std::vector<std::pair<std::string, std::string>> places{{"sampler", "rate"},        {"sampler", "sweeps"},
                                                                {"sampler", "probability"}, {"time", "step"},
                                                                {"data", "size"},           {"learner", "temperature"}};
  for (const auto& [section, key] : places) {
    Node* table = root.find(section);
    Node* value = table == nullptr ? nullptr : table->find(key);
    if (value != nullptr && value->kind == Node::Kind::list) axes.push_back({section + "." + key, value, *value});
  }
  std::sort(axes.begin(), axes.end(), [](const Axis& a, const Axis& b) {
    return std::pair(a.list.line, a.list.column) < std::pair(b.list.line, b.list.column);
  });
  return axes;
}

void check_axes(const std::vector<Axis>& axes, const std::string& file) {
  std::size_t product = 1;
  for (const auto& axis : axes) {
    const Value value(file, axis.list, axis.key);
    const auto numbers = value.numbers();
    if (numbers.empty()) value.refuse("an empty sweep", "allowed: a number, or a list of at least one");
    product *= numbers.size();
    if (product > most_experiments) {
      value.refuse("the sweeps make too many experiments", "allowed: " + std::to_string(most_experiments));
    }
    std::set<Rational> seen;
    for (const auto& item : value.list()) {
      if (!seen.insert(item.number()).second) {
        item.refuse("the sweep has this value twice", "allowed: different values");
      }
    }
  }
}

void add_locations(const Node& table, const std::string& prefix, std::vector<Location>& locations) {
  for (const auto& [key, node] : table.members) {
    locations.push_back({prefix + key, node.line});
    if (node.kind == Node::Kind::table) add_locations(node, prefix + key + ".", locations);
  }
}

Experiment read_one(const Value& root, Files& files) {
  root.only({"title", "grade", "note", "model", "data", "learner", "sampler", "time", "accuracy"});
  Experiment e;
  // grade and note are for reference tables (lib/reference); a run does not need them
  if (const auto grade = root.find("grade")) grade->choice({"lower", "average", "higher"});
  if (const auto note = root.find("note")) note->string();
  if (const auto title = root.find("title")) e.title = title->string();
  e.model = read_model(root.get("model", "a section [model]"));
  e.learner = read_learner(root.get("learner", "a section [learner]"), e.model);
  e.data = read_data(root.get("data", "a section [data]"), e.model, e.learner, files);
  e.time = read_time(root.get("time", "a section [time]"), e.learner);
  if (const auto sampler = root.find("sampler")) e.sampler = read_sampler(*sampler, e);
  if (const auto accuracy = root.find("accuracy")) {
    accuracy->expect_table("a section of keys");
    accuracy->only({"digits"});
    if (const auto digits = accuracy->find("digits")) e.digits = digits->integer(1, 200);
  }
  return e;
}

}  // namespace

std::string Experiment::at(const std::string& key) const {
  const auto place = std::find_if(locations.begin(), locations.end(), [&](const Location& l) { return l.key == key; });
  const std::string line = place == locations.end() || file.empty() ? "" : ":" + std::to_string(place->line);
  return (file.empty() ? "" : file + line + ": ") + key + ": ";
}

std::vector<Swept> parse(std::string_view text, const std::string& name, const std::filesystem::path& directory) {
  if (text.size() > most_text) throw InputError(name + ": the file is too long; allowed: 16000000 bytes");
  Node root = parse_toml(text, name);
  Files files{directory, {}};
  std::vector<Axis> axes = find_axes(root);
  check_axes(axes, name);
  std::vector<Location> locations;
  add_locations(root, "", locations);

  std::vector<Swept> all;
  std::vector<std::size_t> index(axes.size(), 0);
  for (bool more = true; more;) {
    Swept swept;
    for (std::size_t a = 0; a < axes.size(); ++a) {
      *axes[a].place = axes[a].list.items[index[a]];
      swept.coordinates.emplace_back(axes[a].key, num::decimal_text(axes[a].place->number));
    }
    swept.experiment = read_one(Value(name, root, ""), files);
    swept.experiment.file = name;
    swept.experiment.text = text;
    swept.experiment.locations = locations;
    all.push_back(std::move(swept));
    more = false;
    for (std::size_t a = axes.size(); a-- > 0 && !more;) {
      more = ++index[a] < axes[a].list.items.size();
      if (!more) index[a] = 0;
    }
  }
  return all;
}

std::vector<Swept> read(const std::filesystem::path& path) {
  return parse(read_text(path, most_text), printable(path.string(), 400), path.parent_path());
}

}  // namespace calor::experiment
