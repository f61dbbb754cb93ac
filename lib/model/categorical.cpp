// categorical: x in {0, ..., K-1}, theta the K-1 logits relative to outcome 0.

#include "model/exponential_family.hpp"
#include "model/registry.hpp"

namespace calor::model {

constexpr std::string_view categorical_name = "categorical";

template <Real R>
std::unique_ptr<Model<R>> make_categorical(const experiment::Model& spec) {
  const auto k = static_cast<std::size_t>(spec.outcomes);
  std::vector<std::vector<int>> features(k, std::vector<int>(k - 1, 0));
  for (std::size_t x = 1; x < k; ++x) features[x][x - 1] = 1;
  return std::make_unique<ExponentialFamily<R>>(std::move(features));
}

CALOR_REGISTER_MODEL(categorical, "outcomes = K", "x in {0..K-1}; theta: K-1 logits relative to outcome 0")

}  // namespace calor::model
