#include "analytic/gaussian_ou.hpp"

#include "analytic/exponentials.hpp"
#include "analytic/quadrature.hpp"
#include "num/errors.hpp"

// Derivation. u = Θ - αb̄ and the lag Y = X - Θ obey, given B,
//     du = -κu dt + √(2μT) dW,   dY = (-γY + κu) dt - √(2μT) dW + √(2γs²) dW',   Y_0 ~ N(0, s²) independent of u_0.
// Write C(r_0, …, r_k) = (e^{-r_0 ·} * … * e^{-r_k ·})(t). Response of u, Y to u_0: e^{-κt} and q = κ C(κ, γ); to a
// kick of Θ's noise at age t: e^{-κt} and ψ = q - e^{-γt} = h - e^{-κt}, h = γ C(κ, γ); of X: h. Since C(κ,γ)² = 2C(2κ,
// κ+γ, 2γ) and a factor e^{-κt} shifts all rates by κ, every second moment is a combination of C's. s² is kept constant
// by X's own noise.
namespace calor::analytic {
namespace {

template <Number R>
struct Kernels {
  R t, k, g;  // time, κ, γ
  R operator()(std::vector<R> rates) const { return convolved_exponentials(t, std::move(rates)); }
  R square() const { return (*this)({R(0), 2 * k, k + g, 2 * g}); }  // ∫C(κ,γ)²/2
  // ∫ψ²; of its two forms the one whose q or h is the smaller.
  R noise() const {
    if (g >= k) return 2 * k * k * square() - 2 * k * (*this)({R(0), k + g, 2 * g}) + (*this)({R(0), 2 * g});
    return 2 * g * g * square() - 2 * g * (*this)({R(0), 2 * k, k + g}) + (*this)({R(0), 2 * k});
  }
  // ∫∫ψ²: the same with one more integration.
  R noise_integral() const {
    const R o = 0;
    const R both = (*this)({o, o, 2 * k, k + g, 2 * g});
    if (g >= k) return 2 * k * k * both - 2 * k * (*this)({o, o, k + g, 2 * g}) + (*this)({o, o, 2 * g});
    return 2 * g * g * both - 2 * g * (*this)({o, o, 2 * k, k + g}) + (*this)({o, o, 2 * k});
  }
};

template <Number R>
struct Process {
  const GaussianLearner<R>& learner;
  const GaussianCoordinate<R>& coordinate;
  R rate;

  R s2() const { return learner.stddev * learner.stddev; }
  ThetaLaw<R> law(const R& t) const { return theta_law(learner, coordinate, t); }
  Kernels<R> kernels(const R& t) const { return {t, law(t).kappa, rate}; }

  JointGaussian<R> moments(const R& t) const {
    using std::exp;
    const auto w = law(t);
    const Kernels<R> c{t, w.kappa, rate};
    const R k = w.kappa, g = rate, v0 = coordinate.initial_variance, vb = coordinate.data.variance,
            two_d = 2 * k * w.v_eq;
    const R plain = c({k, g}), q = k * plain, e = exp(-k * t), p = e + q;  // p: response of X to u_0
    const R mixed = c({R(0), 2 * k, k + g});                               // ∫e^{-κt}C(κ,γ)
    const R ax = w.alpha * k * g * c({R(0), k, g}), ay = -w.alpha * q;
    JointGaussian<R> j;
    j.s2 = s2(), j.v = w.v;
    j.c = v0 * e * p + two_d * g * mixed;
    j.vx = j.s2 + v0 * p * p + two_d * 2 * g * g * c.square();
    j.cy = v0 * e * q + two_d * (k * mixed - c({R(0), k + g}));
    j.z = v0 * q * q + two_d * c.noise();
    j.mtt = w.spread, j.mxx = ax * ax * vb, j.mtx = w.a * ax * vb, j.mty = w.a * ay * vb, j.myy = ay * ay * vb;
    return j;
  }

  // Var(X|B) - s² - v_0: its own formula, since at small t it is a small difference. 1 - p = κγ C(0, κ, γ).
  R change_of_vx(const R& t) const {
    const auto c = kernels(t);
    const auto w = law(t);
    const R one_minus_p = c.k * c.g * c({R(0), c.k, c.g});
    return 4 * c.k * w.v_eq * c.g * c.g * c.square() - coordinate.initial_variance * one_minus_p * (2 - one_minus_p);
  }

  // Rate γ(1 - ⟨Y²⟩/s²), ⟨Y²⟩ = s² + U_0 q² + 2κ v_eq ∫ψ², U_0 = ⟨u_0²⟩.
  R heat(const R& t) const {
    const auto c = kernels(t);
    const auto w = law(t);
    const R u0 = coordinate.initial_variance + w.distance;
    return -rate / s2() * 2 * c.k * (u0 * c.k * c.square() + w.v_eq * c.noise_integral());
  }

  // Rate (κ⟨uY⟩ + μT)/s², from d⟨uY⟩/dt = -(κ+γ)⟨uY⟩ + κ⟨u²⟩ - 2κ v_eq and ⟨u²⟩ = v_eq + (U_0 - v_eq)e^{-2κt}.
  R work(const R& t) const {
    const auto c = kernels(t);
    const auto w = law(t);
    const R u0 = coordinate.initial_variance + w.distance, k = c.k, g = c.g;
    const R forgetting = (g * t + k * c({R(0), k + g})) / (k + g);  // t - κ C(0, 0, κ+γ)
    return k * (k * (u0 - w.v_eq) * c({R(0), 2 * k, k + g}) + w.v_eq * forgetting) / s2();
  }

  // Rates of ep_x, flow_x, flow_theta. With σ² = Var(X|Θ,B), τ² = Var(Θ|X,B), o² = ⟨(E[X|Θ,B] - Θ)²⟩:
  //   ep_x: γs²⟨(∂_x ln P(x|θ,B)/p(x|θ))²⟩ = γ[o²/s² + (σ²-s²)²/(s²σ²)]
  //   flow_x: ½ d ln Var(X|B)/dt - γ(s²/σ² - 1)        = γ c[(σ²-s²)v - s²cy]/(vx det)
  //   flow_theta: ½ d ln(v/τ²)/dt at fixed x           = μT(1/v - 1/τ²) = -μT c²/(v det)
  std::array<R, 3> rates(const R& t) const {
    const auto w = law(t);
    const auto j = moments(t);
    const R det = determinant(j), sigma2 = det / j.v, over = excess_given_theta(j);
    const R lag = mean_lag_square(w, t) + j.cy * j.cy / j.v;
    return {R(rate * (lag + over * over / sigma2) / j.s2), R(rate * j.c * (over * j.v - j.s2 * j.cy) / (j.vx * det)),
            R(-learner.mobility * learner.temperature * j.c * j.c / (j.v * det))};
  }

  R mean_lag_square(const ThetaLaw<R>& w, const R& t) const {
    const R q = w.kappa * convolved_exponentials<R>(t, {w.kappa, rate});
    return w.distance * q * q;
  }

  // Shortest time scale of the rates: relaxation of either subsystem, spreading of v from v_0 and of the lag from s².
  R shortest() const {
    const auto w = law(R(0));
    const R spreading = 2 * w.kappa * w.v_eq;
    return 1 / (4 * (w.kappa + rate + spreading / coordinate.initial_variance + spreading / s2()));
  }
};

template <Number R>
Quantities<R> x_quantities(const Process<R>& p, const R& t) {
  using std::log1p;
  const auto j = p.moments(t);
  const R v0x = p.s2() + p.coordinate.initial_variance, dvx = p.change_of_vx(t), heat = p.heat(t);
  auto q = informations(j);
  q.emplace_back("heat_x", heat);
  q.emplace_back("work_x", p.work(t));
  if constexpr (num::Real<R>) {  // no proven bound covers the quadrature
    const auto sums = integrate_from_zero<R, 3>([&](const R& time) { return p.rates(time); }, t, p.shortest());
    q.emplace_back("flow_x", sums[1]);
    q.emplace_back("flow_theta", sums[2]);
    q.emplace_back("ep_x", sums[0]);
  }
  q.emplace_back("ep_x_given_b", log1p(R(dvx / v0x)) / 2 - heat);
  q.emplace_back("ep_x_naive", log1p(R((dvx + j.mxx) / v0x)) / 2 - heat);
  q.emplace_back("ep_x_path", -heat);
  q.emplace_back("fisher_dissipation", p.learner.mobility * p.learner.temperature * t / p.s2());
  q.emplace_back("reservoir_gap", -heat - log1p(R(j.mtt / j.v)) / 2);
  return q;
}

}  // namespace

template <Number R>
JointGaussian<R> ou_moments(const GaussianLearner<R>& learner, const GaussianCoordinate<R>& coordinate, const R& rate,
                            const R& t) {
  return Process<R>{learner, coordinate, rate}.moments(t);
}

template <Number R>
Quantities<R> gaussian_ou(const GaussianLearner<R>& learner, const R& rate, const R& t) {
  if (!(rate > 0)) throw InputError("ou sampler: rate = " + num::to_text(rate, 6) + ", allowed is > 0");
  auto q = theta_quantities(learner, t);
  for (const auto& c : learner.coordinates) accumulate(q, x_quantities(Process<R>{learner, c, rate}, t));
  q.emplace_back("ift_x", R(1));
  return q;
}

#define CALOR_INSTANTIATE(R)                                                                                 \
  template JointGaussian<R> ou_moments<R>(const GaussianLearner<R>&, const GaussianCoordinate<R>&, const R&, \
                                          const R&);                                                         \
  template Quantities<R> gaussian_ou<R>(const GaussianLearner<R>&, const R&, const R&);
CALOR_FOR_EACH_NUMBER(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
