// categorical: x in {0, ..., K-1}, theta the K-1 logits relative to outcome 0.

#include "model/exponential_family.hpp"
#include "model/registry.hpp"

namespace calor::model {

constexpr int most_outcomes = 1'000'000;

experiment::ModelForm categorical_form() {
  return {.kind = "categorical",
          .lines = {"x in {0, ..., K-1}", "K-1 parameters: logits relative to outcome 0"},
          .keys = {{"outcomes", "K >= 2"}},
          .parameters = [](const experiment::Model& m) { return m.outcomes - 1; },
          .outcomes = [](const experiment::Model& m) { return m.outcomes; },
          .sites = [](const experiment::Model& m) { return m.outcomes == 2; },
          .read =
              [](const experiment::Value& section, experiment::Model& m) {
                m.outcomes = section.get("outcomes", "the number of outcomes").integer(2, most_outcomes);
              },
          .write =
              [](const experiment::Model& m, experiment::Json& json) {
                json.add("outcomes", {experiment::write(m.outcomes), {}});
              }};
}

template <Real R>
std::unique_ptr<Model<R>> make_categorical(const experiment::Model& spec) {
  const auto k = static_cast<std::size_t>(spec.outcomes);
  std::vector<std::vector<int>> features(k, std::vector<int>(k - 1, 0));
  for (std::size_t x = 1; x < k; ++x) features[x][x - 1] = 1;
  return std::make_unique<ExponentialFamily<R>>(std::move(features));
}

CALOR_REGISTER_MODEL(categorical)

}  // namespace calor::model
