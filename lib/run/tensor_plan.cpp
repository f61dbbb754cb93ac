#include "run/tensor_plan.hpp"

#include <algorithm>
#include <cmath>

#include "grid/plan.hpp"

namespace calor::run {

namespace {

using grid::Interval;
using Point = std::vector<double>;
using Box = std::vector<Interval>;

/// One data set's loss (with weight decay) and its derivatives at a point.
struct Loss {
  const learner::Langevin<double>& learner;
  const model::Model<double>& model;
  std::vector<model::Jet<double>> jets;

  Loss(const learner::Langevin<double>& l, const model::Model<double>& m)
      : learner(l), model(m), jets(static_cast<std::size_t>(m.components())) {}

  Point gradient(const data::DataSet<double>& set, const Point& theta) {
    model.components_at(theta, jets);
    Point g(theta.size());
    for (std::size_t a = 0; a < theta.size(); ++a) {
      g[a] = learner.weight_decay * theta[a];
      for (std::size_t c = 0; c < jets.size(); ++c) g[a] += set.statistic[c] * jets[c].gradient[a];
    }
    return g;
  }
  double curvature(const data::DataSet<double>& set, const Point& theta) {
    model.components_at(theta, jets);
    double most = 0;
    const std::size_t d = theta.size();
    for (std::size_t a = 0; a < d; ++a) {
      double row = learner.weight_decay;
      for (std::size_t b = 0; b < d; ++b) {
        double h = 0;
        for (std::size_t c = 0; c < jets.size(); ++c) h += set.statistic[c] * jets[c].hessian[a * d + b];
        row += std::fabs(h);
      }
      most = std::max(most, row);
    }
    return most;
  }
};

/// Extremes of the path of theta' = -mu grad L from the start's mean.
Box flow(Loss& loss, const data::DataSet<double>& set, double final_time) {
  const auto& l = loss.learner;
  Point theta = l.initial_mean;
  Box path;
  for (const double x : theta) path.push_back({x, x});
  double elapsed = 0;
  for (int step = 0; step < 4000 && elapsed < final_time; ++step) {
    const double rate = l.mobility * std::max(loss.curvature(set, theta), 1e-12);
    const double dt = grid::path_step(final_time - elapsed, elapsed, rate);
    const Point slope = loss.gradient(set, theta);
    Point middle = theta;
    for (std::size_t a = 0; a < theta.size(); ++a) middle[a] -= dt / 2 * l.mobility * slope[a];
    const Point there = loss.gradient(set, middle);
    double move = 0, size = 1;
    for (std::size_t a = 0; a < theta.size(); ++a) {
      theta[a] -= dt * l.mobility * there[a];
      move = std::max(move, std::fabs(dt * l.mobility * there[a]));
      size = std::max(size, std::fabs(theta[a]));
      path[a].start = std::min(path[a].start, theta[a]);
      path[a].end = std::max(path[a].end, theta[a]);
    }
    elapsed += dt;
    if (move < 1e-9 * size && elapsed > 0.01 * final_time) break;
  }
  return path;
}

Interval hull(const Interval& a, const Interval& b) { return {std::min(a.start, b.start), std::max(a.end, b.end)}; }
Interval meet(const Interval& a, const Interval& b) { return {std::max(a.start, b.start), std::min(a.end, b.end)}; }

grid::Tensor coarse(const Box& box, int nodes) {
  grid::Tensor out;
  for (const auto& side : box) out.axes.push_back({side.start, (side.end - side.start) / (nodes - 1), nodes});
  return out;
}

/// What scanning all data sets on one coarse grid finds. A place counts by -ln of the density that it can hold,
/// relative to the tops of densities and of p(B).
struct Scan {
  Box confined;                  // where stationary densities live
  std::vector<double> steepest;  // largest second derivative along each axis where densities live
  std::vector<double> spacing;   // smallest that any place asks for, by its own curvature and its share
};

class TensorLandscape {
 public:
  TensorLandscape(const learner::Langevin<double>& learner, const model::Model<double>& model,
                  const data::Ensemble<double>& ensemble, const std::vector<Box>& paths, double final_time,
                  const TensorResolution& resolution)
      : learner_(learner),
        model_(model),
        ensemble_(ensemble),
        paths_(paths),
        final_time_(final_time),
        tail_(resolution.tail),
        decades_(resolution.spacing),
        top_(most_probable(ensemble)),
        on_support_(resolution.on_support) {}

  Scan scan(const Box& box) const {
    const int d = model_.parameters();
    const grid::Tensor grid = coarse(box, d == 1 ? 400 : d == 2 ? 60 : 30);
    const Eigen::Index n = grid.size(), components = model_.components();
    Matrix<double> value(n, components);
    std::vector<Matrix<double>> curvature(static_cast<std::size_t>(d), Matrix<double>(n, components));
    Vector<double> square(n), start(n);
    std::vector<model::Jet<double>> jets(static_cast<std::size_t>(components));
    Point theta(static_cast<std::size_t>(d));
    for (Eigen::Index i = 0; i < n; ++i) {
      grid.node(i, theta);
      model_.components_at(theta, jets);
      square[i] = start[i] = 0;
      for (std::size_t a = 0; a < theta.size(); ++a) {
        const double z = (theta[a] - learner_.initial_mean[a]) / learner_.initial_stddev[a];
        square[i] += theta[a] * theta[a];
        start[i] += z * z / 2;
      }
      for (Eigen::Index c = 0; c < components; ++c) {
        const auto& jet = jets[static_cast<std::size_t>(c)];
        value(i, c) = jet.value;
        for (std::size_t a = 0; a < theta.size(); ++a) curvature[a](i, c) = jet.hessian[a * theta.size() + a];
      }
    }
    Scan out{{}, std::vector<double>(static_cast<std::size_t>(d), 0.0), {}};
    for (const double s0 : learner_.initial_stddev)
      out.spacing.push_back(grid::spacing_for(s0, model_.analytic_strip(), decades_));
    for (std::size_t b = 0; b < ensemble_.sets.size(); ++b) {
      const auto& set = ensemble_.sets[b];
      const double rare = std::log(top_ / set.weight);
      const Eigen::Map<const Vector<double>> s(set.statistic.data(), components);
      const Vector<double> loss = value * s + square * (learner_.weight_decay / 2);
      const double lowest = loss.minCoeff();
      std::vector<Vector<double>> second;
      for (const auto& c : curvature) second.push_back(c * s);
      Box region;
      for (Eigen::Index i = 0; i < n; ++i) {
        double depth = (loss[i] - lowest) / learner_.temperature;
        if (on_support_) {
          grid.node(i, theta);
          depth = std::max(depth, way(paths_[b], theta));
        }
        const double share = rare + std::min(depth, start[i]);
        if (share > tail_) continue;
        for (std::size_t a = 0; a < theta.size(); ++a) {
          const double curvature_here = second[a][i] + learner_.weight_decay;
          out.steepest[a] = std::max(out.steepest[a], curvature_here);
          const double decades = decades_ * (1 - share / tail_);  // errors count by their share
          out.spacing[a] =
              std::min(out.spacing[a], grid::spacing_for(width(a, curvature_here), model_.analytic_strip(), decades));
        }
        if (rare + depth > tail_) continue;
        grid.node(i, theta);
        if (region.empty())
          for (const double x : theta) region.push_back({x, x});
        for (std::size_t a = 0; a < theta.size(); ++a) region[a] = hull(region[a], {theta[a], theta[a]});
      }
      for (std::size_t a = 0; a < region.size(); ++a) {
        region[a] = {region[a].start - grid.axes[a].spacing, region[a].end + grid.axes[a].spacing};
        if (out.confined.size() <= a)
          out.confined.push_back(region[a]);
        else
          out.confined[a] = hull(out.confined[a], region[a]);
      }
    }
    return out;
  }

 private:
  /// -ln of what diffusion of the start, moved along the path, can leave at a place.
  double way(const Box& path, const Point& theta) const {
    double sum = 0;
    for (std::size_t a = 0; a < theta.size(); ++a) {
      const double beyond = std::max({0.0, path[a].start - theta[a], theta[a] - path[a].end});
      const double s0 = learner_.initial_stddev[a];
      sum += beyond * beyond / (2 * (s0 * s0 + 2 * learner_.diffusion() * final_time_));
    }
    return sum;
  }

  /// A density narrows no further than a well's T/L'', and not before the well has had time to act.
  double width(std::size_t axis, double curvature) const {
    const double v0 = learner_.initial_stddev[axis] * learner_.initial_stddev[axis];
    if (!(curvature > 0)) return std::sqrt(v0);
    const double shrink = -std::expm1(-2 * learner_.mobility * curvature * final_time_);
    return std::sqrt(std::min(v0, v0 * (1 - shrink) + learner_.temperature / curvature * shrink));
  }

  const learner::Langevin<double>& learner_;
  const model::Model<double>& model_;
  const data::Ensemble<double>& ensemble_;
  const std::vector<Box>& paths_;  // of the start's mean, one a data set
  double final_time_, tail_, decades_, top_;
  bool on_support_;
};

}  // namespace

void TensorResolution::split_time(int digits, double finer) {
  lag_substep = 0.4 / (1 + 1.5 * (finer - 1));
  lag_columns = std::min(4 + digits / 4 + static_cast<int>(std::lround(3 * (finer - 1))), 8);
}

double settling_time(const learner::Langevin<double>& l) { return 10 / (l.mobility * std::max(l.weight_decay, 0.01)); }

double most_probable(const data::Ensemble<double>& ensemble) {
  double top = 0;
  for (const auto& set : ensemble.sets) top = std::max(top, set.weight);
  return top;
}

Matrix<double> nodes_of(const grid::Tensor& grid) {
  Matrix<double> out(grid.size(), grid.dimension());
  Point theta(static_cast<std::size_t>(grid.dimension()));
  for (Eigen::Index i = 0; i < out.rows(); ++i) {
    grid.node(i, theta);
    for (Eigen::Index a = 0; a < out.cols(); ++a) out(i, a) = theta[static_cast<std::size_t>(a)];
  }
  return out;
}

TensorTerms terms_on(const model::Model<double>& model, const grid::Tensor& grid) {
  return terms_on(model, nodes_of(grid));
}

TensorTerms terms_on(const model::Model<double>& model, const Matrix<double>& nodes) {
  const Eigen::Index n = nodes.rows(), terms = model.components();
  const auto d = static_cast<std::size_t>(nodes.cols());
  TensorTerms out{Matrix<double>(n, terms), Matrix<double>(n, terms),
                  std::vector<Matrix<double>>(d, Matrix<double>(n, terms))};
  std::vector<model::Jet<double>> jets(static_cast<std::size_t>(terms));
  Point theta(d);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (std::size_t a = 0; a < d; ++a) theta[a] = nodes(i, static_cast<Eigen::Index>(a));
    model.components_at(theta, jets);
    for (Eigen::Index c = 0; c < terms; ++c) {
      const auto& jet = jets[static_cast<std::size_t>(c)];
      out.value(i, c) = jet.value;
      out.laplacian(i, c) = 0;
      for (std::size_t a = 0; a < d; ++a) {
        out.slope[a](i, c) = jet.gradient[a];
        out.laplacian(i, c) += jet.hessian[a * d + a];
      }
    }
  }
  return out;
}

TensorPlan plan(const learner::Langevin<double>& l, const model::Model<double>& model,
                const data::Ensemble<double>& ensemble, double final_time, const TensorResolution& r) {
  const auto d = static_cast<std::size_t>(model.parameters());
  const double z = std::sqrt(2 * r.tail), diffusion = l.diffusion();
  Loss loss(l, model);
  std::vector<Box> paths;
  Box start, free;
  for (std::size_t a = 0; a < d; ++a) {
    const double reach = z * l.initial_stddev[a];
    start.push_back({l.initial_mean[a] - reach, l.initial_mean[a] + reach});
  }
  free = start;
  double slope = 0;
  for (const auto& set : ensemble.sets) {
    const Box& path = paths.emplace_back(flow(loss, set, final_time));
    const Point g = loss.gradient(set, l.initial_mean);
    for (std::size_t a = 0; a < d; ++a) {
      const double v0 = l.initial_stddev[a] * l.initial_stddev[a];
      const double reach = z * std::sqrt(v0 + 2 * diffusion * final_time);
      free[a] = hull(free[a], {path[a].start - reach, path[a].end + reach});
      slope = std::max(slope, std::fabs(g[a]) / l.initial_stddev[a]);
    }
  }
  const TensorLandscape landscape(l, model, ensemble, paths, final_time, r);
  Box box = free;
  Scan found;
  for (int pass = 0; pass < 4; ++pass) {
    found = landscape.scan(box);
    for (std::size_t a = 0; a < d; ++a) box[a] = meet(hull(start[a], found.confined[a]), free[a]);
  }

  TensorPlan out;
  out.fastest_time = 1e300;
  for (std::size_t a = 0; a < d; ++a) {
    const double v0 = l.initial_stddev[a] * l.initial_stddev[a], steepest = std::max(found.steepest[a], 1e-300);
    int nodes = grid::axis_nodes(box[a].end - box[a].start, found.spacing[a]);
    nodes = std::max(nodes + nodes % 2, 4);
    out.grid.axes.push_back({box[a].start, (box[a].end - box[a].start) / (nodes - 1), nodes});
    out.fastest_time = std::min({out.fastest_time, v0 / (2 * diffusion), 1 / (l.mobility * steepest)});
  }
  if (slope > 0) out.fastest_time = std::min(out.fastest_time, 1 / (l.mobility * slope));
  return out;
}

evolve::TensorProblem tensor_problem(const learner::Langevin<double>& l, const data::DataSet<double>& set,
                                     const TensorTerms& terms, const grid::Tensor& grid, const TensorResolution& r,
                                     double rare) {
  const Eigen::Index n = grid.size();
  const Eigen::Map<const Vector<double>> s(set.statistic.data(), static_cast<Eigen::Index>(set.statistic.size()));
  evolve::TensorProblem out;
  out.grid = &grid;
  out.mobility = l.mobility;
  out.temperature = l.temperature;
  out.loss = terms.value * s;
  out.laplacian = terms.laplacian * s;
  out.laplacian.array() += l.weight_decay * grid.dimension();
  for (const auto& slope : terms.slope) out.slope.push_back(slope * s);
  out.log_initial.resize(n);
  double log_norm = 0;
  for (const double s0 : l.initial_stddev) log_norm -= std::log(2 * M_PI * s0 * s0) / 2;
  Point theta(static_cast<std::size_t>(grid.dimension()));
  for (Eigen::Index i = 0; i < n; ++i) {
    grid.node(i, theta);
    out.log_initial[i] = log_norm;
    for (std::size_t a = 0; a < theta.size(); ++a) {
      const double z = (theta[a] - l.initial_mean[a]) / l.initial_stddev[a];
      out.log_initial[i] -= z * z / 2;
      out.loss[i] += l.weight_decay * theta[a] * theta[a] / 2;
      out.slope[a][i] += l.weight_decay * theta[a];
    }
  }
  // w (V - cap) is what is lost to the stationary density, and V may be e^10 times the other rates
  const double deep = r.tail + 12 - rare, lowest = out.loss.minCoeff(), top = out.log_initial.maxCoeff();
  double cap = 0;
  for (Eigen::Index i = 0; i < n; ++i) {
    const double depth = (out.loss[i] - lowest) / l.temperature;
    if (r.on_support ? depth > depth_on_support * r.tail : depth > deep && top - out.log_initial[i] > deep) continue;
    double v = -l.mobility * out.laplacian[i] / 2;
    for (const auto& slope : out.slope) v += l.mobility * slope[i] * slope[i] / (4 * l.temperature);
    cap = std::max(cap, v);
  }
  out.cap = std::max(cap, 1e-300);
  out.least = top - (r.tail + 4 - rare);
  double edge = 0;  // exp(-L/T) there, relative to its top
  for (Eigen::Index i = 0; i < n; ++i)
    for (int a = 0; a < grid.dimension(); ++a) {
      const int at = grid.position(i, a);
      if (at == 0 || at + 1 == grid.axes[static_cast<std::size_t>(a)].size)
        edge = std::max(edge, std::exp(-(out.loss[i] - lowest) / l.temperature));
    }
  out.confined = edge < std::exp(rare - 0.9 * r.tail);
  out.floor = std::exp(-std::min(r.tail, 2 * r.spacing));
  return out;
}

}  // namespace calor::run
