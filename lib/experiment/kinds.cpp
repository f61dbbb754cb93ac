#include "experiment/kinds.hpp"

#include <algorithm>
#include <deque>

#include "experiment/model_form.hpp"
#include "experiment/text.hpp"
#include "num/errors.hpp"

namespace calor::experiment {

Rational Schedule::at(const Rational& time) const {
  if (constant() || time <= times.front()) return values.front();
  for (std::size_t k = 1; k < times.size(); ++k)
    if (time <= times[k])
      return values[k - 1] + (values[k] - values[k - 1]) * (time - times[k - 1]) / (times[k] - times[k - 1]);
  return values.back();
}

namespace {

std::vector<const ModelForm*>& all_forms() {
  static std::vector<const ModelForm*> forms = built_in_forms();
  return forms;
}

std::vector<Kind>& all_model_kinds() {
  static std::vector<Kind> kinds = [] {
    std::vector<Kind> all;
    for (const ModelForm* form : all_forms()) {
      all.push_back({form->kind, {}});
      for (const auto& key : form->keys) all.back().keys.push_back(key.first);
    }
    return all;
  }();
  return kinds;
}

}  // namespace

const std::vector<Kind>& model_kinds() { return all_model_kinds(); }

const std::vector<const ModelForm*>& model_forms() { return all_forms(); }

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
  static std::deque<ModelForm> own;  // pointers into it stay valid
  const int parameters = model.parameters, outcomes = model.outcomes;
  own.push_back({.kind = model.kind,
                 .lines = {"registered by this program"},
                 .parameters = [parameters](const Model&) { return parameters; },
                 .outcomes = [outcomes](const Model&) { return outcomes; }});
  all_forms().push_back(&own.back());
  all_model_kinds().push_back({model.kind, {}});
}

const ModelForm& form_of(const Model& m) {
  const auto& all = model_forms();
  const auto at = std::find_if(all.begin(), all.end(), [&](const ModelForm* form) { return form->kind == m.kind; });
  if (at == all.end()) throw InputError("model.kind: no model \"" + m.kind + "\" in this version");
  return **at;
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
      {"alternating", {"rate", "sweeps"}},
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

int parameters(const Model& m) { return form_of(m).parameters(m); }

int outcomes(const Model& m) {
  const auto& form = form_of(m);
  return form.outcomes ? form.outcomes(m) : 0;
}

bool has_sites(const Model& m) {
  const auto& form = form_of(m);
  return form.sites && form.sites(m);
}

bool has_hidden_units(const Model& m) {
  const auto& form = form_of(m);
  return form.hidden && form.hidden(m);
}

bool takes_turns(const Experiment& e) { return e.learner.kind == "sgld" || e.time.step.has_value(); }

}  // namespace calor::experiment
