#include "model/registry.hpp"

#include "num/errors.hpp"

namespace calor::model {

#define CALOR_MODEL(word)               \
  const Description& describe_##word(); \
  template <Real R>                     \
  std::unique_ptr<Model<R>> make_##word(const experiment::Model&);
#include "model/registry_list.inc"
#undef CALOR_MODEL

const std::vector<Description>& registry() {
  static const std::vector<Description> all{
#define CALOR_MODEL(word) describe_##word(),
#include "model/registry_list.inc"
#undef CALOR_MODEL
  };
  return all;
}

template <Real R>
std::unique_ptr<Model<R>> make(const experiment::Model& spec) {
#define CALOR_MODEL(word) \
  if (describe_##word().kind == spec.kind) return make_##word<R>(spec);
#include "model/registry_list.inc"
#undef CALOR_MODEL
  throw InputError("model.kind: no model \"" + spec.kind + "\" in this version");
}

#define CALOR_INSTANTIATE(R) template std::unique_ptr<Model<R>> make<R>(const experiment::Model&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)

}  // namespace calor::model
