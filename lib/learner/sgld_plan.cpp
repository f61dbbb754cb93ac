#include "learner/sgld_plan.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "num/errors.hpp"

namespace calor::learner {

namespace {

struct Size {
  double rate = 0, variance = 0;  // eta, 2 eta T
};

Size to_size(const StepSize& s) {
  const double eta = num::from_rational<double>(s.rate);
  return {eta, 2 * eta * num::from_rational<double>(s.temperature)};
}

/// Slopes of the loss terms at the nodes initial_mean + k spacing, made once each.
class Slopes {
 public:
  Slopes(const model::Model<double>& model, double origin, double spacing)
      : model_(model), jets_(static_cast<std::size_t>(model.components())), origin_(origin), spacing_(spacing) {}

  double node(int k) const { return origin_ + spacing_ * k; }

  /// Gradients of all terms at node k.
  const std::vector<double>& operator()(int k) {
    auto& out = known_[k];
    if (out.empty()) {
      const double theta = node(k);
      model_.components_at(std::span<const double>(&theta, 1), jets_);
      for (const auto& jet : jets_) out.push_back(jet.gradient[0]);
    }
    return out;
  }

 private:
  const model::Model<double>& model_;
  std::vector<model::Jet<double>> jets_;
  double origin_, spacing_;
  std::map<int, std::vector<double>> known_;
};

/// A density on nodes first, first + 1, ...
struct Window {
  int first = 0;
  std::vector<double> f;
  int last() const { return first + static_cast<int>(f.size()) - 1; }
};

constexpr double most_nodes = 4e6;

class Pilot {
 public:
  Pilot(const SgldCourse& course, const model::Model<double>& model, double decades, double spacing)
      : course_(course), slopes_(model, course.initial_mean, spacing), decades_(decades), spacing_(spacing) {}

  grid::Interval follow(const Batches<double>& family) {
    const double s0 = course_.initial_stddev;
    const double reach = std::ceil((std::sqrt(2 * decades_) + 1) * s0 / spacing_);
    if (!(reach < most_nodes)) throw AccuracyError("the start is too wide for a grid; allowed: less extreme widths");
    const int half = static_cast<int>(reach);
    Window at{-half, {}};
    for (int k = -half; k <= half; ++k) at.f.push_back(std::exp(-std::pow(k * spacing_ / s0, 2) / 2) / s0);
    int low = -half, high = half;
    for (std::size_t n = 0; n < course_.steps.size(); ++n) {
      Window next = step(at, family, to_size(course_.steps[n]));
      const auto [a, b] = support(next, decades_);
      low = std::min(low, a);
      high = std::max(high, b);
      const bool constant = n > 0 && course_.steps[n] == course_.steps.back();
      const bool settled = constant && distance(at, next) < 1e-9;
      at = std::move(next);
      if (settled) break;
    }
    return {slopes_.node(low), slopes_.node(high)};
  }

 private:
  /// Nodes between which f exceeds exp(-decades) of its top.
  static std::pair<int, int> support(const Window& w, double decades) {
    const double least = *std::max_element(w.f.begin(), w.f.end()) * std::exp(-decades);
    int a = 0, b = static_cast<int>(w.f.size()) - 1;
    while (a < b && w.f[static_cast<std::size_t>(a)] < least) ++a;
    while (b > a && w.f[static_cast<std::size_t>(b)] < least) --b;
    return {w.first + a, w.first + b};
  }

  static double distance(const Window& a, const Window& b) {
    if (a.first != b.first || a.f.size() != b.f.size()) return 1;
    double d = 0;
    for (std::size_t k = 0; k < a.f.size(); ++k) {
      d = std::max(d, std::fabs(a.f[k] - b.f[k]) / (a.f[k] + b.f[k] + 1e-300));
    }
    return d;
  }

  Window step(const Window& at, const Batches<double>& family, const Size& size) {
    const double reach = std::sqrt(2 * (decades_ + 8) * size.variance);
    const auto batches = static_cast<Eigen::Index>(family.weight.size());
    std::vector<std::vector<double>> goal(static_cast<std::size_t>(batches));
    double left = HUGE_VAL, right = -HUGE_VAL;
    for (Eigen::Index c = 0; c < batches; ++c)
      for (int k = at.first; k <= at.last(); ++k) {
        const auto& slope = slopes_(k);
        double g = course_.weight_decay * slopes_.node(k);
        for (std::size_t a = 0; a < slope.size(); ++a)
          g += slope[a] * family.statistic(static_cast<Eigen::Index>(a), c);
        const double to = slopes_.node(k) - size.rate * g;
        goal[static_cast<std::size_t>(c)].push_back(to);
        left = std::min(left, to);
        right = std::max(right, to);
      }
    const auto index = [&](double theta) { return (theta - course_.initial_mean) / spacing_; };
    const double first = std::floor(index(left - reach)), last = std::ceil(index(right + reach));
    if (!(last - first < most_nodes && std::fabs(first) < 1e9))
      throw AccuracyError(
          "a step of the learner carries theta too far for a grid; allowed: less extreme learning rates, "
          "widths and temperatures");
    Window out{static_cast<int>(first), {}};
    out.f.assign(static_cast<std::size_t>(last - first + 1), 0.0);
    for (Eigen::Index c = 0; c < batches; ++c) {
      std::vector<double> part(out.f.size(), 0.0);
      const double share = (course_.stream ? 1 : family.weight[static_cast<std::size_t>(c)]) * spacing_ /
                           std::sqrt(2 * M_PI * size.variance);
      for (std::size_t i = 0; i < at.f.size(); ++i) {
        const double to = goal[static_cast<std::size_t>(c)][i];
        const int a = static_cast<int>(std::ceil(index(to - reach))),
                  b = static_cast<int>(std::floor(index(to + reach)));
        for (int k = a; k <= b; ++k) {
          const double d = slopes_.node(k) - to;
          part[static_cast<std::size_t>(k - out.first)] += share * at.f[i] * std::exp(-d * d / (2 * size.variance));
        }
      }
      for (std::size_t k = 0; k < part.size(); ++k)
        out.f[k] = course_.stream ? std::max(out.f[k], part[k]) : out.f[k] + part[k];
    }
    const auto [a, b] = support(out, decades_ + 6);
    out.f = {out.f.begin() + (a - out.first), out.f.begin() + (b - out.first + 1)};
    out.first = a;
    return out;
  }

  const SgldCourse& course_;
  Slopes slopes_;
  double decades_, spacing_;
};

/// Smallest and largest |d theta'/d theta| = |1 - eta L''| of a step within the interval.
struct Stretch {
  double least = HUGE_VAL, most = 0;
};

Stretch stretch(const SgldCourse& course, const model::Model<double>& model, const grid::Interval& in, double rate) {
  std::vector<model::Jet<double>> jets(static_cast<std::size_t>(model.components()));
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (int i = 0; i <= 128; ++i) {
    const double theta = in.start + (in.end - in.start) * i / 128;
    model.components_at(std::span<const double>(&theta, 1), jets);
    for (const auto& family : course.families)
      for (Eigen::Index c = 0; c < family.statistic.cols(); ++c) {
        double curvature = course.weight_decay;
        for (std::size_t a = 0; a < jets.size(); ++a)
          curvature += jets[a].hessian[0] * family.statistic(static_cast<Eigen::Index>(a), c);
        low = std::min(low, 1 - rate * curvature);
        high = std::max(high, 1 - rate * curvature);
      }
  }
  return {low * high < 0 ? 0 : std::min(std::fabs(low), std::fabs(high)), std::max(std::fabs(low), std::fabs(high))};
}

/// Smallest width of rho_n(theta) K(theta'|theta) [p(x|theta)] as a function of theta over the course.
double narrowest(const SgldCourse& course, const model::Model<double>& model, const grid::Interval& in) {
  const double x = course.x_stddev > 0 ? 1 / (course.x_stddev * course.x_stddev) : 0;
  double v = course.initial_stddev * course.initial_stddev, least = 1 / (1 / v + x);
  Stretch s;
  for (std::size_t n = 0; n < course.steps.size(); ++n) {
    const Size size = to_size(course.steps[n]);
    if (n == 0 || !(course.steps[n] == course.steps[n - 1])) s = stretch(course, model, in, size.rate);
    least = std::min(least, 1 / (1 / v + s.most * s.most / size.variance + x));
    v = s.least * s.least * v + size.variance;
    least = std::min(least, 1 / (1 / v + x));
  }
  return std::sqrt(least);
}

/// Distance from the real axis at which kernels that are mixtures over minibatches vanish: two Gaussians of variance
/// 2 eta T, their means eta |g_c - g_d| apart, cancel where the phase between them is pi, at 2 pi T/|g_c - g_d|. There
/// the logarithms of I8 are singular.
double mixture_strip(const SgldCourse& course, const model::Model<double>& model, const grid::Interval& in) {
  if (course.stream) return HUGE_VAL;
  double coldest = HUGE_VAL, spread = 0;
  for (const auto& step : course.steps) coldest = std::min(coldest, num::from_rational<double>(step.temperature));
  std::vector<model::Jet<double>> jets(static_cast<std::size_t>(model.components()));
  for (int i = 0; i <= 128; ++i) {
    const double theta = in.start + (in.end - in.start) * i / 128;
    model.components_at(std::span<const double>(&theta, 1), jets);
    for (const auto& family : course.families) {
      num::Vector<double> pull = num::Vector<double>::Zero(family.statistic.cols());
      for (std::size_t a = 0; a < jets.size(); ++a)
        pull += jets[a].gradient[0] * family.statistic.row(static_cast<Eigen::Index>(a)).transpose();
      spread = std::max(spread, pull.maxCoeff() - pull.minCoeff());
    }
  }
  return spread > 0 ? 2 * M_PI * coldest / spread : HUGE_VAL;
}

/// Which data sets to follow: the discrete ones are ordered, so that the extreme ones are always among these; of real
/// ones also those whose batches and whose means pull the farthest.
std::set<std::size_t> probes(const SgldCourse& course) {
  const std::size_t count = course.families.size(), most = std::min<std::size_t>(count, 9);
  std::set<std::size_t> out{0};
  for (std::size_t p = 1; p < most; ++p) out.insert(p * (count - 1) / (most - 1));
  if (!(course.x_stddev > 0)) return out;
  const auto extremes = [&](const auto& of) {
    std::vector<double> values;
    for (const auto& f : course.families) values.push_back(of(f));
    out.insert(static_cast<std::size_t>(std::min_element(values.begin(), values.end()) - values.begin()));
    out.insert(static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin()));
  };
  extremes([](const Batches<double>& f) { return f.statistic.row(1).minCoeff(); });
  extremes([](const Batches<double>& f) { return f.statistic.row(1).maxCoeff(); });
  extremes([](const Batches<double>& f) {
    return f.statistic.row(1).dot(Eigen::Map<const num::Vector<double>>(f.weight.data(), f.statistic.cols()));
  });
  return out;
}

}  // namespace

SgldPlan sgld_plan(const SgldCourse& course, const model::Model<double>& model, double decades,
                   double spacing_decades) {
  double coarse = course.initial_stddev;
  for (const auto& s : course.steps) coarse = std::min(coarse, std::sqrt(to_size(s).variance));
  Pilot pilot(course, model, decades, 0.6 * coarse);
  SgldPlan out;
  for (const std::size_t p : probes(course)) {
    const auto in = pilot.follow(course.families[p]);
    if (p == 0) out.interval = in;
    out.interval = {std::min(out.interval.start, in.start), std::max(out.interval.end, in.end)};
  }
  const double w = narrowest(course, model, out.interval),
               strip = std::min(model.analytic_strip(), mixture_strip(course, model, out.interval));
  out.spacing = std::min(M_PI * w * std::sqrt(2 / spacing_decades), 2 * M_PI * strip / spacing_decades);
  return out;
}

}  // namespace calor::learner
