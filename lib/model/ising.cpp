// ising: x in {-1,+1}^n, p ~ exp(sum_e J_e s_i s_j + sum_i h_i s_i). Bit i of the outcome index set: s_i = +1.

#include "model/exponential_family.hpp"
#include "model/registry.hpp"

namespace calor::model {

constexpr std::string_view ising_name = "ising";

template <Real R>
std::unique_ptr<Model<R>> make_ising(const experiment::Model& spec) {
  const auto outcomes = std::size_t{1} << spec.spins;
  std::vector<std::vector<int>> features(outcomes);
  const auto spin = [](std::size_t x, int site) { return (x >> site) & 1U ? 1 : -1; };
  for (std::size_t x = 0; x < outcomes; ++x) {
    for (const auto& [i, j] : spec.edges) features[x].push_back(spin(x, i) * spin(x, j));
    for (int i = 0; spec.fields && i < spec.spins; ++i) features[x].push_back(spin(x, i));
  }
  return std::make_unique<ExponentialFamily<R>>(std::move(features));
}

CALOR_REGISTER_MODEL(ising, "spins = n, edges = [[0,1],...], fields = true/false",
                     "x in {-1,+1}^n; theta: the coupling of each edge, then the field of each site if `fields`")

}  // namespace calor::model
