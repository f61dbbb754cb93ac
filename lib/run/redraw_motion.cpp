#include "run/redraw_motion.hpp"

#include <algorithm>
#include <cmath>

#include "evolve/time_nodes.hpp"
#include "experiment/kinds.hpp"
#include "learner/course.hpp"
#include "num/parallel.hpp"
#include "run/level.hpp"
#include "run/linear_learners.hpp"

namespace calor::run {

using analytic::CourseStretch;
using Eigen::Index;
using info::MixtureEntropies;
using num::Vector;

namespace {

constexpr double faint = 1e-20;  // share of the redraws that is left out

/// Widths s by which a mean of x moves in a unit of ∫μ at the start.
double fastest_pull(const RedrawLaw& p) {
  double most = 0;
  for (Index j = 0; j < p.channels(); ++j)
    for (Index i = 0; i < p.parameters(); ++i)
      most = std::max(most, std::fabs(p.inputs(j, i)) * (std::fabs(p.pull(i)) + 3 * std::sqrt(p.gradient_variance[i])) /
                                std::sqrt(p.s2));
  return most;
}

class RedrawsInTime : public RedrawMotion {
 public:
  RedrawsInTime(const experiment::Experiment& e, const std::vector<RedrawLaw>& learners,
                std::vector<std::vector<CourseStretch<double>>> courses, const std::vector<double>& points,
                const RedrawFineness& fine)
      : learners_(learners),
        courses_(std::move(courses)),
        points_(points),
        rule_(fine.moments.order),
        fine_(fine),
        rate_(num::from_rational<double>(*e.sampler.rate)) {
    for (const auto& piece : learner::course<double>(e.learner))
      if (piece.start > 0) knots_.push_back(piece.start);
    double sharpest = 0;
    for (std::size_t a = 0; a < learners.size(); ++a) {
      const RedrawLaw& p = learners[a];
      for (const auto& s : courses_[a]) {
        fastest_ = std::max(fastest_, s.mobility * p.curvature.maxCoeff());
        const double narrow =
            std::min(p.start.diagonal().minCoeff(), p.s2 / p.inputs.rowwise().squaredNorm().maxCoeff());
        sharpest = std::max({sharpest, s.mobility * s.temperature / narrow, s.mobility * fastest_pull(p)});
      }
    }
    cuts_ = points;
    cuts_.insert(cuts_.end(), knots_.begin(), knots_.end());
    std::sort(cuts_.begin(), cuts_.end());
    cuts_.erase(std::unique(cuts_.begin(), cuts_.end()), cuts_.end());
    cuts_.erase(std::upper_bound(cuts_.begin(), cuts_.end(), points.back()), cuts_.end());
    const double shortest = 0.5 / (fine.redraws * std::max({rate_, fastest_, sharpest, 1e-9}));
    nodes_ = evolve::gauss_nodes<double>(cuts_, shortest, fine.time_order);
  }

  RedrawMoment at(std::size_t j) const override { return at_time(points_[j]); }

  double moments() const override { return static_cast<double>(nodes_.times.size()); }

  std::vector<Exchange> exchanged(const Redraws& redraws, int threads) const override {
    std::vector<Exchange> rates(nodes_.times.size());
    num::parallel_for(static_cast<int>(rates.size()), threads, [&](int i) {
      const auto k = static_cast<std::size_t>(i);
      if (nodes_.weight[k] > 0) rates[k] = rates_at(redraws, nodes_.times[k]);
    });
    const auto total = [&](double Exchange::*what) {
      std::vector<double> values;
      for (const auto& r : rates) values.push_back(r.*what);
      return nodes_.integrate(values);
    };
    const std::vector<double> heat = total(&Exchange::heat), work = total(&Exchange::work),
                              flow_x = total(&Exchange::flow_x), flow_theta = total(&Exchange::flow_theta),
                              ep = total(&Exchange::ep);
    std::vector<Exchange> out;
    for (const double t : points_) {
      const auto k = static_cast<std::size_t>(std::find(cuts_.begin(), cuts_.end(), t) - cuts_.begin());
      out.push_back({heat[k], work[k], flow_x[k], flow_theta[k], ep[k]});
    }
    return out;
  }

 private:
  RedrawMoment at_time(double t) const {
    std::vector<double> times, weights;
    add_redraws(t, times, weights);
    RedrawMoment m{Vector<double>::Zero(static_cast<Index>(times.size()) + 1), {}};
    for (std::size_t k = 0; k < times.size(); ++k) m.weight[static_cast<Index>(k)] = weights[k];
    m.weight /= m.weight.sum();
    times.push_back(t);
    for (std::size_t a = 0; a < courses_.size(); ++a) {
      const RedrawLaw& p = learners_[a];
      std::vector<ThetaAt> past;
      for (const double u : times) past.push_back(law(a, u));
      for (auto& then : past) then.to_now = (-p.curvature.array() * (past.back().clock - then.clock)).exp().matrix();
      m.past.push_back(std::move(past));
    }
    return m;
  }

  Exchange rates_at(const Redraws& redraws, double t) const {
    const RedrawMoment m = at_time(t);
    std::vector<double> mobility, temperature, diffusion;
    for (const auto& course : courses_) {
      const auto next = std::find_if(course.begin() + 1, course.end(), [&](const auto& s) { return s.start > t; });
      const auto& s = *(next - 1);
      mobility.push_back(s.mobility + s.mobility_slope * (t - s.start));
      temperature.push_back(s.temperature + s.temperature_slope * (t - s.start));
      diffusion.push_back(mobility.back() * temperature.back());
    }
    const MixtureEntropies both = redraws.uncertainty(m, {true, true}, diffusion),
                           b = redraws.uncertainty(m, {false, true});
    const double excess = redraws.excess_energy(m);
    Exchange out;
    out.heat = -rate_ * excess;
    out.work = redraws.power(m, mobility, temperature);
    // d/dt of S(X|Θ,B) and S(X|B) while x moves: rate (fresh - entropy)
    const double given_both = both.fresh - both.entropy, given_b = b.fresh - b.entropy;
    out.flow_x = rate_ * (given_b - given_both);
    out.flow_theta = -both.slope_square;
    out.ep = rate_ * (given_both + excess);
    return out;
  }

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

  ThetaAt law(std::size_t learner, double t) const {
    const RedrawLaw& p = learners_[learner];
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
      const RedrawLaw& p = learners_[a];
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

  const std::vector<RedrawLaw>& learners_;
  std::vector<std::vector<CourseStretch<double>>> courses_;
  std::vector<double> points_;
  analytic::TimePanel<double> rule_;
  RedrawFineness fine_;
  double rate_, fastest_ = 0;
  std::vector<double> knots_, cuts_;  // cuts_: of points and knots
  evolve::TimeNodes<double> nodes_;   // of the exchange
};

/// What the exchange of a turn is the change of.
struct TurnState {
  double given_both = 0, shared = 0, energy = 0;
};

class RedrawsInTurns : public RedrawMotion {
 public:
  RedrawsInTurns(const experiment::Experiment& e, const std::vector<RedrawLaw>& learners,
                 const std::vector<std::vector<CourseStretch<double>>>& courses, const std::vector<double>& points,
                 const RedrawFineness& fine)
      : kept_(kept_in_a_turn(e)) {
    const double length = e.time.step ? num::from_rational<double>(*e.time.step) : 1;
    for (const double t : points) turns_.push_back(std::lround(t / length));
    for (std::size_t a = 0; a < courses.size(); ++a) {
      const RedrawLaw& p = learners[a];
      TurnSequence<double> turns(e, p, courses[a], fine.moments);
      std::vector<ThetaAt> laws{law_at_start(p)};
      std::vector<Vector<double>> decays{Vector<double>::Ones(p.parameters())};
      for (long n = 0; n < turns_.back(); ++n) {
        const auto move = turns.at(n).move;
        laws.push_back(after_move(laws.back(), move));
        decays.push_back(move.decay);
      }
      laws_.push_back(std::move(laws));
      decays_.push_back(std::move(decays));
    }
  }

  RedrawMoment at(std::size_t j) const override { return after(turns_[j], turns_[j]); }

  double moments() const override { return 2.0 * static_cast<double>(turns_.back()) + 1; }

  std::vector<Exchange> exchanged(const Redraws& redraws, int threads) const override {
    std::vector<TurnState> states(static_cast<std::size_t>(2 * turns_.back() + 1));  // Θ moved, x moved, Θ moved, ...
    num::parallel_for(static_cast<int>(states.size()), threads, [&](int i) {
      const RedrawMoment m = after((i + 1) / 2, i / 2);
      const double both = redraws.uncertainty(m, {true, true}).entropy;
      states[static_cast<std::size_t>(i)] = {both, redraws.uncertainty(m, {false, true}).entropy - both,
                                             redraws.excess_energy(m)};
    });
    std::vector<Exchange> by_turn(1);
    for (std::size_t i = 0; i + 2 < states.size(); i += 2) {
      const TurnState &before = states[i], &middle = states[i + 1], &after = states[i + 2];
      Exchange sum = by_turn.back();
      const double heat = after.energy - middle.energy;
      sum += {heat, middle.energy - before.energy, after.shared - middle.shared, middle.shared - before.shared,
              after.given_both - middle.given_both - heat};
      by_turn.push_back(sum);
    }
    std::vector<Exchange> out;
    for (const long n : turns_) out.push_back(by_turn[static_cast<std::size_t>(n)]);
    return out;
  }

 private:
  /// After Θ has moved n times, and x `redraws` times, n - 1 or n of them.
  RedrawMoment after(long n, long redraws) const {
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

  double kept_;
  std::vector<long> turns_;  // until each point
  std::vector<std::vector<ThetaAt>> laws_;
  std::vector<std::vector<Vector<double>>> decays_;  // of the turn that leads there
};

}  // namespace

RedrawFineness redraw_fineness(int digits, int level) {
  const double efolds = 2.3 * (digits + 2.3) * (1 + 0.12 * level);
  return {efolds, 1 + 0.3 * level, 4 + static_cast<int>(efolds / 3) + 2 * level, time_resolution(digits, level)};
}

std::unique_ptr<RedrawMotion> redraw_motion(const experiment::Experiment& e, const std::vector<RedrawLaw>& learners,
                                            std::vector<std::vector<CourseStretch<double>>> courses,
                                            const std::vector<double>& points, const RedrawFineness& fine) {
  if (experiment::takes_turns(e)) return std::make_unique<RedrawsInTurns>(e, learners, courses, points, fine);
  return std::make_unique<RedrawsInTime>(e, learners, std::move(courses), points, fine);
}

}  // namespace calor::run
