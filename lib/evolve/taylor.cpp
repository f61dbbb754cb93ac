#include "evolve/taylor.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "evolve/sinc.hpp"
#include "num/eigen.hpp"
#include "num/errors.hpp"

namespace calor::evolve {

namespace {

using num::Matrix;
using num::Vector;

/// What the equation is made of, on the nodes.
template <Real R>
struct Operator {
  Matrix<R> first, second;  // d/dtheta, d²/dtheta²
  Vector<R> slope;          // L'
  Vector<R> drift;          // L'' + g' L'
  Vector<R> g, g_slope;     // g, g'
  Vector<R> potential;      // g'' + g'²
};

template <Real R>
Vector<R> mapped(const std::vector<R>& v) {
  return Eigen::Map<const Vector<R>>(v.data(), static_cast<Eigen::Index>(v.size()));
}

/// 1/2T*: psi_0 may exceed rho_0's top by `allowed` only, else round-off does.
template <Real R>
R weight_exponent(const Problem<R>& p, const R& allowed) {
  using std::log;
  const R lowest = *std::min_element(p.loss.begin(), p.loss.end());
  const R initial = *std::max_element(p.log_initial.begin(), p.log_initial.end());
  R beta = 1 / (2 * p.temperature);
  for (int k = 0; k < 40; ++k, beta *= R(0.75)) {
    R top = -num::infinity<R>();
    for (std::size_t i = 0; i < p.loss.size(); ++i)
      top = std::max(top, R(p.log_initial[i] + beta * (p.loss[i] - lowest)));
    if (top - initial <= log(allowed)) return beta;
  }
  return R(0);
}

template <Real R>
Operator<R> make_operator(const Problem<R>& p) {
  const auto n = static_cast<Eigen::Index>(p.grid.size);
  const R h = p.grid.spacing, beta = weight_exponent<R>(p, R(100));
  Operator<R> out{Matrix<R>(n, n), Matrix<R>(n, n), mapped(p.slope), {}, {}, {}, {}};
  for (Eigen::Index j = 0; j < n; ++j)
    for (Eigen::Index i = 0; i < n; ++i) {
      out.first(i, j) = sinc_first<R>(static_cast<int>(i - j)) / h;
      out.second(i, j) = sinc_second<R>(static_cast<int>(i - j)) / (h * h);
    }
  const Vector<R> loss = mapped(p.loss), curvature = mapped(p.curvature);
  out.g = -beta * (loss.array() - loss.minCoeff());
  out.g_slope = -beta * out.slope;
  out.drift = curvature + out.g_slope.cwiseProduct(out.slope);
  out.potential = -beta * curvature + out.g_slope.cwiseAbs2();
  return out;
}

/// The polynomial psi(start + length x), 0 <= x <= 1.
template <Real R>
struct Arc {
  R start, length;
  std::vector<Vector<R>> terms;

  Vector<R> at(const R& t) const {
    const R x = (t - start) / length;
    Vector<R> sum = terms.back();
    for (std::size_t k = terms.size() - 1; k-- > 0;) {
      sum *= x;
      sum += terms[k];
    }
    return sum;
  }
};

template <Real R>
class TaylorFlow {
 public:
  TaylorFlow(const Problem<R>& problem, const Operator<R>& op) : op_(op) {
    using std::fabs;
    const R wave = num::pi<R>() / problem.grid.spacing;
    drift_bound_ = op.slope.cwiseAbs().maxCoeff() * wave + op.drift.cwiseAbs().maxCoeff();
    diffusion_bound_ = wave * wave + 2 * op.g_slope.cwiseAbs().maxCoeff() * wave + op.potential.cwiseAbs().maxCoeff();
  }

  /// The longest arc from `start` within `stretch` that ends by `end`.
  Arc<R> arc(const Stretch<R>& stretch, const R& start, const R& end, const Vector<R>& psi) {
    // e^radius is what round-off in the largest term can grow by, at worst
    const double radius = 2.5 + 0.12 * num::digits10<R>();
    const auto bound = [&](const R& t) {
      const R mu = stretch.mobility.at(t - stretch.start), d = mu * stretch.temperature.at(t - stretch.start);
      return R(mu * drift_bound_ + d * diffusion_bound_);
    };
    R length = end - start;
    const R fastest = std::max(bound(start), bound(R(start + length)));  // linear times linear: close to its largest
    if (length * fastest > R(radius)) length = R(radius) / fastest;
    for (int halvings = 0; halvings < 20; ++halvings, length /= 2) {
      Arc<R> out{start, length, {psi}};
      if (expand(stretch, out)) return out;
    }
    throw AccuracyError("Taylor: the series in time does not converge");
  }

 private:
  bool expand(const Stretch<R>& stretch, Arc<R>& arc) const {
    const R elapsed = arc.start - stretch.start, &tau = arc.length;
    const R m0 = stretch.mobility.at(elapsed), m1 = stretch.mobility.slope * tau;
    const R t0 = stretch.temperature.at(elapsed), t1 = stretch.temperature.slope * tau;
    const std::array<R, 3> mu{m0, m1, R(0)}, diffusion{m0 * t0, m0 * t1 + m1 * t0, m1 * t1};
    const std::size_t most = 40 + static_cast<std::size_t>(2 * num::digits10<R>());
    const R scale = arc.terms.front().norm();
    std::array<Vector<R>, 3> a, d;  // A c, K c of the last three terms, newest first
    while (arc.terms.size() < most) {
      const Vector<R>& c = arc.terms.back();
      a = {Vector<R>(), std::move(a[0]), std::move(a[1])};
      d = {Vector<R>(), std::move(d[0]), std::move(d[1])};
      const Vector<R> gradient = op_.first * c;
      a[0] = op_.slope.cwiseProduct(gradient) + op_.drift.cwiseProduct(c);
      d[0] = op_.second * c + 2 * op_.g_slope.cwiseProduct(gradient) + op_.potential.cwiseProduct(c);
      Vector<R> next = mu[0] * a[0] + diffusion[0] * d[0];
      for (std::size_t j = 1; j < std::min<std::size_t>(3, arc.terms.size()); ++j)
        next += mu[j] * a[j] + diffusion[j] * d[j];
      next *= tau / static_cast<int>(arc.terms.size());
      const R size = next.norm(), before = c.norm();
      arc.terms.push_back(std::move(next));
      if (!(size < 1e3 * scale)) return false;
      if (size + before < num::epsilon<R>() / 8 * scale && arc.terms.size() > 4) return true;
    }
    return false;
  }

  const Operator<R>& op_;
  R drift_bound_, diffusion_bound_;
};

template <Real R>
std::vector<Vector<R>> evolve(const Problem<R>& p, const Operator<R>& op, Vector<R> psi, std::span<const R> times,
                              int& arcs) {
  TaylorFlow<R> flow(p, op);
  std::vector<Stretch<R>> course = p.course;
  if (course.empty()) course.push_back({R(0), {p.mobility, R(0)}, {p.temperature, R(0)}});
  std::vector<Vector<R>> out;
  std::size_t next = 0, k = 0;
  R now = 0;
  for (; next < times.size() && times[next] <= now; ++next) out.push_back(psi);
  while (next < times.size()) {
    while (k + 1 < course.size() && course[k + 1].start <= now) ++k;
    const R end = k + 1 < course.size() ? std::min(course[k + 1].start, times.back()) : times.back();
    const auto arc = flow.arc(course[k], now, end, psi);
    ++arcs;
    const bool whole = arc.length == end - now;
    now = whole ? end : R(now + arc.length);
    psi = arc.at(now);
    for (; next < times.size() && times[next] <= now; ++next) out.push_back(arc.at(times[next]));
  }
  return out;
}

}  // namespace

template <Real R>
Solution<R> Taylor<R>::solve(const Problem<R>& p, std::span<const R> times) const {
  using std::exp, std::fabs, std::log, std::sqrt;
  const auto op = make_operator(p);
  const auto n = static_cast<Eigen::Index>(p.grid.size);
  const R h = p.grid.spacing;
  const Vector<R> root = op.g.array().exp(), start = (mapped(p.log_initial) - op.g).array().exp();
  int arcs = 0;
  const auto psi = evolve(p, op, start, times, arcs);

  Solution<R> out;
  R top = 0, drift = 0;
  for (const auto& state : psi) top = std::max(top, R(state.norm()));
  // Heuristic: each arc adds round-off of a few epsilon of its largest terms; tests/run judge it
  const R noise = num::epsilon<R>() * top * (8 + 2 * sqrt(R(arcs)));
  for (std::size_t j = 0; j < psi.size(); ++j) {
    const bool at_start = times[j] == 0;
    const R mass = h * root.dot(psi[j]);
    const bool conserved = fabs(mass - 1) < R(1e-4);
    if (conserved && !at_start) drift = std::max(drift, R(fabs(mass - 1)));
    const R scale = conserved ? R(1 / mass) : R(1);
    const Vector<R> state = scale * psi[j], gradient = op.first * state;
    const auto& stretch =
        p.course.empty() ? Stretch<R>{R(0), {p.mobility, R(0)}, {p.temperature, R(0)}} : p.stretch(times[j]);
    const R mobility = stretch.mobility.at(times[j] - stretch.start),
            temperature = stretch.temperature.at(times[j] - stretch.start);
    std::vector<R> density(p.grid.size), log_density(p.grid.size), log_noise(p.grid.size);
    R ep = 0, medium = 0;
    for (Eigen::Index i = 0; i < n; ++i) {
      const auto k = static_cast<std::size_t>(i);
      const R& value = state[i];
      density[k] = at_start ? R(exp(p.log_initial[k])) : R(root[i] * value);
      log_density[k] = at_start ? p.log_initial[k] : value > 0 ? R(op.g[i] + log(value)) : R(-num::infinity<R>());
      log_noise[k] = at_start            ? 8 * num::epsilon<R>() * (1 + fabs(p.log_initial[k]))
                     : value > 2 * noise ? R(noise / (value - noise) + 4 * num::epsilon<R>() * (1 + fabs(op.g[i])))
                                         : num::infinity<R>();
      // J = -D e^g u, u = psi' + g' psi + (L'/T) psi
      const R u = gradient[i] + (op.g_slope[i] + op.slope[i] / temperature) * value;
      medium += root[i] * op.slope[i] * u;
      if (value > noise) ep += root[i] * u * u / value;
    }
    out.ep_rate.push_back(mobility * temperature * h * ep);
    out.medium_rate.push_back(mobility * h * medium);
    out.density.push_back(std::move(density));
    out.log_density.push_back(std::move(log_density));
    out.log_round_off.push_back(std::move(log_noise));
  }
  for (Eigen::Index i = 0; i < n; ++i) out.round_off.push_back(noise * root[i]);
  for (const auto& density : out.density)
    for (std::size_t i = 0; i < density.size(); ++i)
      out.round_off[i] = std::max(out.round_off[i], R(noise * root[static_cast<Eigen::Index>(i)] +
                                                      (drift + 4 * num::epsilon<R>()) * fabs(density[i])));
  return out;
}

#define CALOR_INSTANTIATE(R) template class Taylor<R>;
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::evolve
