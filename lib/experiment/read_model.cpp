// [model]

#include "experiment/kinds.hpp"
#include "experiment/model_form.hpp"
#include "experiment/sections.hpp"
#include "experiment/text.hpp"

namespace calor::experiment {

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
  if (const auto& form = form_of(m); form.read) form.read(section, m);
  return m;
}

}  // namespace calor::experiment
