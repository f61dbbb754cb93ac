#include "model/exponential_family.hpp"

#include <algorithm>
#include <map>

namespace calor::model {

template <Real R>
ExponentialFamily<R>::ExponentialFamily(std::vector<std::vector<int>> features) : features_(std::move(features)) {
  std::map<std::vector<int>, int> multiplicity;
  for (const auto& t : features_) ++multiplicity[t];
  distinct_.assign(multiplicity.begin(), multiplicity.end());
}

template <Real R>
void ExponentialFamily<R>::components_at(std::span<const R> theta, std::span<Jet<R>> out) const {
  using std::exp, std::log;
  const std::size_t d = theta.size();
  std::vector<R> energy(distinct_.size(), R(0));
  for (std::size_t g = 0; g < distinct_.size(); ++g)
    for (std::size_t a = 0; a < d; ++a) energy[g] += theta[a] * distinct_[g].first[a];
  const R top = *std::max_element(energy.begin(), energy.end());
  std::vector<R> weight(energy.size());
  R sum = 0;
  for (std::size_t g = 0; g < energy.size(); ++g) sum += weight[g] = distinct_[g].second * exp(energy[g] - top);

  Jet<R>& log_z = out[0];
  log_z.value = top + log(sum);
  log_z.gradient.assign(d, R(0));
  log_z.hessian.assign(d * d, R(0));
  for (std::size_t g = 0; g < energy.size(); ++g)
    for (std::size_t a = 0; a < d; ++a) log_z.gradient[a] += weight[g] / sum * distinct_[g].first[a];
  for (std::size_t g = 0; g < energy.size(); ++g)  // covariance of the features
    for (std::size_t a = 0; a < d; ++a)
      for (std::size_t b = 0; b < d; ++b)
        log_z.hessian[a * d + b] += weight[g] / sum * (R(distinct_[g].first[a]) - log_z.gradient[a]) *
                                    (R(distinct_[g].first[b]) - log_z.gradient[b]);
  for (std::size_t a = 0; a < d; ++a) {
    out[a + 1].value = -theta[a];
    out[a + 1].gradient.assign(d, R(0));
    out[a + 1].gradient[a] = -1;
    out[a + 1].hessian.assign(d * d, R(0));
  }
}

template <Real R>
std::vector<int> ExponentialFamily<R>::statistic(int outcome) const {
  std::vector<int> t{1};
  const auto& f = features_[static_cast<std::size_t>(outcome)];
  t.insert(t.end(), f.begin(), f.end());
  return t;
}

template <Real R>
R ExponentialFamily<R>::analytic_strip() const {
  int widest = 1;
  for (std::size_t a = 0; a < features_.front().size(); ++a) {
    const auto [lo, hi] = std::minmax_element(features_.begin(), features_.end(),
                                              [a](const auto& s, const auto& t) { return s[a] < t[a]; });
    widest = std::max(widest, (*hi)[a] - (*lo)[a]);
  }
  return num::pi<R>() / widest;
}

#define CALOR_INSTANTIATE(R) template class ExponentialFamily<R>;
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::model
