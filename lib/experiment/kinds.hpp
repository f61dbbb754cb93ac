#pragma once
// Which kinds of model, learner and sampler the format knows, with their keys; and the shapes that follow from a model.

#include <string>
#include <vector>

#include "experiment/experiment.hpp"

namespace calor::experiment {

/// A word for `kind` and the keys that may stand beside it.
struct Kind {
  std::string name;
  std::vector<std::string> keys;
};

const std::vector<Kind>& model_kinds();
const std::vector<Kind>& learner_kinds();
const std::vector<Kind>& sampler_kinds();

/// The names alone, for messages.
std::vector<std::string> names(const std::vector<Kind>& kinds);

/// The kind with this name, which must exist.
const Kind& kind_named(const std::vector<Kind>& kinds, const std::string& name);

/// The names of the kinds that have `key`, comma-separated; "" if none has.
std::string owners(const std::vector<Kind>& kinds, const std::string& key);

/// Number of parameters theta (experiment.md, table of models).
int parameters(const Model& model);

/// Number of outcomes of a discrete model (2, K, 2^n, 2^v); 0 if x is real.
int outcomes(const Model& model);

/// x consists of two-valued sites: bernoulli, ising, rbm, and categorical with two outcomes.
bool has_sites(const Model& model);

/// The learner steps: sgld, or a continuous-time learner that takes turns with X (`time.step`).
bool takes_turns(const Experiment& e);

}  // namespace calor::experiment
