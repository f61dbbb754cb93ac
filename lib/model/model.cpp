#include "model/model.hpp"

#include "num/errors.hpp"

namespace calor::model {

template <Real R>
std::vector<R> Model<R>::real_statistic(std::span<const R>, int) const {
  throw InternalError("real_statistic: a discrete model has no real x");
}

template <Real R>
std::vector<R> Model<R>::expected_statistic(std::span<const R> theta) const {
  using std::exp;
  std::vector<Jet<R>> jets(static_cast<std::size_t>(components()));
  components_at(theta, jets);
  const auto energy = energies<R>(*this, jets);
  std::vector<R> mean(jets.size(), R(0));
  for (int x = 0; x < outcomes(); ++x) {
    const auto t = statistic(x);
    const R p = exp(-energy[static_cast<std::size_t>(x)]);
    for (std::size_t a = 0; a < t.size(); ++a) mean[a] += p * t[a];
  }
  return mean;
}

template <Real R>
std::vector<R> energies(const Model<R>& model, std::span<const Jet<R>> jets) {
  std::vector<R> out(static_cast<std::size_t>(model.outcomes()), R(0));
  for (int x = 0; x < model.outcomes(); ++x) {
    const auto t = model.statistic(x);
    for (std::size_t a = 0; a < t.size(); ++a)
      if (t[a] != 0) out[static_cast<std::size_t>(x)] += t[a] * jets[a].value;
  }
  return out;
}

template <Real R>
std::vector<R> fisher(const Model<R>& model, std::span<const R> theta) {
  std::vector<Jet<R>> jets(static_cast<std::size_t>(model.components()));
  model.components_at(theta, jets);
  const auto mean = model.expected_statistic(theta);
  std::vector<R> f(theta.size() * theta.size(), R(0));
  for (std::size_t a = 0; a < mean.size(); ++a)
    for (std::size_t i = 0; i < f.size(); ++i) f[i] += mean[a] * jets[a].hessian[i];
  return f;
}

#define CALOR_INSTANTIATE(R)                                                     \
  template class Model<R>;                                                       \
  template std::vector<R> energies<R>(const Model<R>&, std::span<const Jet<R>>); \
  template std::vector<R> fisher<R>(const Model<R>&, std::span<const R>);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::model
