#include "learner/jump.hpp"

#include <algorithm>

#include "num/errors.hpp"

namespace calor::learner {

using num::Matrix;
using num::Vector;

template <Real R>
Jump<R> jump(const experiment::Learner& spec) {
  Jump<R> out;
  out.acceptance = spec.acceptance;
  out.rate = num::from_rational<R>(spec.rate);
  const auto& temperatures = spec.temperature.values;
  out.temperature = num::from_rational<R>(*std::min_element(temperatures.begin(), temperatures.end()));
  out.weight_decay = num::from_rational<R>(spec.weight_decay);
  for (const auto& state : spec.states) {
    out.states.emplace_back();
    for (const auto& entry : state) out.states.back().push_back(num::from_rational<R>(entry));
  }
  out.initial = Vector<R>(static_cast<Eigen::Index>(spec.initial_probabilities.size()));
  for (Eigen::Index i = 0; i < out.initial.size(); ++i)
    out.initial[i] = num::from_rational<R>(spec.initial_probabilities[static_cast<std::size_t>(i)]);
  return out;
}

template <Real R>
R acceptance(const std::string& kind, const R& u) {
  using std::exp;
  if (kind == "metropolis") return u > 0 ? R(exp(-u)) : R(1);
  if (kind == "heat-bath") return u > 0 ? R(exp(-u) / (1 + exp(-u))) : R(1 / (1 + exp(u)));
  if (kind == "arrhenius") return exp(-u / 2);
  throw InternalError("jump: \"" + kind + "\" is no acceptance");
}

template <Real R>
Matrix<R> terms_at(const Jump<R>& learner, const model::Model<R>& model) {
  const auto components = static_cast<std::size_t>(model.components());
  Matrix<R> out(static_cast<Eigen::Index>(learner.states.size()), model.components());
  std::vector<model::Jet<R>> jets(components);
  for (std::size_t i = 0; i < learner.states.size(); ++i) {
    model.components_at(learner.states[i], jets);
    for (std::size_t a = 0; a < components; ++a)
      out(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(a)) = jets[a].value;
  }
  return out;
}

template <Real R>
Vector<R> losses(const Jump<R>& learner, const data::DataSet<R>& set, const Matrix<R>& terms) {
  Vector<R> out = terms * Eigen::Map<const Vector<R>>(set.statistic.data(), terms.cols());
  for (std::size_t i = 0; i < learner.states.size(); ++i) {
    R square = 0;
    for (const R& entry : learner.states[i]) square += entry * entry;
    out[static_cast<Eigen::Index>(i)] += learner.weight_decay / 2 * square;
  }
  return out;
}

template <Real R>
Ladder<R> rates(const Jump<R>& learner, const Vector<R>& loss) {
  const Eigen::Index edges = loss.size() - 1;
  Ladder<R> out{Vector<R>(edges), Vector<R>(edges)};
  for (Eigen::Index i = 0; i < edges; ++i) {
    const R u = (loss[i + 1] - loss[i]) / learner.temperature;
    out.up[i] = learner.rate * acceptance(learner.acceptance, u);
    out.down[i] = learner.rate * acceptance(learner.acceptance, R(-u));
    if (!(out.up[i] + out.down[i] < num::infinity<R>()))
      throw AccuracyError("learner.acceptance: the rate between states " + std::to_string(i) + " and " +
                          std::to_string(i + 1) +
                          " exceeds the range of the numbers (loss difference over temperature: " + num::to_text(u, 4) +
                          "); allowed: another acceptance or a higher temperature");
  }
  return out;
}

#define CALOR_INSTANTIATE(R)                                                            \
  template Jump<R> jump<R>(const experiment::Learner&);                                 \
  template R acceptance(const std::string&, const R&);                                  \
  template Matrix<R> terms_at(const Jump<R>&, const model::Model<R>&);                  \
  template Vector<R> losses(const Jump<R>&, const data::DataSet<R>&, const Matrix<R>&); \
  template Ladder<R> rates(const Jump<R>&, const Vector<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::learner
