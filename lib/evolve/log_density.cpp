#include "evolve/log_density.hpp"

#include <algorithm>
#include <array>
#include <boost/numeric/odeint/algebra/vector_space_algebra.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_fehlberg78.hpp>
#include <cmath>

#include "evolve/central.hpp"
#include "evolve/force_table.hpp"
#include "num/errors.hpp"

namespace calor::evolve {

namespace {

using Array = Eigen::ArrayXd;
using Eigen::Index;

constexpr int radius = 8;     // of the widest stencil
constexpr Index most = 6000;  // intervals
constexpr double stillness = 2e-14;
constexpr long most_steps = 1000000;

/// [r]: of r nodes on either side.
const std::vector<Central<double>>& stencils() {
  static const std::vector<Central<double>> all = [] {
    std::vector<Central<double>> out;
    for (int r = 0; r <= radius; ++r) out.emplace_back(r);
    return out;
  }();
  return all;
}

/// d/dx and d²/dx² of f, times spacing and spacing²; at the first and last node one-sided, exact for degree 4 and 3.
void differentiate(const Array& f, Array& first, Array& second) {
  const Index n = f.size() - 1, r = std::min<Index>(radius, n / 2), inner = n + 1 - 2 * r;
  const auto near = [&](Index i) {
    const Index reach = std::min({i, n - i, r});
    const auto& s = stencils()[static_cast<std::size_t>(reach)];
    first[i] = second[i] = 0;
    for (Index k = 1; k <= reach; ++k) {
      first[i] += s.first[static_cast<std::size_t>(k)] * (f[i + k] - f[i - k]);
      second[i] += s.second[static_cast<std::size_t>(k)] * ((f[i + k] - f[i]) + (f[i - k] - f[i]));
    }
  };
  const auto end = [&](Index i, Index step) {
    const double f0 = f[i], f1 = f[i + step], f2 = f[i + 2 * step], f3 = f[i + 3 * step], f4 = f[i + 4 * step];
    first[i] = static_cast<double>(step) * (-25 * f0 + 48 * f1 - 36 * f2 + 16 * f3 - 3 * f4) / 12;
    second[i] = (35 * f0 - 104 * f1 + 114 * f2 - 56 * f3 + 11 * f4) / 12;
  };
  end(0, 1), end(n, -1);
  for (Index i = 1; i < r; ++i) near(i), near(n - i);
  const auto& s = stencils()[static_cast<std::size_t>(r)];
  auto p = first.segment(r, inner), q = second.segment(r, inner);
  p.setZero(), q.setZero();
  const auto here = f.segment(r, inner);
  for (Index k = 1; k <= r; ++k) {
    const auto up = f.segment(r + k, inner), down = f.segment(r - k, inner);
    p += s.first[static_cast<std::size_t>(k)] * (up - down);
    q += s.second[static_cast<std::size_t>(k)] * ((up - here) + (down - here));
  }
}

/// The coordinate v in which nodes are equally spaced: theta itself or, where the loss is singular on the imaginary
/// axis only and densities go far from there, v of theta = strip sinh(v), so that far nodes lie far apart.
struct Coordinate {
  double width = 0;  // 0: v = theta

  explicit Coordinate(const Problem<double>& p) {
    const double far = std::max(std::fabs(p.grid.node(0)), std::fabs(p.grid.node(p.grid.size - 1)));
    if (p.imaginary_singularities && far > 6 * p.strip) width = p.strip;
  }
  long double theta(long double v) const { return width > 0 ? width * std::sinh(v) : v; }
  long double operator()(long double theta) const { return width > 0 ? std::asinh(theta / width) : theta; }
  /// dtheta/dv
  double stretch(double v) const { return width > 0 ? width * std::cosh(v) : 1; }
};

/// The state: S at n + 1 nodes, then the two ends of the interval of v. Rates are those of base + change: steps much
/// smaller than S would drown in its last digit otherwise.
class Motion {
 public:
  const Array* base = nullptr;

  Motion(const Problem<double>& p, double reach)
      : p_(p),
        reach_(reach),
        coordinate_(p),
        force_([&p, this](double v) { return p.force(static_cast<double>(coordinate_.theta(v))); },
               coordinate_.width > 0 ? M_PI / 2 : p.strip) {}
  Motion(const Motion&) = delete;  // force_ knows where coordinate_ is

  void operator()(const Array& change, Array& rate, double time) {
    const Index n = change.size() - 3;
    resize(n);
    rate.resize(change.size());
    const double a = (*base)[n + 1] + change[n + 1], b = (*base)[n + 2] + change[n + 2],
                 h = (b - a) / static_cast<double>(n);
    s_ = base->head(n + 1) + change.head(n + 1);
    s_[0] = s_[n] = reach_;
    theta_ = a + h * share_ * static_cast<double>(n);
    force_.evaluate(theta_, slope_, curvature_);
    if (const double w = coordinate_.width; w > 0) {
      up_ = theta_.exp();
      down_ = up_.inverse();
      theta_ = w / 2 * (up_ - down_);
      up_ = w / 2 * (up_ + down_);  // dtheta/dv
      curvature_ /= up_;
    }
    differentiate(s_, first_, second_);
    first_ /= h;
    second_ /= h * h;
    if (coordinate_.width > 0) {  // d²theta/dv² = theta
      first_ /= up_;
      second_ = (second_ - theta_ * first_) / up_.square();
      tail(0, 1, h), tail(n, -1, h);
    }
    auto r = rate.head(n + 1);
    r = p_.diffusion(time) * (second_ - first_.square()) + p_.mobility_at(time) * (slope_ * first_ - curvature_);
    if (coordinate_.width > 0) first_ *= up_;  // dS/dv
    rate[n + 1] = -r[0] / first_[0];
    rate[n + 2] = -r[n] / first_[n];
    r += first_ * (rate[n + 1] + (rate[n + 2] - rate[n + 1]) * share_);
    r[0] = r[n] = 0;
  }

 private:
  /// The derivatives next to an end, where stencils are short: those of S less a parabola in theta, which S resembles
  /// there. What they did wrong would reach far inwards where S changes much from node to node.
  void tail(Index from, Index step, double h) {
    constexpr Index size = 2 * radius + 1;
    const auto at = [&](Index j) { return from + step * j; };
    const double x0 = theta_[from], x1 = theta_[at(radius)], x2 = theta_[at(2 * radius)];
    const double slope = (s_[at(radius)] - s_[from]) / (x1 - x0);
    const double bend = ((s_[at(2 * radius)] - s_[at(radius)]) / (x2 - x1) - slope) / (x2 - x0);
    for (Array* a : {&rest_, &rest_first_, &rest_second_}) a->resize(size);
    for (Index j = 0; j < size; ++j) {
      const double x = theta_[at(j)];
      rest_[j] = s_[at(j)] - (s_[from] + (x - x0) * (slope + bend * (x - x1)));
    }
    differentiate(rest_, rest_first_, rest_second_);
    const auto sign = static_cast<double>(step);
    for (Index j = 0; j < radius; ++j) {
      const Index i = at(j);
      const double x = theta_[i], along = sign * rest_first_[j] / h / up_[i];
      first_[i] = along + slope + bend * (2 * x - x0 - x1);
      second_[i] = (rest_second_[j] / (h * h) - x * along) / (up_[i] * up_[i]) + 2 * bend;
    }
  }

  void resize(Index n) {
    if (share_.size() == n + 1) return;
    share_ = Array::LinSpaced(n + 1, 0, static_cast<double>(n)) / static_cast<double>(n);
    first_ = second_ = Array::Zero(n + 1);
  }

  const Problem<double>& p_;
  double reach_;
  Coordinate coordinate_;
  ForceTable force_;
  Array share_, s_, theta_, slope_, curvature_, first_, second_, up_, down_, rest_, rest_first_, rest_second_;
};

/// Values and slopes of nodal values f at x (in spacings from the first node) by the polynomial through 2 radius nodes
/// around it.
struct Point {
  double value, slope;
};

Point interpolate(const Array& f, double x) {
  constexpr int m = 2 * radius;
  static const std::array<double, m> weight = [] {  // barycentric: (-1)^j binomial(m-1, j)
    std::array<double, m> w{};
    double binomial = 1;
    for (int j = 0; j < m; ++j) {
      w[static_cast<std::size_t>(j)] = j % 2 ? -binomial : binomial;
      binomial *= static_cast<double>(m - 1 - j) / (j + 1);
    }
    return w;
  }();
  const Index first = std::clamp<Index>(static_cast<Index>(std::floor(x)) - radius + 1, 0, f.size() - m);
  const double at = x - static_cast<double>(first);
  const double node = std::round(at);
  const double shift = std::fabs(at - node) < 1e-9 ? (at < node ? node - 1e-9 : node + 1e-9) : at;
  double p = 0, q = 0, dp = 0, dq = 0;
  for (int j = 0; j < m; ++j) {
    const double g = 1 / (shift - j), w = weight[static_cast<std::size_t>(j)] * g;
    const double value = f[first + j];
    p += w * value, q += w;
    dp -= w * g * value, dq -= w * g;
  }
  const double value = p / q;
  return {value + (at - shift) * (dp - value * dq) / q, (dp - value * dq) / q};
}

Array resample(const Array& state, Index intervals) {
  const Index n = state.size() - 3;
  const Array s = state.head(n + 1);
  Array out(intervals + 3);
  for (Index i = 0; i <= intervals; ++i)
    out[i] = interpolate(s, static_cast<double>(i * n) / static_cast<double>(intervals)).value;
  out[0] = out[intervals] = s[0];
  out[intervals + 1] = state[n + 1];
  out[intervals + 2] = state[n + 2];
  return out;
}

/// One data set on its way.
class Walk {
 public:
  Walk(const Problem<double>& p, const LogResolution& r, double finer)
      : resolution_(r), coordinate_(p), changes_(!p.course.empty()), motion_(p, r.reach) {
    spacing_ = (coordinate_.width > 0 ? r.widening_spacing : r.spacing) / finer;
    fewest_ = r.intervals + (coordinate_.width > 0 ? 40 : 0);
    const double s0 = p.initial_stddev, norm = std::log(2 * M_PI * s0 * s0) / 2;
    const double half = s0 * std::sqrt(2 * (r.reach - norm));
    // in more than double: noise in S'' would stay as a constant
    const long double a = coordinate_(p.initial_mean - static_cast<long double>(half)),
                      b = coordinate_(p.initial_mean + static_cast<long double>(half));
    const Index n = intervals(static_cast<double>(b - a));
    if (n > most) throw AccuracyError("logarithmic: more than 6000 grid points");
    state_.resize(n + 3);
    for (Index i = 0; i <= n; ++i) {
      const long double z = (coordinate_.theta(a + (b - a) * i / n) - p.initial_mean) / s0;
      state_[i] = norm + static_cast<double>(z * z / 2);
    }
    state_[n + 1] = static_cast<double>(a);
    state_[n + 2] = static_cast<double>(b);
    lost_ = Array::Zero(n + 3);
  }

  const Array& state() const { return state_; }
  long steps() const { return steps_; }

  /// Goes to `time`; false if the steps become too short: the grid does not resolve S.
  bool advance(double time, double last) {
    while (now_ < time) {
      if (still(last)) {
        now_ = time;
        return true;
      }
      const double dt = std::min(step_, time - now_);
      if (dt < 1e-13 * (time + 1e-3) && dt < time - now_) return false;
      if (++steps_ > most_steps) throw AccuracyError("logarithmic: more than a million time steps");
      motion_.base = &state_;
      stepper_.do_step(std::ref(motion_), lost_, now_, change_, dt, error_);
      const double miss = (error_.abs() / (1 + state_.abs())).maxCoeff() / resolution_.tolerance;
      if (!(miss < 1e300) || !change_.allFinite()) {
        step_ = dt / 8;
        continue;
      }
      const double factor = std::clamp(0.9 * std::pow(miss, -0.125), 0.2, 4.0);
      if (miss > 1) {
        step_ = dt * factor;
        continue;
      }
      now_ = dt == time - now_ ? time : now_ + dt;
      next_ = state_ + change_;
      lost_ = change_ - (next_ - state_);
      state_.swap(next_);
      if (dt == step_ || factor < 1) step_ = dt * factor;
      fit();
    }
    return true;
  }

 private:
  Index intervals(double width) const {
    return std::max<Index>(fewest_, static_cast<Index>(std::ceil(width / spacing_)));
  }

  /// Keeps the spacing between two thirds of what is allowed and that.
  void fit() {
    const Index n = state_.size() - 3, wanted = intervals(state_[n + 2] - state_[n + 1]);
    if (wanted > most) throw AccuracyError("logarithmic: more than 6000 grid points");
    if (n >= wanted && n <= wanted + wanted / 2) return;
    state_ = resample(state_, wanted + wanted / 8);
    lost_ = Array::Zero(state_.size());
  }

  /// True if nothing will change any more until `last`. The slowest decay that got the rate down to here from 1 took 30
  /// of its time scales. A quarter of that time later it would have fallen by e^-7: where it has not, it is round-off.
  bool still(double last) {
    if (resting_) return true;
    if (changes_ || steps_ == 0 || steps_ % 16) return false;
    motion_.base = &state_;
    motion_(lost_, next_, now_);
    const double rate = (next_.abs() / (1 + state_.abs())).maxCoeff();
    const double left = rate * std::min(last - now_, now_ / 30);
    if (left < stillness) return true;
    if (now_ < 1.25 * looked_) return false;
    resting_ = left < 100 * stillness && rate > seen_ / 10;
    looked_ = now_, seen_ = rate;
    return resting_;
  }

  const LogResolution& resolution_;
  Coordinate coordinate_;
  double spacing_;  // of v
  Index fewest_;    // intervals
  bool changes_;    // mobility or temperature
  Motion motion_;
  boost::numeric::odeint::runge_kutta_fehlberg78<Array, double, Array, double,
                                                 boost::numeric::odeint::vector_space_algebra>
      stepper_;
  Array state_, lost_;  // S + what rounding has taken from it
  Array change_, next_, error_;
  double now_ = 0, step_ = 1e-4;
  double looked_ = 0, seen_ = 0;  // when the rate was last compared, and what it was
  bool resting_ = false;
  long steps_ = 0;
};

/// Makes the probability 1: a constant added to S is neutral, so that round-off of that kind adds up over time.
void normalise(double spacing, std::vector<double>& density, std::vector<double>& log_density) {
  double mass = 0;
  for (const double rho : density) mass += rho;
  mass *= spacing;
  if (!(std::fabs(mass - 1) < 1e-11)) return;  // no round-off: the grid is coarse or short, which a finer level shows
  for (std::size_t i = 0; i < density.size(); ++i) {
    density[i] /= mass;
    log_density[i] -= std::log(mass);
  }
}

/// Adds S at one time to the solution, on the problem's grid.
void record(const Problem<double>& p, const Walk& walk, double reach, double time, Solution<double>& out) {
  const bool start = time == 0;
  const Array& state = walk.state();
  const Index n = state.size() - 3;
  const Array s = state.head(n + 1);
  const double a = state[n + 1], b = state[n + 2], h = (b - a) / static_cast<double>(n);
  const Coordinate coordinate(p);
  const auto size = static_cast<std::size_t>(p.grid.size);
  std::vector<double> log_density(size, -num::infinity<double>()), density(size, 0.0),
      noise(size, num::infinity<double>());
  std::vector<double> slope(size, 0.0);
  for (std::size_t i = 0; i < size; ++i) {
    const double theta = p.grid.node(static_cast<int>(i));
    Point at{-p.log_initial[i], -(p.initial_mean - theta) / (p.initial_stddev * p.initial_stddev)};
    if (!start) {
      const auto v = static_cast<double>(coordinate(theta));
      if (v < a || v > b) {
        out.round_off[i] = std::max(out.round_off[i], std::exp(-reach));
        continue;
      }
      at = interpolate(s, (v - a) / h);
      at.slope /= h * coordinate.stretch(v);
    }
    log_density[i] = -at.value;
    density[i] = std::exp(-at.value);
    const double from_end = start ? 0 : std::exp(-(reach - at.value) / 2);
    // measured on Gaussians (tests/evolve/test_log_density.cpp): below 3e-14 (4 + S) at tolerance 2e-15; S + constant
    // is neutral, so it adds up there
    noise[i] = (4e-14 + from_end) * (4 + std::fabs(at.value));
    slope[i] = at.slope;
  }
  if (!start) normalise(p.grid.spacing, density, log_density);
  for (std::size_t i = 0; i < size; ++i)
    if (density[i] > 0) out.round_off[i] = std::max(out.round_off[i], noise[i] * density[i]);
  double ep = 0, medium = 0;
  const double diffusion = p.diffusion(time), temperature = diffusion / p.mobility_at(time);
  for (std::size_t i = 0; i < size; ++i) {
    const double u = slope[i] - p.slope[i] / temperature;  // J = D rho u
    ep += density[i] * u * u;
    medium -= density[i] * u * p.slope[i] / temperature;
  }
  out.ep_rate.push_back(ep * diffusion * p.grid.spacing);
  if (!p.course.empty()) out.medium_rate.push_back(medium * diffusion * p.grid.spacing);
  out.density.push_back(std::move(density));
  out.log_density.push_back(std::move(log_density));
  out.log_round_off.push_back(std::move(noise));
}

}  // namespace

Solution<double> LogDensity::solve(const Problem<double>& p, std::span<const double> times) const {
  if (!p.force) throw InternalError("logarithmic: the problem has no force");
  for (double finer = 1;; finer *= 1.5) {
    Walk walk(p, resolution_, finer);
    Solution<double> out;
    out.round_off.assign(p.loss.size(), 0);
    bool resolved = true;
    for (const double t : times) {
      resolved = walk.advance(t, times.back());
      if (!resolved) break;
      record(p, walk, resolution_.reach, t, out);
    }
    if (resolved) return out;
  }
}

}  // namespace calor::evolve
