#include "analytic/one_bit.hpp"

#include <array>

#include "analytic/exponentials.hpp"
#include "num/errors.hpp"

namespace calor::analytic {

template <num::Real R>
R accept(Acceptance kind, const R& u) {
  using std::exp;
  if (kind == Acceptance::metropolis) return u > 0 ? R(exp(-u)) : R(1);
  if (kind == Acceptance::arrhenius) return exp(-u / 2);
  return u > 0 ? R(exp(-u) / (1 + exp(-u))) : R(1 / (1 + exp(u)));
}

// Σ over ± of ½[(1±m) ln(1±m) ∓ m]: both terms are >= 0.
template <num::Real R>
R bias_information(const R& m) {
  return (entropy_excess(m) + entropy_excess<R>(-m)) / 2;
}

template <num::Real R>
Quantities<R> one_bit(const OneBit<R>& l, const R& t) {
  using std::expm1, std::log, std::log1p, std::tanh;
  const std::pair<const char*, R> positive[] = {{"theta0", l.theta0}, {"temperature", l.temperature}, {"rate", l.rate}};
  for (const auto& [name, value] : positive)
    if (!(value > 0))
      throw InputError(std::string("one bit: ") + name + " = " + num::to_text(value, 6) + ", allowed is > 0");
  if (!(t >= 0)) throw InputError("one bit: t = " + num::to_text(t, 6) + ", allowed is >= 0");
  const R u = l.theta0 / l.temperature, tau = tanh(u / 2), q = tanh(l.theta0 / 2), ln2 = log(R(2));
  const R w = l.rate * (accept<R>(l.acceptance, u) + accept<R>(l.acceptance, -u));
  const R relaxed = -expm1(-w * t), m = tau * relaxed;
  const R memory = bias_information(m), shown = bias_information<R>(m * q), channel = bias_information(q);
  const R heat = -m * l.theta0 / 2, ep = m * u / 2 - memory, constant = ln2 - log1p(R(-q * q)) / 2;
  const R fisher = q * l.theta0 / 2 * (w * t * (1 - tau * tau) + tau * tau * relaxed);
  Quantities<R> out{{"m_info", memory},
                    {"l_info", shown},
                    {"r_info", memory - shown},
                    {"info_x_theta", channel},
                    {"info_x_theta_given_b", channel - shown},
                    {"lautum_info", -log1p(R(-m * m)) / 2},
                    {"entropy_theta", ln2},
                    {"entropy_theta_given_b", ln2 - memory},
                    {"entropy_x", ln2},
                    {"entropy_x_given_b", ln2 - shown},
                    {"entropy_x_given_theta", ln2 - channel},
                    {"heat_theta", heat},
                    {"work_theta", R(0)},
                    {"ep_theta", ep},
                    {"ep_theta_naive", ep + memory},
                    {"heat_x", -fisher},
                    {"work_x", fisher},
                    {"flow_x", fisher - shown},
                    {"flow_theta", -fisher},
                    {"ep_x", R(0)},
                    {"ep_x_given_b", fisher - shown},
                    {"ep_x_naive", fisher},
                    {"ep_x_path", fisher},
                    {"fisher_dissipation", fisher},
                    {"reservoir_gap", fisher - memory},
                    {"loss_train", constant + heat},
                    {"loss_test", constant},
                    {"generalization_gap", -heat}};
  if (t > 0) out.emplace_back("efficiency", memory / (ep + memory));
  out.emplace_back("ift_theta", R(1));
  out.emplace_back("ift_x", R(1));
  return out;
}

#define CALOR_INSTANTIATE(R)                  \
  template R accept<R>(Acceptance, const R&); \
  template R bias_information<R>(const R&);   \
  template Quantities<R> one_bit<R>(const OneBit<R>&, const R&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
CALOR_INSTANTIATE(num::Mp200)  // what tests compare 100 digits with
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
