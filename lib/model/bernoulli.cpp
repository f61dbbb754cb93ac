// bernoulli: x in {0, 1}, theta the logit of p(1).

#include "model/exponential_family.hpp"
#include "model/registry.hpp"

namespace calor::model {

experiment::ModelForm bernoulli_form() {
  return {.kind = "bernoulli",
          .lines = {"x in {0, 1}", "1 parameter: the logit of p(1)"},
          .parameters = [](const experiment::Model&) { return 1; },
          .outcomes = [](const experiment::Model&) { return 2; },
          .sites = [](const experiment::Model&) { return true; }};
}

template <Real R>
std::unique_ptr<Model<R>> make_bernoulli(const experiment::Model&) {
  return std::make_unique<ExponentialFamily<R>>(std::vector<std::vector<int>>{{0}, {1}});
}

CALOR_REGISTER_MODEL(bernoulli)

}  // namespace calor::model
