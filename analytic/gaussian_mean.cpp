#include "analytic/gaussian_mean.hpp"

namespace calor::analytic {
namespace {

// r_info: (1 + r)/(1 + rv/(v+s²)) - 1 = spread s²/(v (v + s² + spread)), r = spread/v.
template <Number R>
Quantities<R> x_quantities(const GaussianLearner<R>& l, const GaussianCoordinate<R>& c, const R& t) {
  using std::log1p;
  const auto w = theta_law(l, c, t);
  const R s2 = l.stddev * l.stddev, vx = w.v + s2, v0x = c.initial_variance + s2;
  const R fisher = l.mobility * l.temperature * t / s2;
  const R given_b = log1p(R(w.dv / v0x)) / 2, naive = log1p(R((w.dv + w.spread) / v0x)) / 2;
  const R m_info = log1p(R(w.spread / w.v)) / 2;
  return {{"l_info", log1p(R(w.spread / vx)) / 2},
          {"r_info", log1p(R(w.spread * s2 / (w.v * (vx + w.spread)))) / 2},
          {"info_x_theta", log1p(R((w.v + w.spread) / s2)) / 2},
          {"info_x_theta_given_b", log1p(R(w.v / s2)) / 2},
          {"entropy_x", gaussian_entropy<R>(vx + w.spread)},
          {"entropy_x_given_b", gaussian_entropy(vx)},
          {"entropy_x_given_theta", gaussian_entropy(s2)},
          {"heat_x", -fisher},
          {"work_x", fisher},
          {"flow_x", given_b + fisher},
          {"flow_theta", -fisher},
          {"ep_x", R(0)},
          {"ep_x_given_b", given_b + fisher},
          {"ep_x_naive", naive + fisher},
          {"ep_x_path", fisher},
          {"fisher_dissipation", fisher},
          {"reservoir_gap", fisher - m_info}};
}

}  // namespace

template <Number R>
Quantities<R> gaussian_mean(const GaussianLearner<R>& learner, const R& t) {
  auto q = theta_quantities(learner, t);
  for (const auto& c : learner.coordinates) accumulate(q, x_quantities(learner, c, t));
  q.emplace_back("ift_x", R(1));
  return q;
}

#define CALOR_INSTANTIATE(R) template Quantities<R> gaussian_mean<R>(const GaussianLearner<R>&, const R&);
CALOR_FOR_EACH_NUMBER(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
