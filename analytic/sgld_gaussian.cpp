#include "analytic/sgld_gaussian.hpp"

#include "analytic/exponentials.hpp"
#include "num/errors.hpp"

namespace calor::analytic {
namespace {

template <Number R>
R curvature(const SgldGaussian<R>& s) {
  return 1 / (s.stddev * s.stddev) + s.weight_decay;
}

template <Number R>
void check(const SgldGaussian<R>& s, long steps) {
  GaussianLearner<R> like{s.stddev, s.learning_rate, s.temperature, s.weight_decay, s.coordinates};
  check(like);  // the learning rate stands in the mobility's place: > 0 as well
  if (!(s.sampler_keep >= 0 && s.sampler_keep < 1))
    throw InputError("sgld in closed form: sampler factor = " + num::to_text(s.sampler_keep, 6) +
                     ", allowed is [0, 1)");
  if (steps < 0) throw InputError("sgld in closed form: step number = " + std::to_string(steps) + ", allowed is >= 0");
  if (s.stream && s.coordinates[0].data.fixed)
    throw InputError("sgld in closed form: fixed data in a stream, allowed is a target");
}

template <Number R>
GaussianChain<R> run_chain(const SgldGaussian<R>& s, const GaussianCoordinate<R>& c, long steps) {
  const R eta = s.learning_rate, s2 = s.stddev * s.stddev, f = s.sampler_keep;
  const GaussianTurn<R> turn{
      s2, eta * curvature(s), eta / s2, 2 * eta * s.temperature, c.data.mean, c.data.variance, s.stream, 1 - f * f, f};
  GaussianChain<R> chain(turn, c.initial_mean, c.initial_variance);
  for (long n = 0; n < steps; ++n) chain.step();
  return chain;
}

}  // namespace

template <Number R>
SgldLaw<R> sgld_law(const SgldGaussian<R>& s, const GaussianCoordinate<R>& c, long n) {
  const R s2 = s.stddev * s.stddev, g = s.learning_rate * curvature(s), pull = s.learning_rate / s2,
          vb = c.data.variance;
  const R p2 = g * (2 - g);  // 1 - e²
  const R ones = geometric_sum(g, n), squares = geometric_sum(p2, n);
  const R en = 1 - g * ones, e2n = 1 - p2 * squares, noise = 2 * s.learning_rate * s.temperature * squares;
  SgldLaw<R> w;
  w.v = e2n * c.initial_variance + noise;
  w.spread = pull * pull * vb * (s.stream ? squares : R(ones * ones));
  w.mean = en * c.initial_mean + pull * ones * c.data.mean;
  w.cov = pull * ones * vb / (s.stream && n > 0 ? R(n) : R(1));
  const R alpha = pull / g, d = c.initial_mean - alpha * c.data.mean;
  w.energy = e2n * (c.initial_variance + d * d + alpha * alpha * vb) + noise;
  return w;
}

namespace {

// E(θ - b̄)² + scatter of all examples seen; their mean has variance vb (full) or vb/n (stream).
template <Number R>
void append_losses(Quantities<R>& q, const SgldGaussian<R>& s, const GaussianCoordinate<R>& c, const SgldLaw<R>& w,
                   long n) {
  using std::log;
  const R s2 = s.stddev * s.stddev, constant = log(2 * num::pi<R>() * s2) / 2, off = w.mean - c.data.mean;
  const R scatter = c.data.scatter + c.data.variance;  // of any example about its expectation
  const R test = constant + (scatter + w.v + w.spread + off * off) / (2 * s2);
  const bool begun = !s.stream || n > 0;  // a stream's data are absent before
  if (begun) q.emplace_back("loss_train", test - w.cov / s2);
  if (c.data.fixed) return;
  q.emplace_back("loss_test", test);
  if (begun) q.emplace_back("generalization_gap", w.cov / s2);
}

template <Number R>
Quantities<R> theta_side(const SgldGaussian<R>& s, const GaussianCoordinate<R>& c, const GaussianChain<R>& chain,
                         long n) {
  using std::log, std::log1p;
  const auto w = sgld_law(s, c, n), w0 = sgld_law(s, c, 0);
  const R k = curvature(s), r = w.spread / w.v, m_info = log1p(r) / 2, entropy = log(w.v / c.initial_variance) / 2;
  const R heat = k * (s.stream ? chain.heat_theta : R((w.energy - w0.energy) / 2));
  const R medium = s.stream ? chain.ep_theta_medium : R(-(1 - s.learning_rate * k / 2) * heat / s.temperature);
  Quantities<R> q{{"m_info", m_info},
                  {"lautum_info", gaussian_lautum(r)},
                  {"entropy_theta", gaussian_entropy<R>(w.v + w.spread)},
                  {"entropy_theta_given_b", gaussian_entropy(w.v)},
                  {"heat_theta", heat},
                  {"work_theta", k * chain.work_theta},
                  {"ep_theta", entropy + medium},
                  {"ep_theta_naive", entropy + medium + m_info},
                  {"ep_theta_medium", medium}};
  append_losses(q, s, c, w, n);
  return q;
}

}  // namespace

template <Number R>
Quantities<R> sgld_gaussian(const SgldGaussian<R>& s, long n) {
  check(s, n);
  Quantities<R> q;
  for (const auto& c : s.coordinates) {
    const auto chain = run_chain(s, c, n);
    accumulate(q, theta_side(s, c, chain, n));
    accumulate(q, chain_quantities(chain, c.initial_variance));
  }
  if (const R naive = value_of(q, "ep_theta_naive"); naive > 0)
    q.emplace_back("efficiency", value_of(q, "m_info") / naive);
  q.emplace_back("ift_theta", R(1));
  q.emplace_back("ift_x", R(1));
  return q;
}

#define CALOR_INSTANTIATE(R)                                                                   \
  template SgldLaw<R> sgld_law<R>(const SgldGaussian<R>&, const GaussianCoordinate<R>&, long); \
  template Quantities<R> sgld_gaussian<R>(const SgldGaussian<R>&, long);
CALOR_FOR_EACH_NUMBER(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
