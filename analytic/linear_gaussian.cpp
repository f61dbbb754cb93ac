#include "analytic/linear_gaussian.hpp"

#include "analytic/log_det.hpp"

namespace calor::analytic {
namespace {

using num::Matrix;
using num::Vector;

/// E[Θ_i].
template <num::Real R>
Vector<R> mean_theta(const LinearGaussian<R>& p, const LinearMoments<R>& m) {
  return m.decay.cwiseProduct(p.start_mean) + m.answer.cwiseProduct(p.gradient);
}

/// Variances of E[Θ_i|B] over B.
template <num::Real R>
Vector<R> spread(const LinearGaussian<R>& p, const LinearMoments<R>& m) {
  return m.answer.array().square() * p.gradient_variance.array();
}

template <num::Real R>
void append_parameters(Quantities<R>& q, const LinearGaussian<R>& p, const LinearMoments<R>& m,
                       const LinearExchange<R>& done) {
  using std::log;
  const Matrix<R> s = spread(p, m).asDiagonal();
  const num::Cholesky<R> root(m.v);
  const R d = R(p.parameters()), m_info = log_det_ratio<R>(root, s) / 2;
  const R trace = root.solve(s).trace(), determinant = root.log_det();
  const R given_b = (d * (log(2 * num::pi<R>()) + 1) + determinant) / 2;
  const R ep = (determinant - num::Cholesky<R>(p.start).log_det()) / 2 + done.medium;
  const LinearMoments<R> at_start(p);
  q = {{"m_info", m_info},
       {"lautum_info", trace - m_info},
       {"entropy_theta", given_b + m_info},
       {"entropy_theta_given_b", given_b},
       {"heat_theta", energy(p, m) - energy(p, at_start)},
       {"work_theta", R(0)},
       {"ep_theta", ep},
       {"ep_theta_naive", ep + m_info},
       {"ep_theta_medium", done.medium},
       {"ift_theta", R(1)}};
}

// (1/N) Σ (y_j - u_j·θ)²/2s²: the examples' squares, -g·θ and ½ Σ (h - λ) θ². Fresh examples have a g of their own.
template <num::Real R>
void append_losses(Quantities<R>& q, const LinearGaussian<R>& p, const LinearMoments<R>& m) {
  using std::log;
  const Vector<R> mean = mean_theta(p, m), s = spread(p, m);
  R test = log(2 * num::pi<R>() * p.s2) / 2 + p.square / (2 * p.s2), gap = 0;
  for (Eigen::Index i = 0; i < p.parameters(); ++i) {
    const R square = m.v(i, i) + s[i] + mean[i] * mean[i];
    test += (p.curvature[i] - p.weight_decay) / 2 * square - p.gradient[i] * mean[i];
    gap += m.answer[i] * p.gradient_variance[i];
  }
  q.emplace_back("loss_train", test - gap);
  if (p.fixed) return;
  q.emplace_back("loss_test", test);
  q.emplace_back("generalization_gap", gap);
}

/// Sums over channels, not yet weighted.
template <num::Real R>
struct Informations {
  R l = 0, x_b_given_theta = 0, x_theta = 0, x_theta_given_b = 0, x = 0, x_given_b = 0, x_given_theta = 0;
  R change = 0, change_given_b = 0;  // of S(X), S(X|B) since t = 0
};

template <num::Real R>
Informations<R> informations(const LinearGaussian<R>& p, const LinearMoments<R>& m) {
  using std::log, std::log1p;
  const Vector<R> s = spread(p, m);
  const Matrix<R> total = m.v + Matrix<R>(s.asDiagonal());
  const num::Cholesky<R> root(m.v), total_root(total);
  const R unit = log(2 * num::pi<R>()) + 1;
  Informations<R> sum;
  for (Eigen::Index j = 0; j < p.channels(); ++j) {
    const Vector<R> u = p.inputs.row(j), ax = m.ax.col(j), c = m.c.col(j);
    const Vector<R> g = p.gradient_variance;
    const R mxx = ax.cwiseProduct(ax).dot(g);
    // over B, E[y|B] answers to g by -lag
    const Vector<R> lag = m.lag.col(j), c_total = c + m.answer.cwiseProduct(g).cwiseProduct(ax),
                    cy_total = m.cy.col(j) - m.answer.cwiseProduct(g).cwiseProduct(lag);
    const R given_theta_b = p.s2 + excess_given_theta(m, root, j);
    const R given_theta =
        p.s2 + m.z[j] + lag.cwiseProduct(lag).dot(g) - cy_total.dot(total_root.solve_vector(cy_total));
    const R vx0 = p.s2 + u.dot(p.start * u);
    sum.l += log1p(R(mxx / m.vx[j])) / 2;
    sum.x_b_given_theta += log(given_theta / given_theta_b) / 2;
    sum.x_theta_given_b += log1p(R(c.dot(root.solve_vector(c)) / given_theta_b)) / 2;
    sum.x_theta += log1p(R(c_total.dot(total_root.solve_vector(c_total)) / given_theta)) / 2;
    sum.x += (unit + log(R(m.vx[j] + mxx))) / 2;
    sum.x_given_b += (unit + log(m.vx[j])) / 2;
    sum.x_given_theta += (unit + log(given_theta_b)) / 2;
    sum.change += log(R((m.vx[j] + mxx) / vx0)) / 2;
    sum.change_given_b += log(R(m.vx[j] / vx0)) / 2;
  }
  return sum;
}

template <num::Real R>
void append_x(Quantities<R>& q, const LinearGaussian<R>& p, const LinearMoments<R>& m, const LinearExchange<R>& done) {
  const auto sum = informations(p, m);
  const R w = p.weight, m_info = value_of(q, "m_info");
  R phi = 0;  // ⟨(x - u·Θ)²⟩/2s², up to a constant
  for (Eigen::Index j = 0; j < p.channels(); ++j) phi += (m.z[j] + mean_lag_square(p, m, j)) / (2 * p.s2);
  const Quantities<R> x{{"l_info", w * sum.l},
                        {"r_info", m_info - w * sum.l + w * sum.x_b_given_theta},
                        {"info_x_theta", w * sum.x_theta},
                        {"info_x_theta_given_b", w * sum.x_theta_given_b},
                        {"entropy_x", w * sum.x},
                        {"entropy_x_given_b", w * sum.x_given_b},
                        {"entropy_x_given_theta", w * sum.x_given_theta},
                        {"heat_x", done.heat_x},
                        {"work_x", done.work_x},
                        {"flow_x", done.flow_x},
                        {"flow_theta", done.flow_theta},
                        {"ep_x", done.ep_x},
                        {"ep_x_given_b", w * sum.change_given_b - done.heat_x},
                        {"ep_x_naive", w * sum.change - done.heat_x},
                        {"ep_x_path", -done.heat_x},
                        {"reservoir_gap", -done.heat_x - m_info},
                        {"_info_x_b_given_theta", w * sum.x_b_given_theta},
                        {"_phi", w * phi},
                        {"ift_x", R(1)}};
  q.insert(q.end(), x.begin(), x.end());
}

}  // namespace

template <num::Real R>
LinearMoments<R>::LinearMoments(const LinearGaussian<R>& p)
    : decay(Vector<R>::Ones(p.parameters())),
      answer(Vector<R>::Zero(p.parameters())),
      v(p.start),
      c(p.start * p.inputs.transpose()),
      cy(Matrix<R>::Zero(p.parameters(), p.channels())),
      vx(p.channels()),
      z(Vector<R>::Zero(p.channels())),
      ax(cy),
      lag(cy) {
  for (Eigen::Index j = 0; j < p.channels(); ++j) vx[j] = p.s2 + p.inputs.row(j).dot(Vector<R>(c.col(j)));
}

template <num::Real R>
R excess_given_theta(const LinearMoments<R>& m, const num::Cholesky<R>& root, Eigen::Index j) {
  const Vector<R> cy = m.cy.col(j);
  return m.z[j] - cy.dot(root.solve_vector(cy));
}

template <num::Real R>
R mean_lag_square(const LinearGaussian<R>& p, const LinearMoments<R>& m, Eigen::Index j) {
  R mean = 0, variance = 0;
  for (Eigen::Index i = 0; i < p.parameters(); ++i) {
    mean += m.lag(i, j) * p.pull(i);
    variance += m.lag(i, j) * m.lag(i, j) * p.gradient_variance[i];
  }
  return mean * mean + variance;
}

template <num::Real R>
R lag_square_given_theta(const LinearGaussian<R>& p, const LinearMoments<R>& m, const num::Cholesky<R>& root,
                         Eigen::Index j) {
  const Vector<R> cy = m.cy.col(j);
  return mean_lag_square(p, m, j) + cy.dot(root.solve_vector(cy));
}

template <num::Real R>
R info_x_theta_given_b(const LinearGaussian<R>& p, const LinearMoments<R>& m) {
  using std::log1p;
  const num::Cholesky<R> root(m.v);
  R sum = 0;
  for (Eigen::Index j = 0; j < p.channels(); ++j) {
    const Vector<R> c = m.c.col(j);
    sum += log1p(R(c.dot(root.solve_vector(c)) / (p.s2 + excess_given_theta(m, root, j)))) / 2;
  }
  return p.weight * sum;
}

// ½ h [V + E(m - g/h)²] with m - g/h = decay (m_0 - g/h); a direction of no curvature has no gradient.
template <num::Real R>
R energy(const LinearGaussian<R>& p, const LinearMoments<R>& m) {
  R sum = 0;
  for (Eigen::Index i = 0; i < p.parameters(); ++i) {
    const R& h = p.curvature[i];
    if (h != 0) sum += (h * m.v(i, i) + m.decay[i] * m.decay[i] * p.pull_square(i) / h) / 2;
  }
  return sum;
}

template <num::Real R>
R gradient_square(const LinearGaussian<R>& p, const LinearMoments<R>& m) {
  R sum = 0;
  for (Eigen::Index i = 0; i < p.parameters(); ++i)
    sum += p.curvature[i] * p.curvature[i] * m.v(i, i) + m.decay[i] * m.decay[i] * p.pull_square(i);
  return sum;
}

template <num::Real R>
Quantities<R> linear_quantities(const LinearGaussian<R>& p, const LinearMoments<R>& m, const LinearExchange<R>& done) {
  Quantities<R> q;
  append_parameters(q, p, m, done);
  append_losses(q, p, m);
  append_x(q, p, m, done);
  if (p.parameters() == 1 && p.channels() == 1) {  // for mixtures
    const R s = spread(p, m)[0], a = m.ax(0, 0), g = p.gradient_variance[0];
    const Quantities<R> hidden{{"_variance_theta", m.v(0, 0)},
                               {"_total_theta", m.v(0, 0) + s},
                               {"_total_x", m.vx[0] + a * a * g},
                               {"_total_theta_x", m.c(0, 0) + m.answer[0] * g * a}};
    q.insert(q.end(), hidden.begin(), hidden.end());
  }
  return q;
}

#define CALOR_INSTANTIATE(R)                                                                                       \
  template struct LinearMoments<R>;                                                                                \
  template R excess_given_theta<R>(const LinearMoments<R>&, const num::Cholesky<R>&, Eigen::Index);                \
  template R lag_square_given_theta<R>(const LinearGaussian<R>&, const LinearMoments<R>&, const num::Cholesky<R>&, \
                                       Eigen::Index);                                                              \
  template R mean_lag_square<R>(const LinearGaussian<R>&, const LinearMoments<R>&, Eigen::Index);                  \
  template R info_x_theta_given_b<R>(const LinearGaussian<R>&, const LinearMoments<R>&);                           \
  template R energy<R>(const LinearGaussian<R>&, const LinearMoments<R>&);                                         \
  template R gradient_square<R>(const LinearGaussian<R>&, const LinearMoments<R>&);                                \
  template Quantities<R> linear_quantities<R>(const LinearGaussian<R>&, const LinearMoments<R>&,                   \
                                              const LinearExchange<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
