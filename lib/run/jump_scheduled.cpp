// A jump learner whose temperature changes: dp/dt = W(t) p with rates Gamma a(dL/T(t)), T linear on each piece. Taylor
// series in time: those of the rates come from the differential equations of the acceptances,
//   e^{-cu}: y' = -c u' y,    1/(1+e^u): y' = -u' y (1 - y),    u = dL/T,
// those of p from (k+1) p_{k+1} = tau sum_j W_j p_{k-j}. Rates that are not linear in p are integrated by
// Gauss–Legendre panels that are halved until they agree with a coarser rule.

#include <algorithm>

#include "learner/course.hpp"
#include "num/errors.hpp"
#include "run/jump_moves.hpp"

namespace calor::run {

namespace {

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
  ScheduledChain(const JumpSetting<R>& s, const Vector<R>& loss) : s_(s), loss_(loss) {}

  /// An arc from `start` towards `end` within the piece.
  Arc<R> arc(const learner::Piece<R>& piece, const R& start, const R& end, const Vector<R>& p) const {
    using std::fabs;
    const R t = piece.temperature.at(start - piece.start), slope = piece.temperature.slope;
    R length = end - start;
    if (slope != 0 && length * fabs(slope) > t / 5) length = t / (5 * fabs(slope));
    const R colder = std::min(t, piece.temperature.at(start + length - piece.start));
    R fastest = 0;
    for (Eigen::Index i = 0; i + 1 < loss_.size(); ++i) {
      const R u = (loss_[i + 1] - loss_[i]) / colder;
      fastest = std::max(fastest, R(2 * s_.learner.rate *
                                    (learner::acceptance<R>(s_.learner.acceptance, u) +
                                     learner::acceptance<R>(s_.learner.acceptance, R(-u)))));
    }
    const R radius(2.5 + 0.12 * num::digits10<R>());
    if (length * fastest > radius) length = radius / fastest;
    for (int halvings = 0; halvings < 30; ++halvings, length /= 2) {
      Arc<R> out{start, length, t, slope * length, {p}, {}, {}};
      if (expand(out)) return out;
    }
    throw AccuracyError("jump: the series in time does not converge");
  }

  /// dS/dt + medium by currents (I7), int w rho D, -(1/T) dQ/dt at x.
  Rates<R> rates(const Arc<R>& arc, const R& x) const {
    using std::fabs;
    const Vector<R> p = arc.at(x);
    const R temperature = arc.temperature + arc.warming * x;
    auto out = nothing<R>(3);
    for (Eigen::Index i = 0; i + 1 < p.size(); ++i) {
      const R gain = loss_[i + 1] - loss_[i], u = gain / temperature;
      const R forth = s_.learner.rate * learner::acceptance<R>(s_.learner.acceptance, u) * p[i],
              back = s_.learner.rate * learner::acceptance<R>(s_.learner.acceptance, R(-u)) * p[i + 1];
      add_current<R>(forth, back, out.value[0], out.size[0]);
      out.value[1] += forth * up_[static_cast<std::size_t>(i)] + back * down_[static_cast<std::size_t>(i)];
      out.value[2] -= (forth - back) * u;
      out.size[2] += (forth + back) * fabs(u);
    }
    out.size[1] = out.value[1];
    return out;
  }

  void prepare() {
    for (Eigen::Index i = 0; i + 1 < loss_.size(); ++i) {
      up_.push_back(divergence(s_, i, i + 1));
      down_.push_back(divergence(s_, i + 1, i));
    }
  }

 private:
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
      Vector<R> next = Vector<R>::Zero(loss_.size());
      for (std::size_t i = 0; i < edges; ++i) {
        const auto e = static_cast<Eigen::Index>(i);
        R net = 0;
        for (std::size_t j = 0; j <= std::min(k, arc.up[i].size() - 1); ++j) net += arc.up[i][j] * arc.p[k - j][e];
        for (std::size_t j = 0; j <= std::min(k, arc.down[i].size() - 1); ++j)
          net -= arc.down[i][j] * arc.p[k - j][e + 1];
        next[e] -= net;
        next[e + 1] += net;
      }
      next *= s_.learner.rate * arc.length / static_cast<int>(k + 1);
      const R size = next.cwiseAbs().sum(), before = arc.p.back().cwiseAbs().sum();
      arc.p.push_back(std::move(next));
      if (!(size < 1e3)) return false;
      if (size + before < num::epsilon<R>() / 8 && k > 4) return true;
    }
    return false;
  }

  const JumpSetting<R>& s_;
  const Vector<R>& loss_;
  std::vector<R> up_, down_;  // D(p_i || p_{i+1}) and back
};

/// Integrals of rates along arcs.
template <Real R>
class Integrals {
 public:
  Integrals(const ScheduledChain<R>& chain, const evolve::Quadrature<R>& rules)
      : value(Vector<R>::Zero(3)), size(Vector<R>::Zero(3)), chain_(chain), rules_(rules) {}

  void add(const Arc<R>& arc, bool first) { panel(arc, R(0), R(1), first ? rules_.start : rules_.inner, 0); }

  Vector<R> value, size;

 private:
  void panel(const Arc<R>& arc, const R& a, const R& b, const evolve::RulePair<R>& rule, int depth) {
    using std::fabs;
    Vector<R> fine = Vector<R>::Zero(3), coarse = fine, total = fine;
    for (std::size_t j = 0; j < rule.node.size(); ++j) {
      const auto rate = chain_.rates(arc, R(a + (b - a) * rule.node[j]));
      fine += rule.weight[j] * rate.value;
      coarse += rule.coarse_weight[j] * rate.value;
      total += rule.weight[j] * rate.size;
    }
    const R scale = (b - a) * arc.length;
    bool good = depth > 40;
    if (!good) {
      good = true;
      for (Eigen::Index i = 0; i < 3; ++i) {
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

  const ScheduledChain<R>& chain_;
  const evolve::Quadrature<R>& rules_;
};

}  // namespace

template <Real R>
LearnerHistory<R> follow_scheduled(const JumpSetting<R>& s, const Vector<R>& loss) {
  using std::fabs, std::sqrt;
  const auto course = learner::course<R>(s.experiment->learner);
  ScheduledChain<R> chain(s, loss);
  chain.prepare();
  Integrals<R> integrals(chain, s.quadrature);
  LearnerHistory<R> out{Matrix<R>(loss.size(), static_cast<Eigen::Index>(s.points.size())), {}, {}, {}};
  Vector<R> p = s.learner.initial / R(s.learner.initial.sum());
  R now = 0;
  std::size_t piece = 0;
  int arcs = 0;
  for (std::size_t j = 0; j < s.points.size(); ++j) {
    while (now < s.points[j]) {
      while (piece + 1 < course.size() && course[piece + 1].start <= now) ++piece;
      const R end = piece + 1 < course.size() ? std::min(course[piece + 1].start, s.points[j]) : s.points[j];
      const auto arc = chain.arc(course[piece], now, end, p);
      integrals.add(arc, arcs++ == 0);
      now = arc.length == end - now ? end : R(now + arc.length);
      p = arc.at(R(1)).cwiseMax(R(0));
      p /= R(p.sum());
    }
    out.density.col(static_cast<Eigen::Index>(j)) = p;
    out.round_off.push_back(4 * num::epsilon<R>() + input_error(s, loss));
    out.left_out.push_back(num::epsilon<R>() * 16 * (1 + sqrt(R(arcs))));
    const auto total = [&](Eigen::Index i) {
      return Raw<R>{integrals.value[i], (out.round_off.back() + out.left_out.back()) * integrals.size[i] +
                                            out.left_out.back() * (1 + fabs(integrals.value[i]))};
    };
    out.totals["_ep_currents"].push_back(total(0));
    out.totals["fisher_dissipation"].push_back(total(1));
    out.totals["_medium"].push_back(total(2));
  }
  return out;
}

#define CALOR_INSTANTIATE(R) template LearnerHistory<R> follow_scheduled(const JumpSetting<R>&, const Vector<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)

}  // namespace calor::run
