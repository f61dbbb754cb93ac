#include "run/joint_model.hpp"

#include <algorithm>
#include <cmath>

#include "grid/plan.hpp"
#include "learner/sgld_nodes.hpp"

namespace calor::run {

using num::Matrix;
using num::Vector;

std::vector<double> kinks_and_ends(const Study<double>& study, const grid::Grid<double>& grid) {
  const auto& model = *study.model;
  std::vector<std::vector<int>> statistics;
  for (int x = 0; x < model.outcomes(); ++x) statistics.push_back(model.statistic(x));
  const auto neighbours = sampler::site_neighbours(study.experiment->model);
  std::vector<model::Jet<double>> jets(static_cast<std::size_t>(model.components()));
  const auto difference = [&](std::size_t x, std::size_t y, double theta) {
    model.components_at(std::span<const double>(&theta, 1), jets);
    double sum = 0;
    for (std::size_t a = 0; a < jets.size(); ++a) sum += (statistics[y][a] - statistics[x][a]) * jets[a].value;
    return sum;
  };
  std::vector<double> out;
  for (std::size_t x = 0; x < neighbours.size(); ++x)
    for (const int y : neighbours[x]) {
      const auto to = static_cast<std::size_t>(y);
      if (to < x || statistics[x] == statistics[to]) continue;
      double left = difference(x, to, grid.node(0));
      for (int i = 1; i < grid.size; ++i) {
        const double right = difference(x, to, grid.node(i));
        if ((left < 0) != (right < 0)) {
          double a = grid.node(i - 1), b = grid.node(i);
          if (difference(x, to, 0) == 0 && a <= 0 && b >= 0) a = b = 0;
          for (int k = 0; k < 60 && a < b; ++k) {
            const double middle = (a + b) / 2;
            ((difference(x, to, middle) < 0) == (left < 0) ? a : b) = middle;
          }
          out.push_back((a + b) / 2);
        }
        left = right;
      }
    }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end(), [](double a, double b) { return b - a < 1e-9; }), out.end());
  std::erase_if(out, [&](double k) { return !(k > grid.node(0) && k < grid.end()); });
  out.insert(out.begin(), grid.node(0));
  out.push_back(grid.end());
  return out;
}

OutcomeClasses outcome_classes(const Study<double>& study) {
  const auto& model = *study.model;
  OutcomeClasses out;
  std::vector<std::vector<int>> statistics;
  for (int x = 0; x < model.outcomes(); ++x) statistics.push_back(model.statistic(x));
  const auto& kind = study.experiment->sampler.kind;
  if (kind != "heat-bath" && kind != "equilibrium" && kind != "alternating")
    out.neighbours = sampler::site_neighbours(study.experiment->model);
  out.classes = sampler::classes(statistics, out.neighbours);
  out.statistic = Matrix<double>(model.components(), out.classes.count());
  for (Eigen::Index c = 0; c < out.classes.count(); ++c) {
    const auto& t = statistics[static_cast<std::size_t>(out.classes.representative[static_cast<std::size_t>(c)])];
    for (Eigen::Index a = 0; a < out.statistic.rows(); ++a) out.statistic(a, c) = t[static_cast<std::size_t>(a)];
  }
  return out;
}

std::vector<Matrix<double>> turn_kernels(const Study<double>& study, const OutcomeClasses& outcomes,
                                         const info::Spaces<double>& spaces, const Matrix<double>& thetas) {
  const auto& e = *study.experiment;
  const auto moves = sampler::alternations<double>(e.sampler, *study.model, thetas);
  const auto& size = spaces.x_weight;
  std::vector<Matrix<double>> out;
  for (Eigen::Index i = 0; i < spaces.conditional.rows(); ++i) {
    const Vector<double> p = spaces.conditional.row(i);
    const auto& move = moves[static_cast<std::size_t>(i)];
    const auto kernel =
        e.sampler.rate ? sampler::continuous_kernel<double>(
                             e.sampler.kind, p, outcomes.neighbours, outcomes.classes,
                             num::from_rational<double>(num::Rational(*e.sampler.rate * *e.time.step)), move)
                       : sampler::discrete_kernel<double>(e.sampler, p, outcomes.neighbours, outcomes.classes, move);
    // from probabilities of classes to densities: P'(c) size(c) = sum K(c,c') size(c') P(c')
    out.push_back(size.cwiseInverse().asDiagonal() * kernel * size.asDiagonal());
  }
  return out;
}

std::vector<Matrix<double>> class_generators(const Study<double>& study, const OutcomeClasses& outcomes,
                                             const info::Spaces<double>& spaces, const Matrix<double>& thetas) {
  const auto& s = study.experiment->sampler;
  const auto moves = sampler::alternations<double>(s, *study.model, thetas);
  std::vector<Matrix<double>> out;
  for (Eigen::Index i = 0; i < thetas.rows(); ++i) {
    const Vector<double> p = spaces.conditional.row(i);
    out.push_back(sampler::generator<double>(s.kind, p, outcomes.neighbours, outcomes.classes,
                                             moves[static_cast<std::size_t>(i)]));
  }
  return out;
}

ClassModel class_model(const Study<double>& study, const evolve::ThetaBasis& basis) {
  ClassModel out;
  out.outcomes = outcome_classes(study);
  out.terms = learner::terms_at(*study.model, basis.theta);
  const auto& classes = out.outcomes.classes;
  const auto& statistic = out.outcomes.statistic;
  const Eigen::Index n = basis.size();
  out.spaces.x_weight = Vector<double>(classes.count());
  for (Eigen::Index c = 0; c < classes.count(); ++c) out.spaces.x_weight[c] = classes.size[static_cast<std::size_t>(c)];
  out.energy = out.terms.value * statistic;
  out.slope = out.terms.slope * statistic;
  out.bend = out.terms.curvature * statistic;
  out.spaces.theta_weight = basis.weight;
  out.spaces.conditional = (-out.energy.array()).exp();
  out.spaces.x_entropy = Vector<double>(n);
  for (Eigen::Index i = 0; i < n; ++i)
    out.spaces.x_entropy[i] = out.spaces.conditional.row(i).cwiseProduct(out.energy.row(i)).dot(out.spaces.x_weight);
  return out;
}

namespace {

/// Spacings that sinc would need at a distance from the mean of a start narrower than the wells it spreads in. With w
/// the narrowest well's variance and T the lowest temperature of any data set, no variance is below
/// v(t) = w - (w - v_0) exp(-2 mu T t/w). Densities come as far as |theta - mean| = c t + z sqrt(v(t)) at speed c,
/// where they are z standard deviations from their middle: what is felt there is no narrower than sqrt(v(t)).
class SpreadingStart {
 public:
  SpreadingStart(const Study<double>& study, const Layout<double>& layout, const Resolution& resolution)
      : mean_(study.learner.initial_mean.front()) {
    const auto& l = study.learner;
    const double v0 = l.initial_stddev.front() * l.initial_stddev.front(), well = layout.settled * layout.settled;
    if (!(v0 < well && layout.coldest > 0)) {
      last_ = layout.grid.spacing;
      return;
    }
    last_ = layout.settled_spacing;
    const double z = std::sqrt(2 * resolution.tail_decades), strip = num::to_double(study.model->analytic_strip());
    const auto terms = learner::terms_on(*study.model, layout.grid);
    double speed = 0;
    for (const auto& set : layout.ensemble.sets)
      for (const double slope : learner::problem(l, set, terms, layout.grid).slope)
        speed = std::max(speed, l.mobility * std::fabs(slope));
    const double rate = 2 * l.mobility * layout.coldest / well, end = study.points.back();
    const auto needed = [&](double width) {
      return std::min(last_, grid::spacing_for(width, strip, resolution.spacing_decades));
    };
    double before = needed(l.initial_stddev.front());
    for (double share = 0;; share = share * 1.2 + 1e-3 * v0 / well) {  // of the way from v_0 to w
      const double t = share < 1 ? std::min(-std::log1p(-share) / rate, end) : end;
      const double width = std::sqrt(well - (well - v0) * std::exp(-rate * t));
      steps_.push_back({speed * t + z * width, before});
      before = needed(width);
      if (t == end) break;
    }
  }

  double spacing(double theta) const {
    for (const auto& [distance, needed] : steps_)
      if (std::fabs(theta - mean_) <= distance) return needed;
    return last_;
  }

  /// Ends of panels that are as long as `factor` spacings at the end that is nearer to the mean.
  std::vector<double> ends(const std::vector<double>& breaks, double factor) const {
    std::vector<double> out{breaks.front()};
    for (std::size_t k = 1; k < breaks.size(); ++k) {
      const double from = breaks[k - 1], to = breaks[k], sliver = 0.3 * factor * spacing(mean_);
      const double middle = mean_ - from < sliver ? from : to - mean_ < sliver ? to : mean_;
      std::vector<double> left;
      panels(middle, from, factor, left);
      for (auto at = left.rbegin(); at != left.rend(); ++at)
        if (*at > out.back()) out.push_back(*at);
      if (middle > out.back()) out.push_back(middle);
      panels(middle, to, factor, out);
    }
    return out;
  }

 private:
  struct Step {
    double distance, spacing;
  };

  /// Appends the ends of panels from a, without it, to b; the last is no sliver.
  void panels(double a, double b, double factor, std::vector<double>& out) const {
    const double sign = b > a ? 1 : -1;
    while (a != b) {
      const double length = factor * spacing(a);
      a = sign * (b - a) < 1.3 * length ? b : a + sign * length;
      out.push_back(a);
    }
  }

  double mean_, last_ = 0;
  std::vector<Step> steps_;
};

}  // namespace

evolve::ThetaBasis theta_basis(const Study<double>& study, const Layout<double>& layout, const Resolution& resolution) {
  const auto& grid = layout.grid;
  const bool metropolis = study.experiment->sampler.kind == "metropolis";
  const auto breaks = metropolis ? kinks_and_ends(study, grid) : std::vector<double>{grid.node(0), grid.end()};
  const int order = std::max(8, resolution.time_order + 1);
  const double factor = 0.5 * order;  // a polynomial needs pi nodes a wave where sinc needs 2, and a little more
  if (metropolis || grid.size > 200) {
    const auto ends = SpreadingStart(study, layout, resolution).ends(breaks, factor);
    if (metropolis || static_cast<int>(ends.size()) * order < grid.size)
      return evolve::panel_basis(ends, HUGE_VAL, order);
  }
  return evolve::sinc_basis(grid);
}

evolve::ThetaDynamics dynamics(const Study<double>& study, const data::DataSet<double>& set,
                               const learner::Terms<double>& terms, const evolve::ThetaBasis& basis) {
  const auto s =
      Eigen::Map<const Vector<double>>(set.statistic.data(), static_cast<Eigen::Index>(set.statistic.size()));
  const double decay = study.learner.weight_decay;
  return {study.learner.mobility, learner::temperature(study.learner, set, terms),
          terms.value * s + decay / 2 * basis.theta.cwiseAbs2(), terms.slope * s + decay * basis.theta,
          Vector<double>((terms.curvature * s).array() + decay)};
}

Vector<double> log_initial(const Study<double>& study, const evolve::ThetaBasis& basis) {
  const double s = study.learner.initial_stddev.front();
  const auto z = (basis.theta.array() - study.learner.initial_mean.front()) / s;
  return -std::log(2 * M_PI * s * s) / 2 - z.square() / 2;
}

}  // namespace calor::run
