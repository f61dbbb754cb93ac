// [model]

#include <set>

#include "experiment/kinds.hpp"
#include "experiment/sections.hpp"
#include "experiment/text.hpp"

namespace calor::experiment {

namespace {

constexpr int most_sites = 24;  // 2^24 outcomes
constexpr int most_outcomes = 1'000'000;
constexpr int most_dimension = 10'000;

std::vector<std::pair<int, int>> read_edges(const Value& list, int spins) {
  std::vector<std::pair<int, int>> edges;
  std::set<std::pair<int, int>> seen;
  for (const auto& item : list.list()) {
    const auto ends = item.list_of(2, "the two sites of an edge");
    const int a = ends[0].integer(0, spins - 1), b = ends[1].integer(0, spins - 1);
    const std::string text = "[" + std::to_string(a) + "," + std::to_string(b) + "]";
    if (a == b) item.complain("an edge from a site to itself, " + text, "allowed: two different sites");
    if (!seen.insert(std::minmax(a, b)).second)
      item.complain("the edge " + text + " occurs twice", "allowed: each edge once");
    edges.emplace_back(a, b);
  }
  return edges;
}

void read_ising(const Value& section, Model& m) {
  m.spins = section.get("spins", "the number of spins").integer(1, most_sites);
  if (const auto edges = section.find("edges")) m.edges = read_edges(*edges, m.spins);
  if (const auto fields = section.find("fields")) m.fields = fields->boolean();
  if (parameters(m) == 0) {
    section.complain_about("edges", "the model has no parameter (no edges and fields = false)",
                           "allowed: at least one edge, or fields = true");
  }
}

void read_rbm(const Value& section, Model& m) {
  m.visible = section.get("visible", "the number of visible units").integer(1, most_sites);
  m.hidden = section.get("hidden", "the number of hidden units").integer(1, most_sites);
  if (const auto biases = section.find("biases")) m.biases = biases->boolean();
}

std::vector<std::vector<Rational>> read_inputs(const Value& list) {
  std::vector<std::vector<Rational>> rows;
  for (const auto& item : list.list()) {
    const auto row = item.numbers();
    if (row.empty()) item.refuse("an empty row", "allowed: one number a weight");
    if (!rows.empty()) item.list_of(rows.front().size(), "one a weight, as in the first row");
    rows.push_back(row);
  }
  if (rows.empty()) list.refuse("no rows", "allowed: one row of inputs an example");
  return rows;
}

}  // namespace

std::string read_kind(const Value& section, const std::vector<Kind>& kinds) {
  section.expect_table("a section of keys");
  const std::string kind = section.get("kind", "one of " + join(names(kinds))).choice(names(kinds));
  std::vector<std::string> allowed{"kind"};
  for (const auto& key : kind_named(kinds, kind).keys) allowed.push_back(key);
  section.only(allowed, "kind = \"" + kind + "\"", [&](const std::string& key) { return owners(kinds, key); });
  return kind;
}

Model read_model(const Value& section) {
  Model m;
  m.kind = read_kind(section, model_kinds());
  if (m.kind == "categorical") m.outcomes = section.get("outcomes", "the number of outcomes").integer(2, most_outcomes);
  if (m.kind == "ising") read_ising(section, m);
  if (m.kind == "rbm") read_rbm(section, m);
  if (m.kind == "gaussian-mean" || m.kind == "linear-regression") {
    m.stddev = section.get("stddev", "the standard deviation of the model").positive();
  }
  if (const auto dimension = section.find("dimension")) m.dimension = dimension->integer(1, most_dimension);
  if (m.kind == "linear-regression") m.inputs = read_inputs(section.get("inputs", "one row of inputs an example"));
  return m;
}

}  // namespace calor::experiment
