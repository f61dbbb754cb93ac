#include "analytic/gaussian_learner.hpp"

#include "analytic/exponentials.hpp"
#include "analytic/quadrature.hpp"
#include "num/errors.hpp"

namespace calor::analytic {
namespace {

template <Number R>
void require(bool ok, const char* what, const R& value, const char* allowed) {
  if (!ok)
    throw InputError(std::string("gaussian-mean in closed form: ") + what + " = " + num::to_text(value, 6) +
                     ", allowed is " + allowed);
}

template <Number R, class F>
R sum_over_coordinates(const GaussianLearner<R>& learner, const R& t, F term) {
  R sum = 0;
  for (const auto& c : learner.coordinates) sum += term(c, theta_law(learner, c, t));
  return sum;
}

// D(ρ‖π_B) averaged over B: ½[v/v_eq - 1 - ln(v/v_eq) + E(mean - αb̄)²/v_eq].
template <Number R>
R divergence(const R& v, const R& v_eq, const R& distance) {
  return (log_deficit<R>(v / v_eq - 1) + distance / v_eq) / 2;
}

}  // namespace

template <Number R>
void check(const GaussianLearner<R>& l) {
  require(l.stddev > 0, "stddev", l.stddev, "> 0");
  require(l.mobility > 0, "mobility", l.mobility, "> 0");
  require(l.temperature > 0, "temperature", l.temperature, "> 0");
  require(l.weight_decay >= 0, "weight_decay", l.weight_decay, ">= 0");
  require(!l.coordinates.empty(), "dimension", R(0), ">= 1");
  for (const auto& c : l.coordinates) {
    require(c.initial_variance > 0, "initial variance", c.initial_variance, "> 0");
    require(c.data.variance >= 0, "variance of the data's mean", c.data.variance, ">= 0");
    require(c.data.scatter >= 0, "scatter of the data", c.data.scatter, ">= 0");
    require(c.data.fixed == l.coordinates[0].data.fixed, "fixed coordinates", R(1), "all or none");
  }
}

template <Number R>
ThetaLaw<R> theta_law(const GaussianLearner<R>& l, const GaussianCoordinate<R>& c, const R& t) {
  using std::expm1;
  require(t >= 0, "t", t, ">= 0");
  ThetaLaw<R> w;
  const R precision = 1 / (l.stddev * l.stddev);
  w.kappa = l.mobility * (precision + l.weight_decay);
  w.alpha = precision / (precision + l.weight_decay);
  w.v_eq = l.temperature / (precision + l.weight_decay);
  w.g = -expm1(-w.kappa * t);
  w.g2 = -expm1(-2 * w.kappa * t);
  const R d = c.initial_mean - w.alpha * c.data.mean;
  w.distance = d * d + w.alpha * w.alpha * c.data.variance;
  w.a = w.alpha * w.g;
  using std::exp;
  w.v = c.initial_variance * exp(-2 * w.kappa * t) + w.v_eq * w.g2;
  w.dv = (w.v_eq - c.initial_variance) * w.g2;
  w.spread = w.a * w.a * c.data.variance;
  return w;
}

template <Number R>
R heat_theta(const GaussianLearner<R>& l, const R& t) {
  return sum_over_coordinates(l, t, [&](const auto& c, const ThetaLaw<R>& w) -> R {
    return l.temperature / 2 * w.g2 * (w.v_eq - c.initial_variance - w.distance) / w.v_eq;
  });
}

// The rate is ⟨ν²⟩/μT with ν = -κ(m - αb̄) + (μT/v - κ)(θ - m): κD_0 e^{-2κt}/v_eq + κ(v_eq - v)²/(v v_eq); with
// dv = 2κ(v_eq - v)dt the second integrates to ½∫(1/v - 1/v_eq)dv. Rewritten with z = (v - v_0)/v_0:
// ln(1+z) - z v_0/v_eq = -(z - ln(1+z)) + (v_eq - v_0)² g_2/(v_0 v_eq).
template <Number R>
R ep_theta(const GaussianLearner<R>& l, const R& t) {
  return sum_over_coordinates(l, t, [&](const auto& c, const ThetaLaw<R>& w) -> R {
    const R v0 = c.initial_variance, z = w.dv / v0, gap = w.v_eq - v0;
    using std::abs, std::log1p;
    const R relaxation =
        abs(z) > R(0.5) ? R(log1p(z) - w.dv / w.v_eq) : R(gap * gap * w.g2 / (v0 * w.v_eq) - log_deficit(z));
    return (w.distance * w.g2 / w.v_eq + relaxation) / 2;
  });
}

template <Number R>
R ep_theta_by_heat(const GaussianLearner<R>& l, const R& t) {
  using std::log1p;
  const R entropy = sum_over_coordinates(
      l, t, [](const auto& c, const ThetaLaw<R>& w) -> R { return log1p(R(w.dv / c.initial_variance)) / 2; });
  return entropy - heat_theta(l, t) / l.temperature;
}

template <Number R>
R ep_theta_by_relative_entropy(const GaussianLearner<R>& l, const R& t) {
  return sum_over_coordinates(l, t, [](const auto& c, const ThetaLaw<R>& w) -> R {
    return divergence<R>(c.initial_variance, w.v_eq, w.distance) - divergence<R>(w.v, w.v_eq, w.distance * (1 - w.g2));
  });
}

// In u = 1 - e^{-2κt}, dt = du/(2κ(1-u)): the rate above becomes a rational function of u.
template <Number R>
R ep_theta_by_current(const GaussianLearner<R>& l, const R& t) {
  return sum_over_coordinates(l, t, [](const auto& c, const ThetaLaw<R>& w) -> R {
    const R v0 = c.initial_variance, gap = w.v_eq - v0;
    auto rate = [&](const R& u) -> std::array<R, 1> {
      const R v = v0 * (1 - u) + w.v_eq * u;
      return {(w.distance + gap * gap * (1 - u) / v) / (2 * w.v_eq)};
    };
    return integrate_from_zero<R, 1>(rate, w.g2, R(v0 / (v0 + w.v_eq) / 2))[0];
  });
}

template <Number R>
R gaussian_entropy(const R& variance) {
  using std::log;
  return (log(2 * num::pi<R>() * variance) + 1) / 2;
}

template <Number R>
R gaussian_lautum(const R& r) {
  return (r + log_deficit(r)) / 2;
}

namespace {

// Mean squared errors: train E(θ - b̄)² + scatter with θ - b̄ = (1-g)m_0 - (1-a)b̄ + noise, test E(θ - b)² for a fresh b.
// Their difference is 2a Var(b̄), because the scatter and Var(b̄) add up to the target's variance.
template <Number R>
void append_losses(Quantities<R>& q, const GaussianLearner<R>& l, const GaussianCoordinate<R>& c,
                   const ThetaLaw<R>& w) {
  using std::log;
  const R s2 = l.stddev * l.stddev, constant = log(2 * num::pi<R>() * s2) / 2;
  const R off = (1 - w.g) * c.initial_mean - (1 - w.a) * c.data.mean, vb = c.data.variance;
  q.emplace_back("loss_train", constant + (c.data.scatter + w.v + off * off + (1 - w.a) * (1 - w.a) * vb) / (2 * s2));
  if (c.data.fixed) return;
  q.emplace_back("loss_test", constant + (c.data.scatter + vb + w.v + w.spread + off * off) / (2 * s2));
  q.emplace_back("generalization_gap", w.a * vb / s2);
}

template <Number R>
Quantities<R> coordinate_quantities(const GaussianLearner<R>& l, const GaussianCoordinate<R>& c, const R& t) {
  using std::log1p;
  const auto w = theta_law(l, c, t);
  GaussianLearner<R> one = l;
  one.coordinates = {c};
  const R r = w.spread / w.v, m_info = log1p(r) / 2, heat = heat_theta(one, t), ep = ep_theta(one, t);
  Quantities<R> q{{"m_info", m_info},
                  {"lautum_info", gaussian_lautum(r)},
                  {"entropy_theta", gaussian_entropy<R>(w.v + w.spread)},
                  {"entropy_theta_given_b", gaussian_entropy(w.v)},
                  {"heat_theta", heat},
                  {"work_theta", R(0)},
                  {"ep_theta", ep},
                  {"ep_theta_naive", ep + m_info},
                  {"ep_theta_housekeeping", R(0)},
                  {"ep_theta_excess", ep},
                  {"ep_theta_medium", -heat / l.temperature}};
  append_losses(q, l, c, w);
  return q;
}

}  // namespace

template <Number R>
Quantities<R> theta_quantities(const GaussianLearner<R>& l, const R& t) {
  check(l);
  Quantities<R> q;
  for (const auto& c : l.coordinates) accumulate(q, coordinate_quantities(l, c, t));
  if (const R naive = value_of(q, "ep_theta_naive"); naive > 0)
    q.emplace_back("efficiency", value_of(q, "m_info") / naive);
  q.emplace_back("ift_theta", R(1));
  return q;
}

#define CALOR_INSTANTIATE(R)                                                                            \
  template void check<R>(const GaussianLearner<R>&);                                                    \
  template ThetaLaw<R> theta_law<R>(const GaussianLearner<R>&, const GaussianCoordinate<R>&, const R&); \
  template R heat_theta<R>(const GaussianLearner<R>&, const R&);                                        \
  template R ep_theta<R>(const GaussianLearner<R>&, const R&);                                          \
  template R ep_theta_by_heat<R>(const GaussianLearner<R>&, const R&);                                  \
  template R ep_theta_by_relative_entropy<R>(const GaussianLearner<R>&, const R&);                      \
  template R gaussian_entropy<R>(const R&);                                                             \
  template R gaussian_lautum<R>(const R&);                                                              \
  template Quantities<R> theta_quantities<R>(const GaussianLearner<R>&, const R&);
CALOR_FOR_EACH_NUMBER(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE
#define CALOR_INSTANTIATE_CURRENT(R) template R ep_theta_by_current<R>(const GaussianLearner<R>&, const R&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE_CURRENT)

}  // namespace calor::analytic
