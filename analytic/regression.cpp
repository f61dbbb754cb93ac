#include "analytic/regression.hpp"

#include "analytic/exponentials.hpp"
#include "analytic/log_det.hpp"
#include "num/errors.hpp"

namespace calor::analytic {
namespace {

using num::Matrix;
using num::Vector;

template <num::Real R>
void check(const Regression<R>& p, const R& t) {
  const auto need = [](bool ok, const char* what) {
    if (!ok) throw InputError(std::string("linear-regression in closed form: ") + what);
  };
  need(p.stddev > 0, "stddev must be > 0");
  need(p.mobility > 0, "mobility must be > 0");
  need(p.temperature > 0, "temperature must be > 0");
  need(p.weight_decay >= 0, "weight_decay must be >= 0");
  need(p.noise >= 0, "the variance of the data must be >= 0");
  need(t >= 0, "t must be >= 0");
  const auto d = p.inputs.cols();
  need(d > 0 && p.inputs.rows() > 0, "a design without entries");
  need(p.moment.rows() == d && p.moment.cols() == d && p.initial_mean.size() == d && p.initial_variance.size() == d &&
           p.gradient.size() == d,
       "shapes do not agree");
  need(p.initial_variance.minCoeff() > 0, "initial variances must be > 0");
}

template <num::Real R>
Vector<R> eigenvalues(const Regression<R>& p, Matrix<R>& axes) {
  const auto eigen = num::symmetric_eigen<R>(p.moment);
  axes = eigen.vectors;
  Vector<R> m = eigen.values;  // ascending: the first d - rank are 0
  for (Eigen::Index k = 0; k < m.size() - p.rank; ++k) m[k] = 0;
  return m;
}

template <num::Real R>
R log_two_pi_e() {
  using std::log;
  return log(2 * num::pi<R>()) + 1;
}

/// Q = Δ⟨L_B⟩ = Σ_k ½ h_k [V_kk(t) - V_kk(0) - (1 - e^{-2κt}) E(m_0 - g/(s² h))²]: a direction of no curvature has no
/// gradient either.
template <num::Real R>
R heat(const Regression<R>& p, const RegressionLaw<R>& w, const R& t) {
  using std::expm1;
  const R s2 = p.stddev * p.stddev;
  R sum = 0;
  for (Eigen::Index k = 0; k < w.m.size(); ++k) {
    const R& h = w.curvature[k];
    if (h == 0) continue;
    const R off = w.initial[k] - w.gradient[k] / (s2 * h), scatter = p.noise * w.m[k] / (s2 * s2 * h * h);
    sum += h / 2 * (w.dv(k, k) + (off * off + scatter) * expm1(-2 * w.rate[k] * t));
  }
  return sum;
}

/// Informations of Θ: with r the eigenvalues of V⁻¹ S, m_info = ½ Σ ln(1+r), lautum_info = Σ (r - ½ ln(1+r)).
template <num::Real R>
void append_parameters(Quantities<R>& q, const Regression<R>& p, const RegressionLaw<R>& w, const R& t) {
  const Matrix<R> s = w.spread.asDiagonal();
  const num::Cholesky<R> root(w.v);
  const R d = R(w.m.size()), m_info = log_det_ratio<R>(root, s) / 2, trace = root.solve(s).trace();
  const R given_b = (d * log_two_pi_e<R>() + root.log_det()) / 2;
  const R q_theta = heat(p, w, t), ep = log_det_ratio<R>(num::Cholesky<R>(w.start), w.dv) / 2 - q_theta / p.temperature;
  q = {{"m_info", m_info},
       {"lautum_info", trace - m_info},
       {"entropy_theta", given_b + m_info},
       {"entropy_theta_given_b", given_b},
       {"heat_theta", q_theta},
       {"work_theta", R(0)},
       {"ep_theta", ep},
       {"ep_theta_naive", ep + m_info},
       {"ep_theta_housekeeping", R(0)},
       {"ep_theta_excess", ep},
       {"ep_theta_medium", -q_theta / p.temperature},
       {"ift_theta", R(1)}};
  if (ep + m_info > 0) q.emplace_back("efficiency", m_info / (ep + m_info));
}

/// ⟨(1/N) Σ (y_j - u_j·θ)²⟩ = E[q] - 2 E[g·θ] + E[θᵀMθ]; a fresh data set has no covariance of g with θ.
template <num::Real R>
void append_losses(Quantities<R>& q, const Regression<R>& p, const RegressionLaw<R>& w) {
  using std::log;
  const R s2 = p.stddev * p.stddev, constant = log(2 * num::pi<R>() * s2) / 2;
  R error = p.square, shared = 0;
  for (Eigen::Index k = 0; k < w.m.size(); ++k) {
    error += -2 * w.gradient[k] * w.mean[k] + w.m[k] * (w.mean[k] * w.mean[k] + w.v(k, k) + w.spread[k]);
    shared += w.response[k] * p.noise * w.m[k];
  }
  q.emplace_back("loss_train", constant + error / (2 * s2) - shared / s2);
  if (p.fixed) return;
  q.emplace_back("loss_test", constant + error / (2 * s2));
  q.emplace_back("generalization_gap", shared / s2);
}

template <num::Real R>
void append_responses(Quantities<R>& q, const Regression<R>& p, const RegressionLaw<R>& w, const R& t) {
  using std::log, std::log1p;
  const R s2 = p.stddev * p.stddev, fisher = p.mobility * p.temperature * t * w.m.sum() / s2;
  R l = 0, info = 0, info_b = 0, entropy = 0, change_b = 0, change = 0;
  for (Eigen::Index j = 0; j < w.inputs.rows(); ++j) {
    const Vector<R> u = w.inputs.row(j);
    const R noisy = u.dot(w.v * u), learned = u.dot(w.spread.cwiseProduct(u)), start = u.dot(w.start * u),
            moved = u.dot(w.dv * u);
    l += log1p(R(learned / (s2 + noisy))) / 2;
    info += log1p(R((noisy + learned) / s2)) / 2;
    info_b += log1p(R(noisy / s2)) / 2;
    entropy += (log_two_pi_e<R>() + log(s2 + noisy)) / 2;
    change_b += log1p(R(moved / (s2 + start))) / 2;
    change += log1p(R((moved + learned) / (s2 + start))) / 2;
  }
  const R n = R(w.inputs.rows()), m_info = value_of(q, "m_info");
  const Quantities<R> x{{"l_info", l / n},
                        {"r_info", m_info - l / n},
                        {"info_x_theta", info / n},
                        {"info_x_theta_given_b", info_b / n},
                        {"entropy_x", (entropy + l) / n},
                        {"entropy_x_given_b", entropy / n},
                        {"entropy_x_given_theta", (log_two_pi_e<R>() + log(s2)) / 2},
                        {"heat_x", -fisher},
                        {"work_x", fisher},
                        {"flow_x", change_b / n + fisher},
                        {"flow_theta", -fisher},
                        {"ep_x", R(0)},
                        {"ep_x_given_b", change_b / n + fisher},
                        {"ep_x_naive", change / n + fisher},
                        {"ep_x_path", fisher},
                        {"fisher_dissipation", fisher},
                        {"reservoir_gap", fisher - m_info},
                        {"ift_x", R(1)}};
  q.insert(q.end(), x.begin(), x.end());
}

}  // namespace

template <num::Real R>
RegressionLaw<R> law(const Regression<R>& p, const R& t) {
  using std::exp, std::expm1;
  RegressionLaw<R> w;
  Matrix<R> axes;
  w.m = eigenvalues(p, axes);
  const auto d = w.m.size();
  const R s2 = p.stddev * p.stddev;
  w.gradient = axes.transpose() * p.gradient;
  w.initial = axes.transpose() * p.initial_mean;
  w.inputs = p.inputs * axes;
  w.start = axes.transpose() * p.initial_variance.asDiagonal() * axes;
  w.curvature = w.rate = w.response = w.mean = w.spread = Vector<R>(d);
  w.dv = Matrix<R>(d, d);
  for (Eigen::Index k = 0; k < d; ++k) {
    w.curvature[k] = w.m[k] / s2 + p.weight_decay;
    w.rate[k] = p.mobility * w.curvature[k];
    if (w.m[k] == 0) w.gradient[k] = 0;
    w.response[k] = p.mobility * saturation<R>(w.rate[k], t) / s2;
    w.mean[k] = exp(-w.rate[k] * t) * w.initial[k] + w.response[k] * w.gradient[k];
    w.spread[k] = w.response[k] * w.response[k] * p.noise * w.m[k];
  }
  for (Eigen::Index k = 0; k < d; ++k)
    for (Eigen::Index l = 0; l < d; ++l) w.dv(k, l) = w.start(k, l) * expm1(-(w.rate[k] + w.rate[l]) * t);
  for (Eigen::Index k = 0; k < d; ++k) w.dv(k, k) += 2 * p.mobility * p.temperature * saturation<R>(2 * w.rate[k], t);
  w.v = w.start + w.dv;
  return w;
}

template <num::Real R>
Quantities<R> regression(const Regression<R>& problem, const R& t) {
  check(problem, t);
  const auto w = law(problem, t);
  Quantities<R> q;
  append_parameters(q, problem, w, t);
  append_losses(q, problem, w);
  append_responses(q, problem, w, t);
  return q;
}

template <num::Real R>
R condition(const Regression<R>& p) {
  using std::max;
  Matrix<R> axes;
  const Vector<R> m = eigenvalues(p, axes);
  R out = p.initial_variance.maxCoeff() / p.initial_variance.minCoeff();
  if (p.rank > 0) out *= m[m.size() - 1] / m[m.size() - p.rank];
  return out * max(R(1), R(1 / p.temperature));
}

#define CALOR_INSTANTIATE(R)                                         \
  template RegressionLaw<R> law(const Regression<R>&, const R&);     \
  template Quantities<R> regression(const Regression<R>&, const R&); \
  template R condition(const Regression<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
