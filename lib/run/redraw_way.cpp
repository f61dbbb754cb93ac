#include "run/redraw_way.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "evolve/time_nodes.hpp"
#include "experiment/kinds.hpp"
#include "info/mixture_entropy.hpp"
#include "learner/course.hpp"
#include "num/decompose.hpp"
#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "run/analytic.hpp"
#include "run/joint_level.hpp"
#include "run/linear_learners.hpp"
#include "run/linear_way.hpp"
#include "run/refine.hpp"
#include "run/sgld_rows.hpp"

namespace calor::run {

namespace {

using analytic::CourseStretch;
using analytic::LinearGaussian;
using Eigen::Index;
using info::MixtureCoordinate;
using info::MixtureEntropies;
using num::Matrix;
using num::Vector;
using Law = LinearGaussian<double>;

constexpr double faint = 1e-20;    // share of the redraws that is left out
constexpr double patience = 3e12;  // numbers of one level: minutes

/// How finely a level resolves.
struct Fineness {
  double efolds;
  double redraws;  // more nodes of the time of the last redraw, and shorter panels of time
  int time_order;
  analytic::TimeResolution moments;
};

Fineness fineness(int digits, int level) {
  const double efolds = 2.3 * (digits + 2.3) * (1 + 0.12 * level);
  return {efolds, 1 + 0.3 * level, 4 + static_cast<int>(efolds / 3) + 2 * level, time_resolution(digits, level)};
}

/// The law of one learner's parameters at one time, Θ = decay m_0 + answer g + noise, and what has become of it by a
/// later time, to_now Θ + ... .
struct ThetaAt {
  Vector<double> decay, answer;
  Matrix<double> v;  ///< Cov(Θ|B)
  double clock;      ///< ∫μ dt
  Vector<double> to_now;
};

ThetaAt law_at_start(const Law& p) {
  const auto d = p.parameters();
  return {Vector<double>::Ones(d), Vector<double>::Zero(d), p.start, 0, Vector<double>::Ones(d)};
}

ThetaAt after_move(const ThetaAt& from, const analytic::LinearMove<double>& move) {
  ThetaAt out{move.decay.cwiseProduct(from.decay), move.decay.cwiseProduct(from.answer) + move.answer,
              move.decay.asDiagonal() * from.v * move.decay.asDiagonal(), from.clock + move.clock, from.to_now};
  out.v.diagonal() += move.noise;
  return out;
}

/// One time: when x may have been redrawn last, and how likely; the parameters then, one law a learner, and now. The
/// last of `past` is now, of weight 0 where x is not at equilibrium.
struct RedrawMoment {
  Vector<double> weight;
  std::vector<std::vector<ThetaAt>> past;  // [learner][redraw]

  const ThetaAt& now(std::size_t learner) const { return past[learner].back(); }
  Index fresh() const { return weight.size() - 1; }
};

/// What the observer of x knows.
struct Knowledge {
  bool theta, b;
};

Matrix<double> theta_covariance(const Law& p, const ThetaAt& at, bool b_known) {
  Matrix<double> out = at.v;
  if (!b_known) out.diagonal() += at.answer.cwiseProduct(at.answer).cwiseProduct(p.gradient_variance);
  return out;
}

/// x_j, given when it was redrawn last and what is known.
MixtureCoordinate coordinate(const Law& p, Index channel, const std::vector<ThetaAt>& past, const Knowledge& known) {
  const Vector<double> u = p.inputs.row(channel);
  const auto n = static_cast<Index>(past.size()), d = p.parameters();
  const ThetaAt& now = past.back();
  const num::Cholesky<double> root(theta_covariance(p, now, known.b));
  const Vector<double> spread = p.gradient_variance.cwiseSqrt();
  MixtureCoordinate out{Vector<double>(n), Matrix<double>((n), (known.theta ? d : 0) + (known.b ? d : 0)),
                        Vector<double>(n), Matrix<double>(n, known.theta && known.b ? d : 0)};
  for (Index k = 0; k < n; ++k) {
    const ThetaAt& then = past[static_cast<std::size_t>(k)];
    const Vector<double> vu = theta_covariance(p, then, known.b) * u;
    out.mean[k] = u.dot(then.decay.cwiseProduct(p.start_mean) + then.answer.cwiseProduct(p.gradient));
    out.variance[k] = p.s2 + u.dot(vu);
    if (known.b) out.load.row(k).tail(d) = u.cwiseProduct(then.answer).cwiseProduct(spread);
    if (!known.theta) continue;
    Vector<double> c = then.to_now.cwiseProduct(Vector<double>(then.v * u));
    if (!known.b) c += now.answer.cwiseProduct(p.gradient_variance).cwiseProduct(then.answer).cwiseProduct(u);
    const Vector<double> half = root.solve_half(c);
    out.load.row(k).head(d) = half;
    out.variance[k] = std::max(p.s2, out.variance[k] - half.squaredNorm());
    if (known.b) out.slope.row(k) = root.solve_vector(c);
  }
  return out;
}

/// A set of coordinates of x that are redrawn together: all of gaussian-mean, one row of linear-regression.
struct Site {
  std::vector<std::pair<std::size_t, Index>> coordinates;  // learner and channel
  double weight = 1;                                       // in averages over x
};

/// Rows of the design that are the same are taken together.
std::vector<Site> redraw_sites(const std::vector<Law>& learners) {
  std::vector<Site> out;
  if (learners.size() == 1 && learners.front().channels() > 1) {
    const auto& u = learners.front().inputs;
    for (Index j = 0; j < u.rows(); ++j) {
      const auto same = std::find_if(out.begin(), out.end(),
                                     [&](const Site& s) { return u.row(s.coordinates.front().second) == u.row(j); });
      if (same != out.end())
        same->weight += learners.front().weight;
      else
        out.push_back({{{0, j}}, learners.front().weight});
    }
    return out;
  }
  out.emplace_back();
  for (std::size_t a = 0; a < learners.size(); ++a) out.front().coordinates.emplace_back(a, 0);
  return out;
}

class Redraws {
 public:
  Redraws(std::vector<Law> learners, double efolds)
      : learners_(std::move(learners)), sites_(redraw_sites(learners_)), resolution_{efolds, patience} {}

  /// Shares the patience among so many times.
  void share_patience(std::size_t times) {
    resolution_.most_work = patience / static_cast<double>(std::max<std::size_t>(times, 1));
  }

  const std::vector<Law>& learners() const { return learners_; }
  bool fixed() const { return learners_.front().fixed; }
  /// What two levels may miss together, for numbers of order 1.
  double noise() const { return 20 * std::exp(-resolution_.efolds); }

  /// Of x by what is known, and of an x that is redrawn now. slope_square: each learner's times its `diffusion`, 1 if
  /// there are none.
  MixtureEntropies uncertainty(const RedrawMoment& m, const Knowledge& known,
                               const std::vector<double>& diffusion = {}) const {
    MixtureEntropies out;
    for (const auto& site : sites_) {
      const auto e = info::mixture_entropies(coordinates(site, m, known, diffusion), m.weight, m.fresh(), resolution_);
      out.entropy += site.weight * e.entropy;
      out.fresh += site.weight * e.fresh;
      out.slope_square += site.weight * e.slope_square;
    }
    return out;
  }

  /// False where uncertainty() would throw AccuracyError at this time.
  bool fits(const RedrawMoment& m) const {
    std::vector<Knowledge> asked{{true, true}, {false, true}};
    if (!fixed()) asked.insert(asked.end(), {{true, false}, {false, false}});
    return std::all_of(sites_.begin(), sites_.end(), [&](const Site& site) {
      return std::all_of(asked.begin(), asked.end(), [&](const Knowledge& known) {
        return info::mixture_fits(coordinates(site, m, known, {}), m.weight, m.fresh(), resolution_);
      });
    });
  }

  /// ⟨(x - u·Θ)²⟩/2s² - 1/2, summed over what is redrawn together: ⟨φ⟩ less its equilibrium value.
  double excess_energy(const RedrawMoment& m) const {
    return over_redraws(m, [](const Law& p, const Vector<double>& u, const ThetaAt& then, const ThetaAt& now) {
      const Vector<double> q = u.cwiseProduct(then.answer - now.answer), then_vu = then.v * u, now_vu = now.v * u;
      const double pull = mean_pull(p, q);
      return (u.dot(then_vu) + u.dot(now_vu) - 2 * u.dot(then.to_now.cwiseProduct(then_vu)) + pull * pull +
              q.cwiseProduct(q).dot(p.gradient_variance)) /
             (2 * p.s2);
    });
  }

  /// d⟨φ⟩/dt while x is at rest and dΘ = -μ(hΘ - g) dt + √(2μT) dW.
  double power(const RedrawMoment& m, const std::vector<double>& mobility,
               const std::vector<double>& temperature) const {
    const Law* first = learners_.data();
    return over_redraws(m, [&](const Law& p, const Vector<double>& u, const ThetaAt& then, const ThetaAt& now) {
      const auto a = static_cast<std::size_t>(&p - first);
      const Vector<double> q = u.cwiseProduct(then.answer - now.answer), e = u.cwiseProduct(now.decay),
                           then_vu = then.v * u, now_vu = now.v * u, lag = then.to_now.cwiseProduct(then_vu) - now_vu;
      const double means = mean_pull(p, q) * mean_pull(p, e) + q.cwiseProduct(e).dot(p.gradient_variance);
      return mobility[a] * (u.cwiseProduct(p.curvature).dot(lag) - means + temperature[a] * u.squaredNorm()) / p.s2;
    });
  }

 private:
  std::vector<MixtureCoordinate> coordinates(const Site& site, const RedrawMoment& m, const Knowledge& known,
                                             const std::vector<double>& diffusion) const {
    std::vector<MixtureCoordinate> out;
    for (const auto& [a, j] : site.coordinates) {
      out.push_back(coordinate(learners_[a], j, m.past[a], known));
      if (!diffusion.empty()) out.back().slope *= std::sqrt(diffusion[a]);
    }
    return out;
  }

  static double mean_pull(const Law& p, const Vector<double>& q) {
    double sum = 0;
    for (Index i = 0; i < p.parameters(); ++i) sum += q[i] * p.pull(i);
    return sum;
  }

  template <class F>
  double over_redraws(const RedrawMoment& m, const F& f) const {
    double sum = 0;
    for (const auto& site : sites_)
      for (const auto& [a, j] : site.coordinates) {
        const Vector<double> u = learners_[a].inputs.row(j);
        for (Index k = 0; k < m.weight.size(); ++k)
          if (m.weight[k] > 0)
            sum += site.weight * m.weight[k] * f(learners_[a], u, m.past[a][static_cast<std::size_t>(k)], m.now(a));
      }
    return sum;
  }

  std::vector<Law> learners_;
  std::vector<Site> sites_;
  info::MixtureResolution resolution_;
};

/// What x has exchanged by the points, each by itself.
struct Exchange {
  double heat = 0, work = 0, flow_x = 0, flow_theta = 0, ep = 0;
  void operator+=(const Exchange& e) {
    heat += e.heat, work += e.work, flow_x += e.flow_x, flow_theta += e.flow_theta, ep += e.ep;
  }
};

// ---------------------------------------------------------------------------------------------------------------------
// Continuous time

class Continuous {
 public:
  Continuous(const experiment::Experiment& e, const Redraws& redraws,
             std::vector<std::vector<CourseStretch<double>>> courses, const Fineness& fine)
      : redraws_(redraws),
        courses_(std::move(courses)),
        rule_(fine.moments.order),
        fine_(fine),
        rate_(num::from_rational<double>(*e.sampler.rate)) {
    for (const auto& piece : learner::course<double>(e.learner))
      if (piece.start > 0) knots_.push_back(piece.start);
    for (std::size_t a = 0; a < redraws.learners().size(); ++a) {
      const Law& p = redraws.learners()[a];
      for (const auto& s : courses_[a]) {
        fastest_ = std::max(fastest_, s.mobility * p.curvature.maxCoeff());
        const double narrow =
            std::min(p.start.diagonal().minCoeff(), p.s2 / p.inputs.rowwise().squaredNorm().maxCoeff());
        sharpest_ = std::max({sharpest_, s.mobility * s.temperature / narrow, s.mobility * fastest_pull(p)});
      }
    }
  }

  /// Shortest time on which anything changes.
  double shortest() const { return 0.5 / (fine_.redraws * std::max({rate_, fastest_, sharpest_, 1e-9})); }
  const std::vector<double>& knots() const { return knots_; }

  RedrawMoment at(double t) const {
    std::vector<double> times, weights;
    add_redraws(t, times, weights);
    RedrawMoment m{Vector<double>::Zero(static_cast<Index>(times.size()) + 1), {}};
    for (std::size_t k = 0; k < times.size(); ++k) m.weight[static_cast<Index>(k)] = weights[k];
    m.weight /= m.weight.sum();
    times.push_back(t);
    for (std::size_t a = 0; a < courses_.size(); ++a) {
      const Law& p = redraws_.learners()[a];
      std::vector<ThetaAt> past;
      for (const double u : times) past.push_back(law(a, u));
      for (auto& then : past) then.to_now = (-p.curvature.array() * (past.back().clock - then.clock)).exp().matrix();
      m.past.push_back(std::move(past));
    }
    return m;
  }

  Exchange rates(double t) const {
    const RedrawMoment m = at(t);
    std::vector<double> mobility, temperature, diffusion;
    for (const auto& course : courses_) {
      const auto next = std::find_if(course.begin() + 1, course.end(), [&](const auto& s) { return s.start > t; });
      const auto& s = *(next - 1);
      mobility.push_back(s.mobility + s.mobility_slope * (t - s.start));
      temperature.push_back(s.temperature + s.temperature_slope * (t - s.start));
      diffusion.push_back(mobility.back() * temperature.back());
    }
    const MixtureEntropies both = redraws_.uncertainty(m, {true, true}, diffusion),
                           b = redraws_.uncertainty(m, {false, true});
    const double excess = redraws_.excess_energy(m);
    Exchange out;
    out.heat = -rate_ * excess;
    out.work = redraws_.power(m, mobility, temperature);
    // d/dt of S(X|Θ,B) and S(X|B) while x moves: rate (fresh - entropy)
    const double given_both = both.fresh - both.entropy, given_b = b.fresh - b.entropy;
    out.flow_x = rate_ * (given_b - given_both);
    out.flow_theta = -both.slope_square;
    out.ep = rate_ * (given_both + excess);
    return out;
  }

 private:
  /// When x may have been redrawn last: at 0, or between, by Gauss and Legendre on panels that grow away from both ends
  /// of every stretch: the laws then and now hold e^(-h u) and e^(-h (t - u)).
  void add_redraws(double t, std::vector<double>& times, std::vector<double>& weights) const {
    if (const double never = std::exp(-rate_ * t); never >= faint) times.push_back(0), weights.push_back(never);
    if (!(t > 0)) return;
    std::vector<double> cuts{0, t};
    for (const double k : knots_)
      if (k < t) cuts.push_back(k);
    std::sort(cuts.begin(), cuts.end());
    const double earliest = t + std::log(faint) / rate_;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      const double from = std::max(cuts[i], earliest), to = cuts[i + 1];
      if (to > from) add_stretch(t, from, to, times, weights);
    }
  }

  /// Widths s by which a mean of x moves in a unit of ∫μ at the start.
  static double fastest_pull(const Law& p) {
    double most = 0;
    for (Index j = 0; j < p.channels(); ++j)
      for (Index i = 0; i < p.parameters(); ++i)
        most = std::max(most, std::fabs(p.inputs(j, i)) *
                                  (std::fabs(p.pull(i)) + 3 * std::sqrt(p.gradient_variance[i])) / std::sqrt(p.s2));
    return most;
  }

  ThetaAt law(std::size_t learner, double t) const {
    const Law& p = redraws_.learners()[learner];
    return after_move(law_at_start(p),
                      analytic::linear_move(p, courses_[learner], 0.0, t, rule_, fine_.moments.growth));
  }

  /// One a learner.
  std::vector<ThetaAt> laws(double t) const {
    std::vector<ThetaAt> out;
    for (std::size_t a = 0; a < courses_.size(); ++a) out.push_back(law(a, t));
    return out;
  }

  /// How far an x redrawn at the one time and at the other may be apart, in widths s: as entire functions of the shift,
  /// their densities take a number of nodes that grows with it.
  double parting(const std::vector<ThetaAt>& from, const std::vector<ThetaAt>& to) const {
    double most = 0;
    for (std::size_t a = 0; a < courses_.size(); ++a) {
      const Law& p = redraws_.learners()[a];
      const ThetaAt &first = from[a], &last = to[a];
      const Vector<double> answer = last.answer - first.answer,
                           shift =
                               answer.cwiseProduct(p.gradient) + (last.decay - first.decay).cwiseProduct(p.start_mean),
                           spread = answer.cwiseProduct(p.gradient_variance.cwiseSqrt()),
                           forgotten = 1 - (p.curvature * (first.clock - last.clock)).array().exp();
      for (Index j = 0; j < p.channels(); ++j) {
        const Vector<double> u = p.inputs.row(j);
        const double noise = u.cwiseAbs().dot(forgotten.cwiseProduct(first.v.diagonal().cwiseSqrt()));
        most =
            std::max(most, (std::fabs(u.dot(shift)) + 3 * u.cwiseProduct(spread).norm() + 3 * noise) / std::sqrt(p.s2));
      }
    }
    return most;
  }

  void add_stretch(double t, double from, double to, std::vector<double>& times, std::vector<double>& weights) const {
    const double half = (to - from) / 2, first = 1 / (fastest_ + rate_);
    std::vector<double> ends{0};
    for (double at = 0; at < half;) {
      at += std::min(std::max(first, at / 2), 3 / rate_);
      ends.push_back(at > 0.7 * half ? half : at);
      at = ends.back();
    }
    std::vector<double> cuts;
    for (const double e : ends) cuts.push_back(from + e);
    for (std::size_t i = ends.size() - 1; i-- > 0;) cuts.push_back(to - ends[i]);
    std::vector<ThetaAt> before = laws(cuts.front());
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      std::vector<ThetaAt> after = laws(cuts[i + 1]);
      const double half_length = (cuts[i + 1] - cuts[i]) / 2, apart = std::min(parting(before, after), 400.0);
      const auto rule = evolve::gauss_legendre<double>(static_cast<int>(
          std::ceil(fine_.redraws * (2 + fine_.efolds / 8 + std::sqrt(2 * fine_.efolds) * apart / 4))));
      for (std::size_t k = 0; k < rule.node.size(); ++k) {
        times.push_back(cuts[i] + (1 + rule.node[k]) * half_length);
        weights.push_back(rule.weight[k] * half_length * rate_ * std::exp(-rate_ * (t - times.back())));
      }
      before = std::move(after);
    }
  }

  const Redraws& redraws_;
  std::vector<std::vector<CourseStretch<double>>> courses_;
  analytic::TimePanel<double> rule_;
  Fineness fine_;
  double rate_, fastest_ = 0, sharpest_ = 0;
  std::vector<double> knots_;
};

/// When exchanges are integrated: nodes, and the times between which rates are smooth, points among them.
struct ExchangeTimes {
  std::vector<double> cuts;
  evolve::TimeNodes<double> nodes;
};

ExchangeTimes exchange_times(const Continuous& motion, const std::vector<double>& points, const Fineness& fine) {
  std::vector<double> cuts(points);
  cuts.insert(cuts.end(), motion.knots().begin(), motion.knots().end());
  cuts.push_back(0);
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  cuts.erase(std::upper_bound(cuts.begin(), cuts.end(), points.back()), cuts.end());
  auto nodes = evolve::gauss_nodes<double>(cuts, motion.shortest(), fine.time_order);
  return {std::move(cuts), std::move(nodes)};
}

std::vector<Exchange> exchanged(const Continuous& motion, const std::vector<double>& points, const ExchangeTimes& when,
                                int threads) {
  const auto& [cuts, nodes] = when;
  std::vector<Exchange> rates(nodes.times.size());
  num::parallel_for(static_cast<int>(rates.size()), threads, [&](int i) {
    const auto k = static_cast<std::size_t>(i);
    if (nodes.weight[k] > 0) rates[k] = motion.rates(nodes.times[k]);
  });
  const auto total = [&](double Exchange::*what) {
    std::vector<double> values;
    for (const auto& r : rates) values.push_back(r.*what);
    return nodes.integrate(values);
  };
  const std::vector<double> heat = total(&Exchange::heat), work = total(&Exchange::work),
                            flow_x = total(&Exchange::flow_x), flow_theta = total(&Exchange::flow_theta),
                            ep = total(&Exchange::ep);
  std::vector<Exchange> out;
  for (const double t : points) {
    const auto k = static_cast<std::size_t>(std::find(cuts.begin(), cuts.end(), t) - cuts.begin());
    out.push_back({heat[k], work[k], flow_x[k], flow_theta[k], ep[k]});
  }
  return out;
}

// ---------------------------------------------------------------------------------------------------------------------
// Turns

class InTurns {
 public:
  InTurns(const experiment::Experiment& e, const Redraws& redraws,
          const std::vector<std::vector<CourseStretch<double>>>& courses, const Fineness& fine, long last)
      : kept_(kept_in_a_turn(e)) {
    for (std::size_t a = 0; a < courses.size(); ++a) {
      const Law& p = redraws.learners()[a];
      TurnSequence<double> turns(e, p, courses[a], fine.moments);
      std::vector<ThetaAt> laws{law_at_start(p)};
      std::vector<Vector<double>> decays{Vector<double>::Ones(p.parameters())};
      for (long n = 0; n < last; ++n) {
        const auto move = turns.at(n).move;
        laws.push_back(after_move(laws.back(), move));
        decays.push_back(move.decay);
      }
      laws_.push_back(std::move(laws));
      decays_.push_back(std::move(decays));
    }
  }

  /// After Θ has moved n times, and x `redraws` times, n - 1 or n of them.
  RedrawMoment at(long n, long redraws) const {
    std::vector<double> weights;  // from the last redraw backwards
    double left = 1;
    for (long k = redraws; k >= 0 && left > faint; --k) {
      weights.push_back(k > 0 ? left * (1 - kept_) : left);
      left *= kept_;
    }
    const bool rests = redraws < n;
    const auto size = static_cast<Index>(weights.size());
    RedrawMoment m{Vector<double>::Zero(size + (rests ? 1 : 0)), {}};
    for (Index k = 0; k < size; ++k) m.weight[size - 1 - k] = weights[static_cast<std::size_t>(k)];
    m.weight /= m.weight.sum();
    for (std::size_t a = 0; a < laws_.size(); ++a) {
      std::vector<ThetaAt> past;
      Vector<double> to_now = Vector<double>::Ones(decays_[a].front().size());
      const long first = redraws - size + 1;
      for (long k = n; k >= first; --k) {
        past.push_back(laws_[a][static_cast<std::size_t>(k)]);
        past.back().to_now = to_now;
        to_now = to_now.cwiseProduct(decays_[a][static_cast<std::size_t>(k)]);
      }
      std::reverse(past.begin(), past.end());
      m.past.push_back(std::move(past));
    }
    return m;
  }

 private:
  double kept_;
  std::vector<std::vector<ThetaAt>> laws_;
  std::vector<std::vector<Vector<double>>> decays_;  // of the turn that leads there
};

long turns_until(const experiment::Experiment& e, double t) {
  return std::lround(t / (e.time.step ? num::from_rational<double>(*e.time.step) : 1));
}

/// What the exchange of a turn is the change of.
struct TurnState {
  double given_both = 0, shared = 0, energy = 0;
};

TurnState turn_state(const Redraws& redraws, const RedrawMoment& m) {
  const double both = redraws.uncertainty(m, {true, true}).entropy;
  return {both, redraws.uncertainty(m, {false, true}).entropy - both, redraws.excess_energy(m)};
}

/// By the end of each turn, from none on.
std::vector<Exchange> exchanged(const Redraws& redraws, const InTurns& motion, long last, int threads) {
  std::vector<TurnState> states(static_cast<std::size_t>(2 * last + 1));  // Θ moved, x moved, Θ moved, ...
  num::parallel_for(static_cast<int>(states.size()), threads, [&](int i) {
    states[static_cast<std::size_t>(i)] = turn_state(redraws, motion.at((i + 1) / 2, i / 2));
  });
  std::vector<Exchange> out(1);
  for (std::size_t i = 0; i + 2 < states.size(); i += 2) {
    const TurnState &before = states[i], &middle = states[i + 1], &after = states[i + 2];
    Exchange sum = out.back();
    const double heat = after.energy - middle.energy;
    sum += {heat, middle.energy - before.energy, after.shared - middle.shared, middle.shared - before.shared,
            after.given_both - middle.given_both - heat};
    out.push_back(sum);
  }
  return out;
}

// ---------------------------------------------------------------------------------------------------------------------

struct XEntropies {
  double x, x_given_b;
};

XEntropies entropies_of_x(const Redraws& redraws, const RedrawMoment& m) {
  const double given_b = redraws.uncertainty(m, {false, true}).entropy;
  return {redraws.fixed() ? given_b : redraws.uncertainty(m, {false, false}).entropy, given_b};
}

/// Gives x's numbers to a row that has theta's. `start`: at t = 0.
void set_x(info::Row<double>& row, const Redraws& redraws, const RedrawMoment& m, const XEntropies& start,
           const Exchange& done, bool in_turns, bool at_start) {
  const auto [x, x_given_b] = entropies_of_x(redraws, m);
  const auto [x0, x0_given_b] = start;
  const double both = redraws.uncertainty(m, {true, true}).entropy,
               theta = redraws.fixed() ? both : redraws.uncertainty(m, {true, false}).entropy;
  const double m_info = row.at("m_info").value;
  const double energy = redraws.excess_energy(m);
  const std::map<std::string, double> values{{"l_info", x - x_given_b},
                                             {"r_info", m_info - (x - x_given_b) + theta - both},
                                             {"info_x_theta", x - theta},
                                             {"info_x_theta_given_b", x_given_b - both},
                                             {"entropy_x", x},
                                             {"entropy_x_given_b", x_given_b},
                                             {"entropy_x_given_theta", both},
                                             {"heat_x", done.heat},
                                             {"work_x", done.work},
                                             {"flow_x", done.flow_x},
                                             {"flow_theta", done.flow_theta},
                                             {"ep_x", done.ep},
                                             {"ep_x_given_b", x_given_b - x0_given_b - done.heat},
                                             {"ep_x_naive", x - x0 - done.heat},
                                             {"reservoir_gap", -done.heat - m_info},
                                             {"_info_x_b_given_theta", theta - both},
                                             {"_phi", energy}};
  for (const char* gone : {"ep_x_path", "ift_x"}) row.erase(gone);
  if (in_turns) row.erase("fisher_dissipation");
  const double size = 1 + std::fabs(x) + std::fabs(done.heat) + std::fabs(done.ep) + std::fabs(done.work);
  static const std::set<std::string> moments{"heat_x", "work_x", "reservoir_gap", "_phi"};  // no entropies in them
  static const std::set<std::string> exchanged{"heat_x", "work_x",       "flow_x",     "flow_theta",
                                               "ep_x",   "ep_x_given_b", "ep_x_naive", "reservoir_gap"};
  const double of_theta = row.at("m_info").noise;
  for (const auto& [name, value] : values) {
    const double noise = (moments.count(name) ? 0.01 : 1) * redraws.noise() * size + 1e-14 * size + of_theta;
    row[name] = at_start && exchanged.count(name) ? info::Raw<double>{0, 0} : info::Raw<double>{value, noise};
  }
  if (at_start) row["l_info"] = row["r_info"] = row["_info_x_b_given_theta"] = {0, 0};
  if (!redraws.fixed()) return;
  row["l_info"] = row["_info_x_b_given_theta"] = {0, 0};
  row["r_info"] = row.at("m_info");
}

std::vector<std::vector<CourseStretch<double>>> courses(const experiment::Experiment& e, std::vector<Law>& learners) {
  std::vector<std::vector<CourseStretch<double>>> out;
  if (e.learner.kind != "sgd-diffusion") {
    learners = linear_learners<double>(e);
    out.assign(learners.size(), linear_course<double>(e.learner));
    return out;
  }
  const auto coordinates = e.model.dimension > 1 ? principal_coordinates<double>(e) : gaussian_coordinates<double>(e);
  for (const auto& c : coordinates) {
    learners.push_back(coordinate_learner(e, c));
    const double s2 = learners.back().s2;
    out.push_back(linear_course<double>(e.learner, c.data.scatter / (s2 * s2)));
  }
  return out;
}

std::vector<info::Row<double>> redraw_rows(const Job& job, const std::vector<double>& points, int level) {
  const auto& e = job.experiment;
  experiment::Experiment theta_alone = e;
  theta_alone.sampler = {};
  const Job alone{theta_alone, job.options, job.digits, {}};
  auto out = linear_rows<double>(alone, points, level);

  const Fineness fine = fineness(job.digits, level);
  std::vector<Law> learners;
  const auto all = courses(e, learners);
  Redraws redraws(std::move(learners), fine.efolds);
  const int threads = job.options.threads, count = static_cast<int>(points.size());
  const auto complete = [&](const RedrawMoment& first, const std::vector<Exchange>& done, bool turns, const auto& at) {
    const XEntropies start = entropies_of_x(redraws, first);
    num::parallel_for(count, threads, [&](int i) {
      const auto j = static_cast<std::size_t>(i);
      set_x(out[j], redraws, at(j), start, done[j], turns, points[j] == 0);
    });
  };
  if (!experiment::takes_turns(e)) {
    const Continuous motion(e, redraws, all, fine);
    const ExchangeTimes when = exchange_times(motion, points, fine);
    redraws.share_patience(when.nodes.times.size() + points.size());
    complete(motion.at(0), exchanged(motion, points, when, threads), false,
             [&](std::size_t j) { return motion.at(points[j]); });
    return out;
  }
  const auto turn = [&](std::size_t j) { return turns_until(e, points[j]); };
  const long last = turns_until(e, points.back());
  redraws.share_patience(2 * static_cast<std::size_t>(last) + points.size());
  const InTurns motion(e, redraws, all, fine, last);
  const auto all_turns = exchanged(redraws, motion, last, threads);
  std::vector<Exchange> done;
  for (std::size_t j = 0; j < points.size(); ++j) done.push_back(all_turns[static_cast<std::size_t>(turn(j))]);
  complete(motion.at(0, 0), done, true, [&](std::size_t j) { return motion.at(turn(j), turn(j)); });
  return out;
}

/// Whether the first levels of so many digits fit, at the points.
bool digits_fit(const experiment::Experiment& e, const std::vector<double>& points, int digits) {
  const Fineness fine = fineness(digits, 1);
  std::vector<Law> learners;
  const auto all = courses(e, learners);
  Redraws redraws(std::move(learners), fine.efolds);
  const auto fits = [&](const auto& at) {
    return std::all_of(points.begin(), points.end(), [&](double t) { return redraws.fits(at(t)); });
  };
  if (!experiment::takes_turns(e)) {
    const Continuous motion(e, redraws, all, fine);
    redraws.share_patience(exchange_times(motion, points, fine).nodes.times.size() + points.size());
    return fits([&](double t) { return motion.at(t); });
  }
  const long last = turns_until(e, points.back());
  redraws.share_patience(2 * static_cast<std::size_t>(last) + points.size());
  const InTurns motion(e, redraws, all, fine, last);
  return fits([&](double t) { return motion.at(turns_until(e, t), turns_until(e, t)); });
}

void require_room(const Job& job, const std::vector<double>& points) {
  const auto& e = job.experiment;
  if (digits_fit(e, points, job.digits)) return;
  int most = job.digits - 1;
  while (most > 0 && !digits_fit(e, points, most)) --most;
  throw AccuracyError(e.at("accuracy.digits") + std::to_string(job.digits) +
                      " digits: the density of x takes more numbers than can be summed; allowed: " +
                      (most > 0 ? "at most " + std::to_string(most) + " digits, " : "") +
                      "fewer times or parameters, or one data set by data.values");
}

}  // namespace

bool redraws_linearly(const experiment::Experiment& e) {
  if (e.sampler.kind != "heat-bath" || (!of_regression(e) && e.model.kind != "gaussian-mean")) return false;
  const auto& l = e.learner;
  if (!(*std::min_element(l.temperature.values.begin(), l.temperature.values.end()) > 0)) return false;
  if (l.kind == "sgd-diffusion")
    return e.model.kind == "gaussian-mean" && e.data.source == experiment::Data::Source::values && round_start(l);
  return l.kind == "langevin" || (l.kind == "sgld" && sees_all(e));
}

bool mixes_redraws(const Job& job) {
  const auto& e = job.experiment;
  if (job.options.method != Method::automatic || !redraws_linearly(e)) return false;
  const bool on_grid = e.model.kind != "gaussian-mean" || e.model.dimension == 1;
  return !on_grid || (job.digits <= most_redraw_digits && !fluctuations_wanted(job.options));
}

void gaussian_redraws(Job& job) {
  const auto& e = job.experiment;
  require_turns(e);
  if (job.digits > most_redraw_digits)
    throw AccuracyError(e.at("accuracy.digits") + std::to_string(job.digits) +
                        " digits are out of reach of a Gaussian x that is redrawn, which is computed in double "
                        "precision; allowed: at most " +
                        std::to_string(most_redraw_digits));
  const auto study = make_study<double>(e, job.options);
  require_room(job, study.points);
  const auto identities =
      e.learner.kind == "sgld"
          ? sgld_identities<double>(num::from_rational<double>(e.learner.temperature.values.front()), true)
          : langevin_identities<double>(e);
  auto book = refine<double>([&](int k) { return redraw_rows(job, study.points, k); }, 4,
                             Goal<double>{accuracy<double>(job.digits), job.wanted(), 3}, identities);
  settle_infinities(book);
  collect(job, book, study, "mixture over redraws", identities);
}

}  // namespace calor::run
