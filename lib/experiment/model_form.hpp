#pragma once
// What the reader and `calor models` know of a kind of model. Each file of lib/model defines its own form beside its
// mathematics; the list of all is generated from lib/model/meson.build.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "experiment/experiment.hpp"
#include "experiment/json.hpp"
#include "experiment/value.hpp"

namespace calor::experiment {

struct ModelForm {
  std::string kind;                                            // model.kind
  std::vector<std::string> lines = {};                         // for `calor models`: x, then the parameters in order
  std::vector<std::pair<std::string, std::string>> keys = {};  // keys beside `kind`, with their meaning

  std::function<int(const Model&)> parameters = {};
  std::function<int(const Model&)> outcomes = {};  // empty: x is real
  std::function<bool(const Model&)> sites = {};    // x consists of two-valued sites; empty: never

  std::function<bool(const Model&)> hidden = {};  // x is drawn through hidden units; empty: never

  /// Outcomes 0, 1, 2, ... without end: lists over outcomes have any length, `target` may be { rate = ... }, and
  /// `prepare` cuts them off.
  bool unbounded = false;

  void (*read)(const Value& section, Model&) = nullptr;  // the keys; null: there are none
  void (*write)(const Model&, Json&) = nullptr;          // the same keys, defaults filled in

  /// Settles before a run what depends on more than the model, given the digits; null: nothing. Throws InputError.
  void (*prepare)(Experiment&, int digits) = nullptr;
};

/// Those of the build list, in its order (generated: lib/model/registry.cpp).
std::vector<const ModelForm*> built_in_forms();

/// All forms: the above, then those of the user's program.
const std::vector<const ModelForm*>& model_forms();

/// The form of model.kind. Throws InputError if there is none.
const ModelForm& form_of(const Model& model);

}  // namespace calor::experiment
