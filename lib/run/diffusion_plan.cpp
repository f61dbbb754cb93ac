// Which box, spacing and times an sgd-diffusion run needs. Decisions only; a run confirms them by refinement.

#include <algorithm>
#include <cmath>

#include "grid/plan.hpp"
#include "num/decompose.hpp"
#include "num/errors.hpp"
#include "run/diffusion_level.hpp"
#include "run/support.hpp"
#include "run/tensor_level.hpp"

namespace calor::run {

namespace {

using Field = Vector<double>;
using Point = std::vector<double>;
using grid::Interval;
using Box = std::vector<Interval>;

int even(double nodes) { return 2 * static_cast<int>(std::ceil(nodes / 2)); }

/// A few nodes around the start.
grid::Tensor around_start(const learner::Langevin<double>& l, double reach, int nodes) {
  grid::Tensor out;
  for (std::size_t a = 0; a < l.initial_mean.size(); ++a)
    out.axes.push_back(
        {l.initial_mean[a] - reach * l.initial_stddev[a], 2 * reach * l.initial_stddev[a] / (nodes - 1), nodes});
  return out;
}

Range noise_range(const learner::Langevin<double>& l, const model::Model<double>& model,
                  const data::Ensemble<double>& ensemble, const grid::Tensor& grid) {
  const auto terms = diffusion_terms(model, grid);
  Range out;
  for (const auto& set : ensemble.sets) out.include(eigenvalues(diffusion_problem(l, set, terms, grid)));
  return out;
}

/// One data set's drift and noise at a point, and the bend of its loss.
struct Place {
  Point drift, bend;  // f, L_aa
  Matrix<double> diffusion;
};

class DiffusionLandscape {
 public:
  DiffusionLandscape(const learner::Langevin<double>& l, const model::Model<double>& model,
                     const data::DataSet<double>& set)
      : l_(l), model_(model), set_(set), jets_(static_cast<std::size_t>(model.components())) {}

  Place at(const Point& theta) {
    model_.components_at(theta, jets_);
    const std::size_t d = theta.size(), terms = jets_.size();
    Place out{Point(d), Point(d), Matrix<double>::Identity(static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(d))};
    out.diffusion *= l_.temperature;
    for (std::size_t a = 0; a < d; ++a) {
      out.drift[a] = -l_.weight_decay * theta[a];
      out.bend[a] = l_.weight_decay;
      for (std::size_t c = 0; c < terms; ++c) {
        out.drift[a] -= set_.statistic[c] * jets_[c].gradient[a];
        out.bend[a] += set_.statistic[c] * jets_[c].hessian[a * d + a];
      }
      for (std::size_t b = 0; b < d; ++b)
        for (std::size_t c = 0; c < terms; ++c)
          for (std::size_t e = 0; e < terms; ++e)
            out.diffusion(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(b)) +=
                l_.noise * set_.covariance[c * terms + e] * jets_[c].gradient[a] * jets_[e].gradient[b];
    }
    return out;
  }

 private:
  const learner::Langevin<double>& l_;
  const model::Model<double>& model_;
  const data::DataSet<double>& set_;
  std::vector<model::Jet<double>> jets_;
};

void include(Box& box, const Point& theta) {
  for (std::size_t a = 0; a < theta.size(); ++a)
    box[a] = {std::min(box[a].start, theta[a]), std::max(box[a].end, theta[a])};
}

/// Follows theta' = f from the start's mean; every place is in the box.
Point flow(DiffusionLandscape& landscape, Point theta, double final_time, Box& box) {
  double elapsed = 0;
  for (int step = 0; step < 4000 && elapsed < final_time; ++step) {
    const auto here = landscape.at(theta);
    double rate = 1e-12, speed = 0;
    for (const double bend : here.bend) rate = std::max(rate, std::fabs(bend));
    for (const double f : here.drift) speed = std::max(speed, std::fabs(f));
    const double dt = grid::path_step(final_time - elapsed, elapsed, rate);
    for (std::size_t a = 0; a < theta.size(); ++a) theta[a] += dt * here.drift[a];
    include(box, theta);
    elapsed += dt;
    if (speed * std::max(dt, 1.0) < 1e-9) break;
  }
  return theta;
}

/// Goes out from `centre` until the density must have fallen by `tail` e-folds.
void ray(DiffusionLandscape& landscape, const Point& centre, const Point& direction, double final_time,
         double start_variance, double tail, Box& box) {
  Point theta = centre;
  double depth = 0, last = -1, r = 0, most = 0, dr = 0;
  const Eigen::Map<const Field> e(direction.data(), static_cast<Eigen::Index>(direction.size()));
  for (int step = 0; step < 20000; ++step) {
    const auto here = landscape.at(theta);
    const double noise = e.dot(here.diffusion * e);
    double pull = 0, bend = 0;
    for (std::size_t a = 0; a < theta.size(); ++a) {
      pull -= here.drift[a] * direction[a];
      bend = std::max(bend, std::fabs(here.bend[a]));
    }
    most = std::max(most, noise);
    if (last > 0) depth += pull / noise * dr + std::log(noise / last);
    if (depth > tail || r * r > 2 * tail * (start_variance + 2 * most * final_time)) break;
    last = noise;
    dr =
        std::min(0.1 * (std::sqrt(noise / std::max(bend, 1e-12)) + r), 0.5 * noise / std::max(std::fabs(pull), 1e-300));
    r += dr;
    for (std::size_t a = 0; a < theta.size(); ++a) theta[a] = centre[a] + r * direction[a];
  }
  include(box, theta);
}

std::vector<Point> directions(std::size_t d) {
  if (d == 1) return {{1}, {-1}};
  std::vector<Point> out;
  for (int k = 0; k < 32; ++k) out.push_back({std::cos(k * M_PI / 16), std::sin(k * M_PI / 16)});
  return out;
}

/// Widths and strips along each axis on nodes of the box: where D(theta) vanishes at a complex theta, so that densities
/// are singular there, sqrt(2 D/D'') is about how far that is.
struct Scales {
  Point narrow, strip;
  double steepest = 0;
};

Scales scales(const learner::Langevin<double>& l, const model::Model<double>& model,
              const data::Ensemble<double>& ensemble, const Box& box) {
  const std::size_t d = box.size();
  const int nodes = d == 1 ? 400 : 40;
  grid::Tensor probe;
  for (const auto& side : box) probe.axes.push_back({side.start, (side.end - side.start) / (nodes - 1), nodes});
  Scales out{Point(d, HUGE_VAL), Point(d, model.analytic_strip()), 0};
  Point theta(d);
  for (const auto& set : ensemble.sets) {
    DiffusionLandscape landscape(l, model, set);
    for (Eigen::Index i = 0; i < probe.size(); ++i) {
      probe.node(i, theta);
      const auto here = landscape.at(theta);
      const Vector<double> eigenvalues = num::symmetric_eigenvalues<double>(here.diffusion);
      for (std::size_t a = 0; a < d; ++a) {
        const auto k = static_cast<Eigen::Index>(a);
        const double h = 0.05 * probe.axes[a].spacing + 1e-3;
        Point left = theta, right = theta;
        left[a] -= h;
        right[a] += h;
        const double noise = here.diffusion(k, k),
                     bend = (landscape.at(left).diffusion(k, k) + landscape.at(right).diffusion(k, k) - 2 * noise) /
                            (h * h);
        if (bend > 1e-6 * noise) out.strip[a] = std::min(out.strip[a], std::sqrt(2 * noise / bend));
        out.steepest = std::max(out.steepest, here.bend[a]);
        if (here.bend[a] > 0) out.narrow[a] = std::min(out.narrow[a], std::sqrt(eigenvalues[0] / here.bend[a]));
      }
    }
  }
  return out;
}

TensorPlan bent(const Study<double>& study, const learner::Langevin<double>& l, const data::Ensemble<double>& ensemble,
                double end, const TensorResolution& r) {
  const std::size_t d = l.initial_mean.size();
  const double z = std::sqrt(2 * r.tail);
  Box box;
  double widest = 0;
  for (std::size_t a = 0; a < d; ++a) {
    box.push_back({l.initial_mean[a] - z * l.initial_stddev[a], l.initial_mean[a] + z * l.initial_stddev[a]});
    widest = std::max(widest, l.initial_stddev[a]);
  }
  for (const auto& set : ensemble.sets) {
    DiffusionLandscape landscape(l, *study.model, set);
    const Point centre = flow(landscape, l.initial_mean, end, box);
    for (const auto& e : directions(d)) ray(landscape, centre, e, end, widest * widest, r.tail, box);
  }
  const auto found = scales(l, *study.model, ensemble, box);
  const auto start = around_start(l, 3, d == 1 ? 25 : 7);
  const Range noise = noise_range(l, *study.model, ensemble, start);
  TensorPlan out;
  out.fastest_time = 1 / std::max(found.steepest, 1e-300);
  Point theta(d);
  for (std::size_t a = 0; a < d; ++a) {
    const double s0 = l.initial_stddev[a],
                 spacing = grid::spacing_for(std::min(s0, found.narrow[a]), found.strip[a], r.spacing);
    const double length = box[a].end - box[a].start, nodes = std::ceil(length / spacing) + 1;
    if (!(nodes < 1e5))
      throw AccuracyError(study.experiment->at("learner.learning_rate") +
                          "the noise of the gradients grows so fast that densities reach from " +
                          num::to_text(box[a].start, 3) + " to " + num::to_text(box[a].end, 3) + " in parameter " +
                          std::to_string(a) + "; ask for fewer digits, or a smaller learning rate");
    const int size = even(std::max(4.0, nodes));
    out.grid.axes.push_back({box[a].start, length / (size - 1), size});
    out.fastest_time = std::min(out.fastest_time, s0 * s0 / (2 * noise.most));
  }
  for (const auto& set : ensemble.sets) {
    DiffusionLandscape landscape(l, *study.model, set);
    const auto here = landscape.at(l.initial_mean);
    for (std::size_t a = 0; a < d; ++a)
      out.fastest_time = std::min(out.fastest_time, l.initial_stddev[a] / std::max(std::fabs(here.drift[a]), 1e-300));
  }
  return out;
}

/// The box of `wide` with the spacing of whichever is finer.
TensorPlan refined(TensorPlan wide, const TensorPlan& fine) {
  wide.fastest_time = std::min(wide.fastest_time, fine.fastest_time);
  for (std::size_t a = 0; a < wide.grid.axes.size(); ++a) {
    auto& axis = wide.grid.axes[a];
    const double length = axis.spacing * (axis.size - 1);
    axis.size = even(grid::axis_nodes(length, std::min(axis.spacing, fine.grid.axes[a].spacing)));
    axis.spacing = length / (axis.size - 1);
  }
  return wide;
}

TensorPlan straight(const Study<double>& study, const learner::Langevin<double>& hottest,
                    const learner::Langevin<double>& coldest, const data::Ensemble<double>& ensemble, double end,
                    const TensorResolution& r) {
  const auto& l = study.learner;
  const auto start = around_start(l, 1, 3);
  auto hot = hottest, cold = coldest;
  hot.temperature = noise_range(hot, *study.model, ensemble, start).most / l.mobility;
  cold.temperature = noise_range(cold, *study.model, ensemble, start).least / l.mobility;
  return refined(plan(hot, *study.model, ensemble, end, r), plan(cold, *study.model, ensemble, end, r));
}

}  // namespace

DiffusionLayout lay_out_diffusion(const Study<double>& study, bool settled, const TensorResolution& r) {
  DiffusionLayout out;
  out.ensemble = ensemble(study, r);
  // the extremes of a schedule
  learner::Langevin<double> hot = study.learner, cold = study.learner;
  hot.course = cold.course = {};
  const bool bends = hot.noise > 0 && noise_bends(study.experiment->model);
  if (!study.learner.course.empty()) cold.temperature = cold.coldest, cold.noise = cold.quietest;
  const auto& l = study.learner;
  double end = study.points.back();
  if (settled) end = std::max(end, settling_time(l));
  const double lasting = l.course.empty() ? end : learner::clock(l.course, end) / l.mobility;
  if (!bends)
    out.plan = straight(study, hot, cold, out.ensemble, lasting, r);
  else if (out.plan = bent(study, hot, out.ensemble, end, r); !l.course.empty())
    out.plan = refined(std::move(out.plan), bent(study, cold, out.ensemble, end, r));
  return out;
}

}  // namespace calor::run
