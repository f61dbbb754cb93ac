#include "experiment/kinds.hpp"

#include <algorithm>

#include "experiment/text.hpp"
#include "num/errors.hpp"

namespace calor::experiment {

namespace {

std::vector<OwnModel>& own_models() {
  static std::vector<OwnModel> models;
  return models;
}

/// The registered model with this name, nullptr if there is none.
const OwnModel* own_model(const std::string& kind) {
  const auto& all = own_models();
  const auto at = std::find_if(all.begin(), all.end(), [&](const OwnModel& m) { return m.kind == kind; });
  return at == all.end() ? nullptr : &*at;
}

std::vector<Kind>& all_model_kinds() {
  static std::vector<Kind> kinds{
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

}  // namespace

const std::vector<Kind>& model_kinds() { return all_model_kinds(); }

void register_model_kind(const OwnModel& model) {
  const auto fail = [&](const std::string& why) {
    throw InputError("register_model: \"" + printable(model.kind) + "\": " + why);
  };
  const bool word =
      !model.kind.empty() && model.kind.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (!word) fail("allowed: a word of lower-case letters, digits and hyphens");
  for (const auto& kind : all_model_kinds()) {
    if (kind.name == model.kind) fail("the word is taken");
  }
  if (model.parameters < 1) fail("it has no parameters; allowed: at least 1");
  if (model.outcomes < 0 || model.outcomes == 1) fail("allowed: 0 (real x) or at least 2 outcomes");
  own_models().push_back(model);
  all_model_kinds().push_back({model.kind, {}});
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
  if (const OwnModel* own = own_model(m.kind)) return own->parameters;
  return 1;
}

int outcomes(const Model& m) {
  if (m.kind == "bernoulli") return 2;
  if (m.kind == "categorical") return m.outcomes;
  if (m.kind == "ising") return 1 << m.spins;
  if (m.kind == "rbm") return 1 << m.visible;
  if (const OwnModel* own = own_model(m.kind)) return own->outcomes;
  return 0;
}

bool has_sites(const Model& m) {
  return m.kind == "bernoulli" || m.kind == "ising" || m.kind == "rbm" || (m.kind == "categorical" && m.outcomes == 2);
}

bool takes_turns(const Experiment& e) { return e.learner.kind == "sgld" || e.time.step.has_value(); }

}  // namespace calor::experiment
