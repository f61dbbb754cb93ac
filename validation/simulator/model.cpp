#include "validation/simulator/model.hpp"

#include "num/errors.hpp"

namespace calor::simulator {

double Model::energy_of(const double* theta, const double* x) const {
  thread_local std::vector<double> t;
  t.resize(static_cast<std::size_t>(statistics_));
  statistic(x, t.data());
  return energy(theta, t.data()) + base(x);
}

std::unique_ptr<Model> make_model(const experiment::Experiment& e) {
  if (auto discrete = make_discrete(e.model)) return discrete;
  if (auto counts = make_poisson(e)) return counts;
  if (auto gaussian = make_gaussian(e.model)) return gaussian;
  throw InputError(e.at("model.kind") + "\"" + e.model.kind + "\" cannot be simulated");
}

}  // namespace calor::simulator
