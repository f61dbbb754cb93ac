// ising: x in {-1,+1}^n, p ~ exp(sum_e J_e s_i s_j + sum_i h_i s_i). Bit i of the outcome index set: s_i = +1.

#include <algorithm>
#include <set>

#include "model/exponential_family.hpp"
#include "model/registry.hpp"

namespace calor::model {

constexpr int most_spins = 24;  // 2^24 outcomes

std::vector<std::pair<int, int>> read_edges(const experiment::Value& list, int spins) {
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

int ising_parameters(const experiment::Model& m) { return static_cast<int>(m.edges.size()) + (m.fields ? m.spins : 0); }

void read_ising(const experiment::Value& section, experiment::Model& m) {
  m.spins = section.get("spins", "the number of spins").integer(1, most_spins);
  if (const auto edges = section.find("edges")) m.edges = read_edges(*edges, m.spins);
  if (const auto fields = section.find("fields")) m.fields = fields->boolean();
  if (ising_parameters(m) == 0) {
    section.complain_about("edges", "the model has no parameter (no edges and fields = false)",
                           "allowed: at least one edge, or fields = true");
  }
}

void write_ising(const experiment::Model& m, experiment::Json& json) {
  json.add("spins", {experiment::write(m.spins), {}});
  json.add("edges", {experiment::write(m.edges), {}});
  json.add("fields", {m.fields ? "true" : "false", {}});
}

experiment::ModelForm ising_form() {
  return {.kind = "ising",
          .lines = {"x in {-1, +1}^n, p ~ exp(sum_e J_e s_i s_j + sum_i h_i s_i); bit i of the outcome's index means "
                    "s_i = +1",
                    "the J of each edge, then with fields the h of each site"},
          .keys = {{"spins", "n >= 1"},
                   {"edges", "pairs of sites, [[0,1], ...]"},
                   {"fields", "true or false: a field on each site"}},
          .parameters = ising_parameters,
          .outcomes = [](const experiment::Model& m) { return 1 << m.spins; },
          .sites = [](const experiment::Model&) { return true; },
          .read = read_ising,
          .write = write_ising};
}

template <Real R>
std::unique_ptr<Model<R>> make_ising(const experiment::Model& spec) {
  const auto outcomes = std::size_t{1} << spec.spins;
  std::vector<std::vector<int>> features(outcomes);
  const auto spin = [](std::size_t x, int site) { return (x >> site) & 1U ? 1 : -1; };
  for (std::size_t x = 0; x < outcomes; ++x) {
    for (const auto& [i, j] : spec.edges) features[x].push_back(spin(x, i) * spin(x, j));
    for (int i = 0; spec.fields && i < spec.spins; ++i) features[x].push_back(spin(x, i));
  }
  return std::make_unique<ExponentialFamily<R>>(std::move(features));
}

CALOR_REGISTER_MODEL(ising)

}  // namespace calor::model
