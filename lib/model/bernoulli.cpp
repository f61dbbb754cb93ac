// bernoulli: x in {0, 1}, theta the logit of p(1).

#include "model/exponential_family.hpp"
#include "model/registry.hpp"

namespace calor::model {

constexpr std::string_view bernoulli_name = "bernoulli";

template <Real R>
std::unique_ptr<Model<R>> make_bernoulli(const experiment::Model&) {
  return std::make_unique<ExponentialFamily<R>>(std::vector<std::vector<int>>{{0}, {1}});
}

CALOR_REGISTER_MODEL(bernoulli, "", "x in {0,1}; theta: logit of p(1)")

}  // namespace calor::model
