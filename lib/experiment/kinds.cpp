#include "experiment/kinds.hpp"

#include <algorithm>

#include "experiment/text.hpp"

namespace calor::experiment {

const std::vector<Kind>& model_kinds() {
  static const std::vector<Kind> kinds{
      {"bernoulli", {}},
      {"categorical", {"outcomes"}},
      {"ising", {"spins", "edges", "fields"}},
      {"rbm", {"visible", "hidden", "biases"}},
      {"gaussian-mean", {"stddev", "dimension"}},
      {"gaussian", {}},
      {"linear-regression", {"stddev", "inputs"}},
  };
  return kinds;
}

const std::vector<Kind>& learner_kinds() {
  static const std::vector<Kind> kinds{
      {"langevin", {"mobility", "temperature", "weight_decay", "initial"}},
      {"sgd-diffusion", {"learning_rate", "batch_size", "temperature", "weight_decay", "initial"}},
      {"sgld", {"learning_rate", "temperature", "batch", "batch_size", "weight_decay", "initial"}},
      {"jump", {"states", "rate", "temperature", "acceptance", "weight_decay", "initial"}},
  };
  return kinds;
}

const std::vector<Kind>& sampler_kinds() {
  static const std::vector<Kind> kinds{
      {"equilibrium", {}},
      {"heat-bath", {"rate", "probability"}},
      {"glauber", {"rate", "sweeps"}},
      {"metropolis", {"rate", "sweeps"}},
      {"gibbs", {"rate", "sweeps"}},
      {"ou", {"rate"}},
  };
  return kinds;
}

std::vector<std::string> names(const std::vector<Kind>& kinds) {
  std::vector<std::string> all;
  for (const auto& kind : kinds) all.push_back(kind.name);
  return all;
}

const Kind& kind_named(const std::vector<Kind>& kinds, const std::string& name) {
  return *std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) { return kind.name == name; });
}

std::string owners(const std::vector<Kind>& kinds, const std::string& key) {
  std::vector<std::string> owners;
  for (const auto& kind : kinds) {
    if (std::find(kind.keys.begin(), kind.keys.end(), key) != kind.keys.end()) owners.push_back(kind.name);
  }
  return join(owners);
}

int parameters(const Model& m) {
  if (m.kind == "categorical") return m.outcomes - 1;
  if (m.kind == "ising") return static_cast<int>(m.edges.size()) + (m.fields ? m.spins : 0);
  if (m.kind == "rbm") return m.visible * m.hidden + (m.biases ? m.visible + m.hidden : 0);
  if (m.kind == "gaussian-mean") return m.dimension;
  if (m.kind == "gaussian") return 2;
  if (m.kind == "linear-regression") return m.inputs.empty() ? 0 : static_cast<int>(m.inputs.front().size());
  return 1;
}

int outcomes(const Model& m) {
  if (m.kind == "bernoulli") return 2;
  if (m.kind == "categorical") return m.outcomes;
  if (m.kind == "ising") return 1 << m.spins;
  if (m.kind == "rbm") return 1 << m.visible;
  return 0;
}

bool has_sites(const Model& m) {
  return m.kind == "bernoulli" || m.kind == "ising" || m.kind == "rbm" || (m.kind == "categorical" && m.outcomes == 2);
}

bool takes_turns(const Experiment& e) { return e.learner.kind == "sgld" || e.time.step.has_value(); }

}  // namespace calor::experiment
