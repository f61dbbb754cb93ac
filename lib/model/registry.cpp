#include "model/registry.hpp"

#include <deque>

#include "model/own.hpp"
#include "num/errors.hpp"

namespace calor::model {

#define CALOR_MODEL(word)                        \
  const experiment::ModelForm& form_of_##word(); \
  template <Real R>                              \
  std::unique_ptr<Model<R>> make_##word(const experiment::Model&);
#include "model/registry_list.inc"
#undef CALOR_MODEL

namespace {

/// Registered at run time; a deque, so that descriptions may point at its words.
std::deque<Own>& own_models() {
  static std::deque<Own> models;
  return models;
}

std::vector<Description>& descriptions() {
  static std::vector<Description> all{
#define CALOR_MODEL(word) Description{form_of_##word().kind, "", form_of_##word().lines.back()},
#include "model/registry_list.inc"
#undef CALOR_MODEL
  };
  return all;
}

template <Real R>
const Factory<R>& factory(const Own& own) {
  if constexpr (std::same_as<R, double>) {
    return own.in_double;
  } else {
    return own.in_mp100;
  }
}

}  // namespace

const std::vector<Description>& registry() { return descriptions(); }

void register_model(Own model) {
  if (!model.in_double) throw InputError("register_model: \"" + model.kind.kind + "\": there is no factory for double");
  experiment::register_model_kind(model.kind);
  own_models().push_back(std::move(model));
  descriptions().push_back({own_models().back().kind.kind, "", "registered by this program"});
}

template <Real R>
std::unique_ptr<Model<R>> make(const experiment::Model& spec) {
#define CALOR_MODEL(word) \
  if (form_of_##word().kind == spec.kind) return make_##word<R>(spec);
#include "model/registry_list.inc"
#undef CALOR_MODEL
  for (const Own& own : own_models()) {
    if (own.kind.kind != spec.kind) continue;
    if (const auto& make_own = factory<R>(own)) return make_own(spec);
    throw AccuracyError("model.kind: \"" + spec.kind +
                        "\" was registered without this number type; fewer digits need none");
  }
  throw InputError("model.kind: no model \"" + spec.kind + "\" in this version");
}

#define CALOR_INSTANTIATE(R) template std::unique_ptr<Model<R>> make<R>(const experiment::Model&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::model

namespace calor::experiment {

std::vector<const ModelForm*> built_in_forms() {
  return {
#define CALOR_MODEL(word) &model::form_of_##word(),
#include "model/registry_list.inc"
#undef CALOR_MODEL
  };
}

}  // namespace calor::experiment
