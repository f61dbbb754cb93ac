#include "analytic/sgd_gaussian.hpp"

#include "analytic/gaussian_mixture.hpp"

namespace calor::analytic {
template <num::Real R>
Quantities<R> sgd_gaussian(const SgdGaussian<R>& l, const R& t, const R& goal) {
  using std::exp, std::expm1, std::log, std::log1p;
  const R s2 = l.stddev * l.stddev, kappa = 1 / s2 + l.weight_decay, alpha = 1 / (kappa * s2);
  const R g = -expm1(-kappa * t), g2 = -expm1(-2 * kappa * t), a = alpha * g, v0 = l.initial_variance;
  const R vb = l.fixed ? R(0) : R(l.variance / R(l.size)), spread = a * a * vb;
  const R log_two_pi = log(2 * num::pi<R>());
  const auto nodes = l.fixed ? std::vector<ScatterNode<R>>{{l.variance, R(1)}}
                             : scatter_nodes(l.size, l.variance, goal, l.temperature == 0);
  std::vector<R> theta, x;  // variances of the mixtures' members
  R v_mean = 0, d_mean = 0, s_mean = 0, inverse_v = 0, inverse_d = 0, log_v = 0, log_x = 0, growth = 0;
  for (const auto& n : nodes) {
    const R d = l.noise * n.scatter / (s2 * s2) + l.temperature, v = v0 * (1 - g2) + d / kappa * g2;
    theta.push_back(v + spread);
    x.push_back(v + spread + s2);
    v_mean += n.weight * v;
    d_mean += n.weight * d;
    s_mean += n.weight * n.scatter;
    inverse_v += n.weight / v;
    inverse_d += n.weight / d;
    log_v += n.weight * log(v);
    log_x += n.weight * log(R(v + s2));
    growth += n.weight * log1p(R(g2 * (d / (kappa * v0) - 1))) / 2;
  }
  const bool divergent = !l.fixed && l.temperature == 0 && l.size < 4 && t > 0;
  const R theta_entropy = mixture_entropy(nodes, theta, goal), x_entropy = mixture_entropy(nodes, x, goal);
  const R theta_given_b = (log_two_pi + 1 + log_v) / 2, x_given_b = (log_two_pi + 1 + log_x) / 2,
          x_given_theta = (log_two_pi + 1 + log(s2)) / 2, x_given_b_start = (log_two_pi + 1 + log(R(v0 + s2))) / 2;
  const bool known = l.fixed || t == 0;  // nothing about B to know
  const R m = known ? R(0) : R(theta_entropy - theta_given_b), shown = known ? R(0) : R(x_entropy - x_given_b);
  const R start = l.initial_mean - alpha * l.mean, distance = start * start + alpha * alpha * vb;
  const R heat = kappa / 2 * g2 * (d_mean / kappa - v0 - distance);
  const R medium = divergent ? num::infinity<R>() : R(g2 / 2 * (kappa * (v0 + distance) * inverse_d - 1));
  const R ep = growth + medium, fisher = d_mean * t / s2;
  const R channel = x_entropy - x_given_theta, given_b = x_given_b - x_given_theta,
          start_channel = x_given_b_start - x_given_theta;
  const R off = (1 - g) * l.initial_mean - (1 - a) * l.mean, constant = (log_two_pi + log(s2)) / 2;
  Quantities<R> q{{"m_info", m},
                  {"l_info", shown},
                  {"r_info", m - shown},
                  {"info_x_theta", channel},
                  {"info_x_theta_given_b", given_b},
                  {"lautum_info",
                   known ? R(0) : R(-theta_entropy + (log_two_pi + log_v) / 2 + (v_mean + 2 * spread) * inverse_v / 2)},
                  {"entropy_theta", theta_entropy},
                  {"entropy_theta_given_b", theta_given_b},
                  {"entropy_x", x_entropy},
                  {"entropy_x_given_b", x_given_b},
                  {"entropy_x_given_theta", x_given_theta},
                  {"heat_theta", heat},
                  {"work_theta", R(0)},
                  {"ep_theta", ep},
                  {"ep_theta_naive", ep + m},
                  {"ep_theta_housekeeping", R(0)},
                  {"ep_theta_excess", ep},
                  {"ep_theta_medium", medium},
                  {"heat_x", -fisher},
                  {"work_x", fisher},
                  {"flow_x", given_b - start_channel + fisher},
                  {"flow_theta", -fisher},
                  {"ep_x", R(0)},
                  {"ep_x_given_b", given_b - start_channel + fisher},
                  {"ep_x_naive", channel - start_channel + fisher},
                  {"ep_x_path", fisher},
                  {"fisher_dissipation", fisher},
                  {"reservoir_gap", fisher - m},
                  {"loss_train", constant + (s_mean + v_mean + off * off + (1 - a) * (1 - a) * vb) / (2 * s2)},
                  {"ift_theta", R(1)}};
  if (t > 0) q.emplace_back("efficiency", divergent ? R(0) : R(m / (ep + m)));
  if (l.fixed) return q;
  q.emplace_back("loss_test", constant + (l.variance + v_mean + spread + off * off) / (2 * s2));
  q.emplace_back("generalization_gap", a * vb / s2);
  return q;
}

#define CALOR_INSTANTIATE(R) template Quantities<R> sgd_gaussian<R>(const SgdGaussian<R>&, const R&, const R&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
