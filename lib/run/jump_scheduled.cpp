// A jump learner whose temperature changes: dp/dt = W(t) p with rates Gamma a(dL/T(t)), T linear on each piece, and X's
// constant rates beside them. Taylor series in time: those of the rates come from the differential equations of the
// acceptances,
//   e^{-cu}: y' = -c u' y,    1/(1+e^u): y' = -u' y (1 - y),    u = dL/T,
// those of p from (k+1) p_{k+1} = tau sum_j W_j p_{k-j}. Rates that are not linear in p are integrated by
// Gauss–Legendre panels that are halved until they agree with a coarser rule.

#include <algorithm>
#include <array>

#include "learner/course.hpp"
#include "num/errors.hpp"
#include "run/jump_moves.hpp"
#include "run/timed_jumps.hpp"

namespace calor::run {

namespace {

constexpr double most_arcs = 3e5;

template <Real R>
using Series = std::vector<R>;

/// Coefficient k of the product of two series.
template <Real R>
R product(const Series<R>& a, const Series<R>& b, std::size_t k) {
  R sum = 0;
  for (std::size_t j = 0; j <= k; ++j) sum += a[j] * b[k - j];
  return sum;
}

/// a(u(x)) to `terms` terms, u_0 = u, u_k = u_{k-1} ratio.
template <Real R>
Series<R> acceptance_series(const std::string& kind, const R& u, const R& ratio, std::size_t terms) {
  Series<R> y{learner::acceptance<R>(kind, u)};
  if (ratio == 0) return y;
  if (kind == "metropolis" && u <= 0) return y;
  const R c = kind == "arrhenius" ? R(0.5) : R(1);
  Series<R> slope, change;  // k u_k; y or y (1 - y)
  R power = u;
  for (std::size_t k = 1; k < terms; ++k) {
    power *= ratio;
    slope.push_back(power * static_cast<int>(k));
    change.push_back(kind == "heat-bath" ? R(y[k - 1] - product(y, y, k - 1)) : y[k - 1]);
    y.push_back(-c * product(slope, change, k - 1) / static_cast<int>(k));
  }
  return y;
}

/// p(t) = sum_k p_k x^k, x = (t - start)/length, and the rates' series.
template <Real R>
struct Arc {
  R start, length, temperature, warming;  // T at the start, its slope per unit of x
  std::vector<Vector<R>> p;
  std::vector<Series<R>> up, down;  // [edge]

  Vector<R> at(const R& x) const {
    Vector<R> sum = p.back();
    for (std::size_t k = p.size() - 1; k-- > 0;) sum = sum * x + p[k];
    return sum;
  }
};

template <Real R>
class ScheduledChain {
 public:
  ScheduledChain(const JumpSetting<R>& s, const Vector<R>& loss, const std::vector<CountedJump<R>>& jumps, int states)
      : s_(s), loss_(loss), jumps_(jumps), states_(states) {
    Vector<R> out = Vector<R>::Zero(states);
    for (const auto& j : jumps)
      if (j.edge < 0) out[j.from] += j.rate;
    constant_ = out.maxCoeff();
  }

  /// An arc from `start` towards `end` within the piece.
  Arc<R> arc(const learner::Piece<R>& piece, const R& start, const R& end, const Vector<R>& p) const {
    using std::fabs;
    const R t = piece.temperature.at(start - piece.start), slope = piece.temperature.slope;
    R length = end - start;
    if (slope != 0 && length * fabs(slope) > t / 5) length = t / (5 * fabs(slope));
    const R most = longest(std::min(t, piece.temperature.at(start + length - piece.start)));
    if (length > most) length = most;
    for (int halvings = 0; halvings < 30; ++halvings, length /= 2) {
      Arc<R> out{start, length, t, slope * length, {p}, {}, {}};
      if (expand(out)) return out;
    }
    throw AccuracyError("jump: the series in time does not converge");
  }

  /// About how many arcs go from `start` to `end`.
  double arcs(const std::vector<learner::Piece<R>>& course, const R& start, const R& end) const {
    constexpr int parts = 16;
    double sum = 0;
    for (std::size_t i = 0; i < course.size(); ++i) {
      const R from = std::max(start, course[i].start),
              to = i + 1 < course.size() ? std::min(end, course[i + 1].start) : end;
      if (!(to > from)) continue;
      for (int k = 0; k < parts; ++k) {
        const R middle = from + (to - from) * (2 * k + 1) / (2 * parts);
        sum += num::to_double(R((to - from) / (parts * longest(course[i].temperature.at(middle - course[i].start)))));
      }
    }
    return sum;
  }

 private:
  /// The longest arc that converges at a temperature.
  R longest(const R& temperature) const {
    R fastest = 0;
    for (Eigen::Index i = 0; i + 1 < loss_.size(); ++i) {
      const R u = (loss_[i + 1] - loss_[i]) / temperature;
      fastest = std::max(fastest, R(2 * s_.learner.rate *
                                    (learner::acceptance<R>(s_.learner.acceptance, u) +
                                     learner::acceptance<R>(s_.learner.acceptance, R(-u)))));
    }
    return R(2.5 + 0.12 * num::digits10<R>()) / (fastest + 2 * constant_);
  }

  bool expand(Arc<R>& arc) const {
    const std::size_t most = 40 + static_cast<std::size_t>(2 * num::digits10<R>()), block = 12;
    const auto edges = static_cast<std::size_t>(loss_.size() - 1);
    std::size_t known = 0;
    const auto grow = [&](std::size_t terms) {
      arc.up.clear();
      arc.down.clear();
      for (std::size_t i = 0; i < edges; ++i) {
        const auto k = static_cast<Eigen::Index>(i);
        const R u = (loss_[k + 1] - loss_[k]) / arc.temperature, ratio = -arc.warming / arc.temperature;
        arc.up.push_back(acceptance_series<R>(s_.learner.acceptance, u, ratio, terms));
        arc.down.push_back(acceptance_series<R>(s_.learner.acceptance, R(-u), ratio, terms));
      }
      known = terms;
    };
    while (arc.p.size() < most) {
      const std::size_t k = arc.p.size() - 1;
      if (k >= known) grow(k + 1 + block + k / 2);
      Vector<R> next = Vector<R>::Zero(arc.p.front().size());
      const Eigen::Index orders = next.size() / states_;
      for (const auto& jump : jumps_) {
        std::array<R, 4> flux{};
        for (Eigen::Index m = 0; m < orders; ++m) flux[static_cast<std::size_t>(m)] = moved(arc, jump, m * states_, k);
        for (Eigen::Index m = 0; m < orders; ++m) {
          const auto& g = jump.gain;
          const auto at = static_cast<std::size_t>(m);
          R arrives = flux[at];
          if (m == 1) arrives += g[0] * flux[0];
          if (m == 2) arrives += 2 * g[0] * flux[1] + g[1] * flux[0];
          if (m == 3) arrives += 3 * g[0] * flux[2] + 3 * g[1] * flux[1] + g[2] * flux[0];
          next[m * states_ + jump.from] -= flux[at];
          next[m * states_ + jump.to] += arrives;
        }
      }
      next *= arc.length / static_cast<int>(k + 1);
      const R size = next.cwiseAbs().sum(), before = arc.p.back().cwiseAbs().sum(),
              scale = arc.p.front().cwiseAbs().sum();
      arc.p.push_back(std::move(next));
      if (!(size < 1e3 * scale)) return false;
      if (size + before < num::epsilon<R>() / 8 * scale && k > 4) return true;
    }
    return false;
  }

  /// Coefficient k of what jumps along `jump` per unit of time.
  R moved(const Arc<R>& arc, const CountedJump<R>& jump, Eigen::Index block, std::size_t k) const {
    const Eigen::Index from = block + jump.from;
    if (jump.edge < 0) return jump.rate * arc.p[k][from];
    const auto& series = (jump.up ? arc.up : arc.down)[static_cast<std::size_t>(jump.edge)];
    R sum = 0;
    for (std::size_t j = 0; j <= std::min(k, series.size() - 1); ++j) sum += series[j] * arc.p[k - j][from];
    return s_.learner.rate * sum;
  }

  const JumpSetting<R>& s_;
  const Vector<R>& loss_;
  const std::vector<CountedJump<R>>& jumps_;
  Eigen::Index states_;
  R constant_ = 0;  // largest total of the constant rates out of a state
};

/// Integrals of rates along arcs.
template <Real R>
class Integrals {
 public:
  Integrals(Eigen::Index count, const TimedRates<R>& rates, const evolve::Quadrature<R>& rules)
      : value(Vector<R>::Zero(count)), size(Vector<R>::Zero(count)), rates_(rates), rules_(rules) {}

  void add(const Arc<R>& arc, bool first) { panel(arc, R(0), R(1), first ? rules_.start : rules_.inner, 0); }

  Vector<R> value, size;

 private:
  void panel(const Arc<R>& arc, const R& a, const R& b, const evolve::RulePair<R>& rule, int depth) {
    using std::fabs;
    Vector<R> fine = Vector<R>::Zero(value.size()), coarse = fine, total = fine;
    for (std::size_t j = 0; j < rule.node.size(); ++j) {
      const R x = a + (b - a) * rule.node[j];
      const auto rate = rates_(arc.at(x), R(arc.temperature + arc.warming * x));
      fine += rule.weight[j] * rate.value;
      coarse += rule.coarse_weight[j] * rate.value;
      total += rule.weight[j] * rate.size;
    }
    const R scale = (b - a) * arc.length;
    bool good = depth > 40;
    if (!good) {
      good = true;
      for (Eigen::Index i = 0; i < value.size(); ++i) {
        const R most = fabs(value[i]) > 1 ? R(fabs(value[i])) : R(1);
        good = good && scale * fabs(R(fine[i] - coarse[i])) <=
                           rules_.tolerance * most + 64 * num::epsilon<R>() * scale * total[i];
      }
    }
    if (!good) {
      const R middle = (a + b) / 2;
      panel(arc, a, middle, rule, depth + 1);
      panel(arc, middle, b, rules_.inner, depth + 1);
      return;
    }
    value += scale * fine;
    size += scale * total;
  }

  const TimedRates<R>& rates_;
  const evolve::Quadrature<R>& rules_;
};

}  // namespace

template <Real R>
std::vector<CountedJump<R>> timed_moves(Eigen::Index states, int outcomes) {
  std::vector<CountedJump<R>> out;
  for (int i = 0; i + 1 < states; ++i)
    for (int k = 0; k < outcomes; ++k) {
      const int a = i * outcomes + k, b = a + outcomes;
      out.push_back({a, b, R(0), {}, i, true});
      out.push_back({b, a, R(0), {}, i, false});
    }
  return out;
}

template <Real R>
std::vector<TimedStation<R>> march_scheduled(const JumpSetting<R>& s, const Vector<R>& loss,
                                             const std::vector<CountedJump<R>>& jumps, Eigen::Index states, Vector<R> p,
                                             std::span<const R> points, Eigen::Index count,
                                             const TimedRates<R>& rates) {
  using std::sqrt;
  const auto course = learner::course<R>(s.experiment->learner);
  const ScheduledChain<R> chain(s, loss, jumps, static_cast<int>(states));
  if (const double arcs = chain.arcs(course, points.front(), points.back()); arcs > most_arcs)
    throw AccuracyError(s.experiment->at("learner.temperature") + "rates that change in time need some " +
                        num::to_text(arcs, 2) + " steps; allowed: " + num::to_text(most_arcs, 2) +
                        " (shorter times, lower rates of learner and sampler; of arrhenius, a higher temperature)");
  Integrals<R> integrals(count, rates, s.quadrature);
  R now = points.front();
  std::size_t piece = 0;
  int arcs = 0;
  std::vector<TimedStation<R>> out;
  for (const R& point : points) {
    while (now < point) {
      while (piece + 1 < course.size() && course[piece + 1].start <= now) ++piece;
      const R end = piece + 1 < course.size() ? std::min(course[piece + 1].start, point) : point;
      const auto arc = chain.arc(course[piece], now, end, p);
      if (count) integrals.add(arc, arcs == 0);
      ++arcs;
      now = arc.length == end - now ? end : R(now + arc.length);
      p = arc.at(R(1));
      p.head(states) = p.head(states).cwiseMax(R(0));
      p.head(states) /= R(p.head(states).sum());
    }
    out.push_back({p, integrals.value, integrals.size, 4 * num::epsilon<R>() + input_error(s, loss),
                   num::epsilon<R>() * 16 * (1 + sqrt(R(arcs)))});
  }
  return out;
}

template <Real R>
LearnerHistory<R> follow_scheduled(const JumpSetting<R>& s, const Vector<R>& loss) {
  using std::fabs;
  std::vector<R> up, down;  // D(p_i || p_{i+1}) and back
  for (Eigen::Index i = 0; i + 1 < loss.size(); ++i) {
    up.push_back(divergence(s, i, i + 1));
    down.push_back(divergence(s, i + 1, i));
  }
  // dS/dt + medium by currents (I7), int w rho D, -(1/T) dQ/dt
  const TimedRates<R> rates = [&](const Vector<R>& p, const R& temperature) {
    auto out = nothing<R>(3);
    for (Eigen::Index i = 0; i + 1 < p.size(); ++i) {
      const R gain = loss[i + 1] - loss[i], u = gain / temperature;
      const R forth = s.learner.rate * learner::acceptance<R>(s.learner.acceptance, u) * p[i],
              back = s.learner.rate * learner::acceptance<R>(s.learner.acceptance, R(-u)) * p[i + 1];
      add_current<R>(forth, back, out.value[0], out.size[0]);
      out.value[1] += forth * up[static_cast<std::size_t>(i)] + back * down[static_cast<std::size_t>(i)];
      out.value[2] -= (forth - back) * u;
      out.size[2] += (forth + back) * fabs(u);
    }
    out.size[1] = out.value[1];
    return out;
  };
  const Vector<R> start = s.learner.initial / R(s.learner.initial.sum());
  const auto stations = march_scheduled<R>(s, loss, timed_moves<R>(loss.size(), 1), loss.size(), start,
                                           std::span<const R>(s.points), 3, rates);
  LearnerHistory<R> out{Matrix<R>(loss.size(), static_cast<Eigen::Index>(s.points.size())), {}, {}, {}};
  for (std::size_t j = 0; j < stations.size(); ++j) {
    const auto& at = stations[j];
    out.density.col(static_cast<Eigen::Index>(j)) = at.state;
    out.round_off.push_back(at.round_off);
    out.left_out.push_back(at.left_out);
    out.totals["_ep_currents"].push_back(at.total(0));
    if (!s.experiment->time.step) out.totals["fisher_dissipation"].push_back(at.total(1));
    out.totals["_medium"].push_back(at.total(2));
  }
  return out;
}

#define CALOR_INSTANTIATE(R)                                                                                         \
  template LearnerHistory<R> follow_scheduled(const JumpSetting<R>&, const Vector<R>&);                              \
  template std::vector<CountedJump<R>> timed_moves(Eigen::Index, int);                                               \
  template std::vector<TimedStation<R>> march_scheduled(const JumpSetting<R>&, const Vector<R>&,                     \
                                                        const std::vector<CountedJump<R>>&, Eigen::Index, Vector<R>, \
                                                        std::span<const R>, Eigen::Index, const TimedRates<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
