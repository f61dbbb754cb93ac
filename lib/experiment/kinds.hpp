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

/// The models of the format, and those that were registered.
const std::vector<Kind>& model_kinds();
const std::vector<Kind>& learner_kinds();
const std::vector<Kind>& sampler_kinds();

/// A model of the user's program: its word for `kind` and its shapes. It has no keys.
struct OwnModel {
  std::string kind;
  int parameters = 1;
  int outcomes = 0;  // x = 0, 1, ..., outcomes - 1; 0: real x
};

/// From now on experiments may have it. Not while another thread reads or computes. Throws InputError if the word is
/// taken, is no word of lower-case letters, digits and hyphens, or a number is out of range.
void register_model_kind(const OwnModel& model);

/// The names alone, for messages.
std::vector<std::string> names(const std::vector<Kind>& kinds);

/// The kind with this name, which must exist.
const Kind& kind_named(const std::vector<Kind>& kinds, const std::string& name);

/// The names of the kinds that have `key`, comma-separated; "" if none has.
std::string owners(const std::vector<Kind>& kinds, const std::string& key);

/// Number of parameters theta (experiment.md, table of models).
int parameters(const Model& model);

/// Number of outcomes of a discrete model (2, K, 2^n, 2^v; of those without end, so far as they are cut off); 0 if x is
/// real.
int outcomes(const Model& model);

/// x consists of two-valued sites: bernoulli, ising, rbm, and categorical with two outcomes.
bool has_sites(const Model& model);

/// True if the model draws x through hidden units.
bool has_hidden_units(const Model& model);

/// The learner steps: sgld, or a continuous-time learner that takes turns with X (`time.step`).
bool takes_turns(const Experiment& e);

}  // namespace calor::experiment
