#include "analytic/linear_flow.hpp"

#include <algorithm>

#include "analytic/exponentials.hpp"
#include "num/decompose.hpp"
#include "num/errors.hpp"

// Equations, given B, in the eigenbasis of M (h_i curvatures, u a channel, y = x - u·Θ its lag):
//   e_i' = -μ h_i e_i; E[Θ_i|B] = e_i m_0i + (1 - e_i)/h_i g_i
//   V_ij = e_i e_j V_ij(0) + δ_ij n_i; n_i' = -2μh_i n_i + 2μT
//   C_i = Cov(Θ_i, x): C_i' = -(μh_i + γ) C_i + γ (V u)_i
//   c_i = Cov(Θ_i, y): c_i' = -(μh_i + γ) c_i + μ Σ_k V_ik h_k u_k - 2μT u_i
//   Var(x)' = -2γ Var(x) + 2γ (u·C + s²)
//   z = Var(y) - s²: z' = -2γ z + 2μ Σ_k h_k u_k c_k + 2μT |u|²
//   E[x|B] answers to g_i by a_i: a_i' = -γ a_i + γ u_i (1 - e_i)/h_i
//   E[y|B] = Σ l_i r_i with r = h m_0 - g, the gradient at the mean of the start: l_i' = -γ l_i + μ u_i e_i
// Rates, σ² = Var(x|Θ,B), k = cᵀV⁻¹c, o² = ⟨E[y|Θ,B]²⟩ (theory.md sections 5 and 6):
//   heat_x   -γ (⟨y²⟩ - s²)/s²            work_x  ½ d⟨y²⟩/dt at fixed x, over s²
//   ep_x     γ [o²/s² + (σ² - s²)²/(s²σ²)]
//   flow_x   ½ d ln Var(x|B)/dt - ½ d ln σ²/dt at fixed Θ  =  γ [(σ² - s²)/σ² - (z + u·c)/Var(x)]
//   flow_theta  ½ d (ln det V - ln det Cov(Θ|x,B))/dt at fixed x  =  -μT |V⁻¹C|²/σ²
//   medium   -(dQ/dt)/T = (μ/T)(⟨|∇L|²⟩ - T Σ h)
//   ⟨|ν|²⟩/μT = (μ/T)(⟨|∇L|²⟩ - 2T Σ h + T² tr V⁻¹), ν = -μ(∇L + T ∇ln ρ)
namespace calor::analytic {
namespace {

using num::Matrix;
using num::Vector;

template <num::Real R>
class Course {
 public:
  explicit Course(const std::vector<CourseStretch<R>>& stretches) : stretches_(stretches) {}

  const CourseStretch<R>& at(const R& t) const {
    std::size_t k = 0;
    while (k + 1 < stretches_.size() && stretches_[k + 1].start <= t) ++k;
    return stretches_[k];
  }

  /// The end of the stretch of t, or `most` if that comes first.
  R end(const R& t, const R& most) const {
    for (const auto& s : stretches_)
      if (s.start > t) return std::min(s.start, most);
    return most;
  }

  static R mobility(const CourseStretch<R>& s, const R& t) { return s.mobility + s.mobility_slope * (t - s.start); }
  static R temperature(const CourseStretch<R>& s, const R& t) {
    return s.temperature + s.temperature_slope * (t - s.start);
  }

  /// ∫μ over part of one stretch.
  static R clock(const CourseStretch<R>& s, const R& from, const R& to) {
    return (to - from) * mobility(s, R((from + to) / 2));
  }

 private:
  const std::vector<CourseStretch<R>>& stretches_;
};

template <num::Real R>
R most_of(const std::vector<CourseStretch<R>>& course, R CourseStretch<R>::*value) {
  R most = 0;
  for (const auto& s : course) most = std::max(most, R(s.*value));
  return most;
}

/// The shortest time in which anything changes after a kink.
template <num::Real R>
R shortest(const LinearGaussian<R>& p, const std::vector<CourseStretch<R>>& course, const std::optional<R>& rate) {
  const R mobility = most_of(course, &CourseStretch<R>::mobility),
          noise = 2 * mobility * most_of(course, &CourseStretch<R>::temperature);
  R sum = mobility * p.curvature.maxCoeff() + noise / num::symmetric_eigenvalues<R>(p.start)[0];
  R loudest = 0;
  for (Eigen::Index j = 0; j < p.channels(); ++j) loudest = std::max(loudest, R(p.inputs.row(j).squaredNorm()));
  if (rate) sum += *rate + noise * loudest / p.s2;
  return 1 / (4 * sum);
}

/// A stretch of time on which everything is smooth.
template <num::Real R>
struct Panel {
  const CourseStretch<R>& stretch;
  R from, to;
  Vector<R> times, mobility, temperature;
  R length() const { return to - from; }
};

/// Calls `use(panel)` for panels from `from` to `to`; `kink`: time of the last kink, kept from call to call.
template <num::Real R, class Use>
void over_panels(const Course<R>& course, const TimePanel<R>& rule, const R& first, double growth, const R& from,
                 const R& to, R& kink, const Use& use) {
  using std::abs, std::max, std::min;
  for (R t = from; t < to;) {
    const auto& s = course.at(t);
    if (s.start == t) kink = t;
    const R end = course.end(t, to);
    R length = max(first, R(R(growth) * (t - kink)));
    const auto bounded = [&](const R& value, const R& slope) {  // relative changes of a schedule that comes near 0
      if (slope != 0) length = min(length, R(max(R(first / 16), R(value / abs(slope) / 2))));
    };
    bounded(Course<R>::mobility(s, t), s.mobility_slope);
    bounded(Course<R>::temperature(s, t), s.temperature_slope);
    const bool last = t + length * R(1.1) >= end;
    const R next = last ? end : R(t + length);
    Panel<R> panel{s, t, next, {}, Vector<R>(rule.size()), Vector<R>(rule.size())};
    panel.times = (t + (next - t) * rule.nodes().array()).matrix();
    for (Eigen::Index k = 0; k < rule.size(); ++k) {
      panel.mobility[k] = Course<R>::mobility(s, panel.times[k]);
      panel.temperature[k] = Course<R>::temperature(s, panel.times[k]);
    }
    use(panel);
    t = next;
  }
}

template <num::Real R>
struct Rates {
  Vector<R> heat_x, work_x, flow_x, flow_theta, ep_x, medium, dissipated, fisher;
  explicit Rates(Eigen::Index n)
      : heat_x(n), work_x(n), flow_x(n), flow_theta(n), ep_x(n), medium(n), dissipated(n), fisher(n) {}
};

template <num::Real R>
class Flow {
 public:
  Flow(const LinearGaussian<R>& p, const std::vector<CourseStretch<R>>& course, const std::optional<R>& rate,
       const TimeResolution& resolution)
      : p_(p),
        course_(course),
        rate_(rate),
        growth_(resolution.growth),
        rule_(resolution.order),
        first_(shortest(p, course, rate)),
        now_(p),
        noise_(Vector<R>::Zero(p.parameters())),
        info_start_(info_x_theta_given_b(p, now_)) {}

  Quantities<R> at(const R& t) {
    over_panels(course_, rule_, first_, growth_, time_, t, kink_, [this](const Panel<R>& panel) { pass(panel); });
    time_ = t;
    auto done = done_;
    if (!rate_) {
      done.work_x = fisher_;
      done.heat_x = done.flow_theta = -fisher_;
      done.flow_x = info_x_theta_given_b(p_, now_) - info_start_ + fisher_;
    }
    auto q = linear_quantities(p_, now_, done);
    const R ep = value_of(q, "ep_theta");
    q.emplace_back("ep_theta_housekeeping", R(0));  // the drift is a gradient
    q.emplace_back("ep_theta_excess", ep);
    q.emplace_back("fisher_dissipation", fisher_);
    q.emplace_back("_ep_currents", done.dissipated);
    return q;
  }

 private:
  void pass(const Panel<R>& panel) {
    auto moments = parameters(panel);
    if (rate_)
      lagging(panel, moments);
    else
      for (auto& m : moments) at_equilibrium(m);
    const auto rates = rates_of(panel, moments);
    const R h = panel.length();
    done_.heat_x += rule_.integral(rates.heat_x, h);
    done_.work_x += rule_.integral(rates.work_x, h);
    done_.flow_x += rule_.integral(rates.flow_x, h);
    done_.flow_theta += rule_.integral(rates.flow_theta, h);
    done_.ep_x += rule_.integral(rates.ep_x, h);
    done_.medium += rule_.integral(rates.medium, h);
    done_.dissipated += rule_.integral(rates.dissipated, h);
    fisher_ += rule_.integral(rates.fisher, h);
    clock_ += Course<R>::clock(panel.stretch, panel.from, panel.to);
    now_ = moments.back();
  }

  /// Θ's part of the moments at the nodes.
  std::vector<LinearMoments<R>> parameters(const Panel<R>& panel) {
    using std::exp;
    const auto n = rule_.size();
    std::vector<LinearMoments<R>> out(static_cast<std::size_t>(n), now_);
    Matrix<R> noise(n, p_.parameters());
    for (Eigen::Index i = 0; i < p_.parameters(); ++i) {
      noise.col(i) =
          rule_.solve(2 * p_.curvature[i] * panel.mobility, 2 * panel.mobility.cwiseProduct(panel.temperature),
                      Matrix<R>::Constant(1, 1, noise_[i]), panel.length());
    }
    for (Eigen::Index k = 0; k < n; ++k) {
      auto& m = out[static_cast<std::size_t>(k)];
      const R clock = clock_ + Course<R>::clock(panel.stretch, panel.from, panel.times[k]);
      for (Eigen::Index i = 0; i < p_.parameters(); ++i) {
        m.decay[i] = exp(-p_.curvature[i] * clock);
        m.answer[i] = saturation<R>(p_.curvature[i], clock);
      }
      m.v = m.decay.asDiagonal() * p_.start * m.decay.asDiagonal();
      m.v.diagonal() += noise.row(k).transpose();
    }
    noise_ = noise.row(n - 1);
    return out;
  }

  void at_equilibrium(LinearMoments<R>& m) const {
    m.c = m.v * p_.inputs.transpose();
    for (Eigen::Index j = 0; j < p_.channels(); ++j) {
      const Vector<R> u = p_.inputs.row(j);
      m.vx[j] = p_.s2 + u.dot(Vector<R>(m.c.col(j)));
      m.ax.col(j) = u.cwiseProduct(m.answer);
    }
  }

  void lagging(const Panel<R>& panel, std::vector<LinearMoments<R>>& moments) const {
    const auto n = rule_.size(), p = p_.parameters(), channels = p_.channels();
    const R rate = *rate_;
    const Vector<R> twice = 2 * panel.mobility.cwiseProduct(panel.temperature);
    const auto node = [&](Eigen::Index k) -> LinearMoments<R>& { return moments[static_cast<std::size_t>(k)]; };
    for (Eigen::Index i = 0; i < p; ++i) {
      Matrix<R> source(n, 2 * channels), start(1, 2 * channels);
      for (Eigen::Index j = 0; j < channels; ++j) {
        const Vector<R> u = p_.inputs.row(j), hu = p_.curvature.cwiseProduct(u);
        start(0, j) = now_.c(i, j), start(0, channels + j) = now_.cy(i, j);
        for (Eigen::Index k = 0; k < n; ++k) {
          const Vector<R> row = node(k).v.row(i);
          source(k, j) = rate * row.dot(u);
          source(k, channels + j) = panel.mobility[k] * row.dot(hu) - twice[k] * u[i];
        }
      }
      const Matrix<R> out =
          rule_.solve(Vector<R>(p_.curvature[i] * panel.mobility.array() + rate), source, start, panel.length());
      for (Eigen::Index k = 0; k < n; ++k)
        node(k).c.row(i) = out.row(k).head(channels), node(k).cy.row(i) = out.row(k).tail(channels);
    }
    Matrix<R> squares(n, 2 * channels), squares_start(1, 2 * channels);
    Matrix<R> means(n, 2 * p * channels), means_start(1, 2 * p * channels);
    for (Eigen::Index j = 0; j < channels; ++j) {
      const Vector<R> u = p_.inputs.row(j), hu = p_.curvature.cwiseProduct(u);
      squares_start(0, j) = now_.vx[j], squares_start(0, channels + j) = now_.z[j];
      for (Eigen::Index k = 0; k < n; ++k) {
        const Vector<R> c = node(k).c.col(j), cy = node(k).cy.col(j);
        squares(k, j) = 2 * rate * (u.dot(c) + p_.s2);
        squares(k, channels + j) = 2 * panel.mobility[k] * hu.dot(cy) + twice[k] * u.squaredNorm();
      }
      for (Eigen::Index i = 0; i < p; ++i) {
        const Eigen::Index a = j * p + i, l = (channels + j) * p + i;
        means_start(0, a) = now_.ax(i, j), means_start(0, l) = now_.lag(i, j);
        for (Eigen::Index k = 0; k < n; ++k) {
          means(k, a) = rate * u[i] * node(k).answer[i];
          means(k, l) = panel.mobility[k] * u[i] * node(k).decay[i];
        }
      }
    }
    const Matrix<R> second = rule_.solve(Vector<R>::Constant(n, 2 * rate), squares, squares_start, panel.length()),
                    first = rule_.solve(Vector<R>::Constant(n, rate), means, means_start, panel.length());
    for (Eigen::Index k = 0; k < n; ++k) {
      auto& m = node(k);
      m.vx = second.row(k).head(channels), m.z = second.row(k).tail(channels);
      for (Eigen::Index j = 0; j < channels; ++j)
        for (Eigen::Index i = 0; i < p; ++i)
          m.ax(i, j) = first(k, j * p + i), m.lag(i, j) = first(k, (channels + j) * p + i);
    }
  }

  Rates<R> rates_of(const Panel<R>& panel, const std::vector<LinearMoments<R>>& moments) const {
    Rates<R> out(rule_.size());
    const R trace = p_.curvature.sum(), loudness = p_.weight * p_.inputs.squaredNorm() / p_.s2;
    for (Eigen::Index k = 0; k < rule_.size(); ++k) {
      const auto& m = moments[static_cast<std::size_t>(k)];
      const num::Cholesky<R> root(m.v);
      const R mu = panel.mobility[k], t = panel.temperature[k], square = gradient_square(p_, m);
      const R sharpness = root.solve(Matrix<R>::Identity(p_.parameters(), p_.parameters())).trace();
      out.medium[k] = mu * (square / t - trace);
      out.dissipated[k] = mu * (square / t - 2 * trace + t * sharpness);
      out.fisher[k] = mu * t * loudness;
      out.heat_x[k] = out.work_x[k] = out.flow_x[k] = out.flow_theta[k] = out.ep_x[k] = 0;
      if (rate_)
        for (Eigen::Index j = 0; j < p_.channels(); ++j) add_channel(out, k, m, root, mu, t, j);
    }
    return out;
  }

  void add_channel(Rates<R>& out, Eigen::Index k, const LinearMoments<R>& m, const num::Cholesky<R>& root, const R& mu,
                   const R& t, Eigen::Index j) const {
    const Vector<R> u = p_.inputs.row(j), c = m.c.col(j), cy = m.cy.col(j);
    const R w = p_.weight, rate = *rate_, s2 = p_.s2;
    const R over = excess_given_theta(m, root, j), sigma2 = s2 + over;
    R pulled = 0, mean = 0;  // E over B of Σ u_i e_i r_i E[y|B]
    for (Eigen::Index i = 0; i < p_.parameters(); ++i) mean += m.lag(i, j) * p_.pull(i);
    for (Eigen::Index i = 0; i < p_.parameters(); ++i)
      pulled += u[i] * m.decay[i] * (m.lag(i, j) * p_.gradient_variance[i] + p_.pull(i) * mean);
    out.heat_x[k] -= w * rate * (m.z[j] + mean_lag_square(p_, m, j)) / s2;
    out.work_x[k] += w * mu * (p_.curvature.cwiseProduct(u).dot(cy) + t * u.squaredNorm() + pulled) / s2;
    out.flow_x[k] += w * rate * (over / sigma2 - (m.z[j] + u.dot(cy)) / m.vx[j]);
    out.flow_theta[k] -= w * mu * t * root.solve_vector(c).squaredNorm() / sigma2;
    out.ep_x[k] += w * rate * (lag_square_given_theta(p_, m, root, j) + over * over / sigma2) / s2;
  }

  const LinearGaussian<R>& p_;
  Course<R> course_;
  std::optional<R> rate_;
  double growth_;
  TimePanel<R> rule_;
  R first_, time_ = 0, kink_ = 0, clock_ = 0, fisher_ = 0;
  LinearMoments<R> now_;
  Vector<R> noise_;
  LinearExchange<R> done_;
  R info_start_;
};

template <num::Real R>
void check(const LinearGaussian<R>& p, const std::vector<CourseStretch<R>>& course) {
  const auto need = [](bool ok, const char* what) {
    if (!ok) throw InputError(std::string("linear learner: ") + what);
  };
  need(p.parameters() > 0 && p.inputs.cols() == p.parameters() && p.gradient.size() == p.parameters() &&
           p.gradient_variance.size() == p.parameters() && p.start_mean.size() == p.parameters() &&
           p.start.rows() == p.parameters() && p.start.cols() == p.parameters(),
       "shapes do not agree");
  need(p.s2 > 0 && p.curvature.minCoeff() >= 0, "s² must be > 0 and curvatures >= 0");
  need(!course.empty() && course.front().start == 0, "the course must begin at 0");
}

}  // namespace

template <num::Real R>
std::vector<Quantities<R>> linear_flow(const LinearGaussian<R>& problem, const std::vector<CourseStretch<R>>& course,
                                       const std::optional<R>& rate, const std::vector<R>& points,
                                       const TimeResolution& resolution) {
  check(problem, course);
  Flow<R> flow(problem, course, rate, resolution);
  std::vector<Quantities<R>> out;
  for (const R& t : points) out.push_back(flow.at(t));
  return out;
}

template <num::Real R>
LinearMove<R> linear_move(const LinearGaussian<R>& p, const std::vector<CourseStretch<R>>& stretches, const R& from,
                          const R& to, const TimePanel<R>& rule, double growth) {
  using std::exp;
  check(p, stretches);
  const auto d = p.parameters();
  const R first = shortest(p, stretches, std::optional<R>());
  LinearMove<R> out{Vector<R>::Ones(d), Vector<R>::Zero(d), Vector<R>::Zero(d),
                    Vector<R>::Zero(d), Vector<R>::Zero(d), R(0)};
  R kink = from;
  over_panels(Course<R>(stretches), rule, first, growth, from, to, kink, [&](const Panel<R>& panel) {
    for (Eigen::Index i = 0; i < d; ++i) {
      const R& h = p.curvature[i];
      const Vector<R> noise = rule.solve(2 * h * panel.mobility, 2 * panel.mobility.cwiseProduct(panel.temperature),
                                         Matrix<R>::Constant(1, 1, out.noise[i]), panel.length());
      Vector<R> forgetting(rule.size());
      for (Eigen::Index k = 0; k < rule.size(); ++k) {
        const R clock = out.clock + Course<R>::clock(panel.stretch, panel.from, panel.times[k]);
        forgetting[k] = panel.mobility[k] / panel.temperature[k] * exp(-2 * h * clock);
      }
      out.forgetting[i] += rule.integral(forgetting, panel.length());
      out.noisy[i] +=
          rule.integral(Vector<R>(noise.cwiseProduct(panel.mobility.cwiseQuotient(panel.temperature))), panel.length());
      out.noise[i] = noise[rule.size() - 1];
    }
    out.clock += Course<R>::clock(panel.stretch, panel.from, panel.to);
  });
  for (Eigen::Index i = 0; i < d; ++i) {
    out.decay[i] = exp(-p.curvature[i] * out.clock);
    out.answer[i] = saturation<R>(p.curvature[i], out.clock);
  }
  return out;
}

#define CALOR_INSTANTIATE(R)                                                                                         \
  template std::vector<Quantities<R>> linear_flow<R>(const LinearGaussian<R>&, const std::vector<CourseStretch<R>>&, \
                                                     const std::optional<R>&, const std::vector<R>&,                 \
                                                     const TimeResolution&);                                         \
  template LinearMove<R> linear_move<R>(const LinearGaussian<R>&, const std::vector<CourseStretch<R>>&, const R&,    \
                                        const R&, const TimePanel<R>&, double);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
