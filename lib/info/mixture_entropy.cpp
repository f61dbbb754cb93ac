#include "info/mixture_entropy.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "num/decompose.hpp"
#include "num/errors.hpp"
#include "num/product.hpp"
#include "num/real.hpp"

namespace calor::info {

namespace {

using Eigen::Index;

constexpr double two_pi = 2 * std::numbers::pi;
constexpr double smallest = 1e-300;
constexpr Index tile = 512;
constexpr double most_partners = 2e7;  // numbers of all coordinates but the first

// Zeros of p closest to the real axis, where components are no more than a few widths apart: in x at this many widths,
// in ζ at this over what components part by, in widths (both measured).
constexpr double strip_x = 2, strip_latent = 1.6;

/// Two components a distance d apart are of the same size half-way between them, where p is e^(-d²/8) of what it is at
/// most, and p is 0 at π/d from there: what is e^-efolds of all beyond that distance is what matters. The worst
/// distance up to `parting`.
double worst_distance(double efolds, double parting) { return std::min(parting, std::sqrt(8 * efolds / 3)); }

/// Distance of nodes at which the trapezoidal rule for a standard Gaussian times a function analytic within `strip` of
/// the real axis is wrong by e^-efolds: e^(y²/2 - 2πy/h) at the best y within the strip.
double trapezoid_step(double efolds, double strip) {
  const double y = std::min(strip, std::sqrt(2 * efolds));
  return two_pi * y / (efolds + y * y / 2);
}

/// The same for x where components are up to `parting` apart, all in widths of the narrowest.
double step_between(double efolds, double parting) {
  const double near = trapezoid_step(efolds, strip_x), d = worst_distance(efolds, parting);
  return d > 0 ? std::min(near, two_pi * std::numbers::pi / (d * (efolds - d * d / 8))) : near;
}

/// Zeros in a ζ by which components part by one width.
double latent_strip(double efolds, double parting) {
  const double d = worst_distance(efolds, parting);
  return d > 0 ? std::min(strip_latent, two_pi / d * efolds / (efolds - d * d / 8)) : strip_latent;
}

/// Order of the Gauss–Hermite rule that does the same: e^(y²/2 - 2y√n), and where poles are far (2n/e)^n y^-2n.
double hermite_order(double efolds, double strip) {
  if (strip * strip < 2 * efolds) return std::pow((efolds + strip * strip / 2) / (2 * strip), 2);
  double n = 2;
  while (n < efolds && n * std::log(std::numbers::e * strip * strip / (2 * n)) < efolds) ++n;
  return n;
}

struct GaussRule {
  Vector<double> nodes, weights;
};

/// Nodes and weights for the mean over a standard Gaussian: by Gauss and Hermite, or on equal distances where that
/// takes fewer.
GaussRule gaussian_rule(double efolds, double strip) {
  const double spacing = trapezoid_step(efolds, strip), wanted = std::ceil(hermite_order(efolds, strip));
  const auto equal = 2 * static_cast<Index>(std::ceil(std::sqrt(2 * efolds) / spacing)) + 1;
  const Index hermite = wanted < double(equal) ? static_cast<Index>(wanted) : equal;
  GaussRule rule;
  if (hermite < equal) {
    Matrix<double> recurrence = Matrix<double>::Zero(hermite, hermite);
    for (Index k = 1; k < hermite; ++k) recurrence(k, k - 1) = recurrence(k - 1, k) = std::sqrt(double(k));
    const auto solved = num::symmetric_eigen(recurrence);
    rule.nodes = solved.values;
    rule.weights = solved.vectors.row(0).array().square().transpose();
    return rule;
  }
  rule.nodes = Vector<double>::LinSpaced(equal, -double(equal / 2), double(equal / 2)) * spacing;
  rule.weights = (-rule.nodes.array().square() / 2).exp() * (spacing / std::sqrt(two_pi));
  return rule;
}

/// Nodes of one coordinate at one ζ: row by row the densities of all components.
struct Rows {
  Matrix<double> density;              ///< node × component
  std::vector<Matrix<double>> slopes;  ///< the same, differentiated by a parameter
  Vector<double> weight;               ///< of each node, that of ζ included
};

class Coordinate {
 public:
  Coordinate(const MixtureCoordinate& c, const Vector<double>& weight, Index fresh, double efolds)
      : c_(c), weight_(weight), efolds_(efolds) {
    const Index n = weight.size();
    if (c.mean.size() != n || c.load.rows() != n || c.variance.size() != n || (c.slope.cols() && c.slope.rows() != n) ||
        fresh < 0 || fresh >= n || !(c.variance.minCoeff() > 0))
      throw InternalError("mixture_entropies: shapes do not agree");
    for (Index k = 0; k < n; ++k)
      reach_square_.push_back(k == fresh ? 2 * efolds : 2 * (efolds + std::log(std::max(weight[k], smallest))));
    narrowest_ = std::sqrt(c.variance[fresh]);
    for (Index k = 0; k < n; ++k)
      if (reach_square_[std::size_t(k)] > 0) narrowest_ = std::min(narrowest_, std::sqrt(c.variance[k]));
    set_latents();
  }

  Index parameters() const { return c_.slope.cols(); }

  /// Calls take(mean of each component, reach² left to x, weight of ζ) for all nodes of ζ.
  void for_each_latent(const std::function<void(const Vector<double>&, double, double)>& take) const {
    visit(0, c_.mean, 0, 1, take);
  }

  /// Nodes of x between which all that matters at this ζ is: first, spacing, how many.
  struct Span {
    double from = 0, spacing = 0;
    Index size = 0;
  };
  Span span(const Vector<double>& mean, double spent) const {
    double from = 1e300, to = -1e300, lowest = 1e300, highest = -1e300;
    for (Index k = 0; k < mean.size(); ++k) {
      const double left = reach_square_[std::size_t(k)] - spent;
      if (!(left > 0)) continue;
      lowest = std::min(lowest, mean[k]), highest = std::max(highest, mean[k]);
      const double reach = std::sqrt(left * c_.variance[k]);
      from = std::min(from, mean[k] - reach), to = std::max(to, mean[k] + reach);
    }
    if (!(to > from)) return {};
    const double spacing = narrowest_ * step_between(efolds_, (highest - lowest) / narrowest_);
    return {from, spacing, static_cast<Index>(std::ceil((to - from) / spacing)) + 1};
  }

  /// What one coordinate alone adds at one ζ; in the memory of `room`.
  struct Room {
    Eigen::ArrayXd x, off, share, density, fresh;
    std::vector<Eigen::ArrayXd> slopes;
  };
  void add_alone(const Vector<double>& mean, double spent, double latent_weight, Index fresh, Room& room,
                 MixtureEntropies& sum) const {
    const Span s = span(mean, spent);
    if (s.size > room.x.size()) {
      for (auto* a : {&room.x, &room.off, &room.share, &room.density, &room.fresh}) a->resize(2 * s.size);
      room.slopes.assign(std::size_t(parameters()), Eigen::ArrayXd(2 * s.size));
    }
    auto x = room.x.head(s.size), off = room.off.head(s.size), share = room.share.head(s.size),
         density = room.density.head(s.size);
    for (Index i = 0; i < s.size; ++i) x[i] = s.from + double(i) * s.spacing;
    density.setZero();
    for (auto& slope : room.slopes) slope.head(s.size).setZero();
    for (Index k = 0; k < mean.size(); ++k) {
      const double variance = c_.variance[k], peak = 1 / std::sqrt(two_pi * variance);
      off = x - mean[k];
      share = (off.square() * (-1 / (2 * variance))).exp();
      if (k == fresh) room.fresh.head(s.size) = share * peak;
      if (!(weight_[k] > 0)) continue;
      density += share * (peak * weight_[k]);
      for (Index i = 0; i < parameters(); ++i)
        room.slopes[std::size_t(i)].head(s.size) += share * off * (peak * weight_[k] * c_.slope(k, i) / variance);
    }
    density = density.max(smallest);
    const double weight = s.spacing * latent_weight;
    share = density.log();
    sum.entropy -= weight * (density * share).sum();
    sum.fresh -= weight * (room.fresh.head(s.size) * share).sum();
    for (auto& slope : room.slopes) sum.slope_square += weight * (slope.head(s.size).square() / density).sum();
  }

  Rows rows(const Vector<double>& mean, double spent, double latent_weight) const {
    const Span s = span(mean, spent);
    Rows out;
    out.density.resize(s.size, mean.size());
    out.weight = Vector<double>::Constant(s.size, s.spacing * latent_weight);
    for (Index i = 0; i < parameters(); ++i) out.slopes.emplace_back(s.size, mean.size());
    const Vector<double> x = Vector<double>::LinSpaced(s.size, s.from, s.from + double(s.size - 1) * s.spacing);
    for (Index k = 0; k < mean.size(); ++k) {
      const double variance = c_.variance[k];
      const Eigen::ArrayXd off = x.array() - mean[k];
      out.density.col(k) = (-off.square() / (2 * variance)).exp() / std::sqrt(two_pi * variance);
      for (Index i = 0; i < parameters(); ++i)
        out.slopes[std::size_t(i)].col(k) = out.density.col(k).array() * off * (c_.slope(k, i) / variance);
    }
    return out;
  }

 private:
  /// Directions of ζ along which components part, and rules for them. What moves all components together moves x.
  void set_latents() {
    const Index n = weight_.size(), latents = c_.load.cols();
    if (latents == 0) return;
    const Matrix<double> apart = c_.load.rowwise() - (weight_.transpose() * c_.load).eval();
    const Matrix<double> square = apart.transpose() * weight_.asDiagonal() * apart;
    const Matrix<double> along = apart * num::symmetric_eigen(square).vectors;
    const double negligible = std::exp(-efolds_ / 2) / 10;
    const auto most_of = [&](const Vector<double>& f) {
      double most = 0;
      for (Index k = 0; k < n; ++k)
        if (reach_square_[std::size_t(k)] > 0) most = std::max(most, std::fabs(f[k]));
      return most / narrowest_;
    };
    double parting = 2 * most_of(c_.mean.array() - weight_.dot(c_.mean));
    for (Index l = 0; l < latents; ++l) parting += 4 * most_of(along.col(l));
    for (Index l = 0; l < latents; ++l) {
      const double most = most_of(along.col(l));
      if (most < negligible) continue;
      loads_.push_back(along.col(l));
      rules_.push_back(gaussian_rule(efolds_, latent_strip(efolds_, parting) / most));
    }
  }

  void visit(std::size_t l, const Vector<double>& mean, double spent, double weight,
             const std::function<void(const Vector<double>&, double, double)>& take) const {
    if (l == rules_.size()) return take(mean, spent, weight);
    const auto& rule = rules_[l];
    for (Index i = 0; i < rule.nodes.size(); ++i) {
      const double now = spent + rule.nodes[i] * rule.nodes[i];
      if (now < 2 * efolds_) visit(l + 1, mean + rule.nodes[i] * loads_[l], now, weight * rule.weights[i], take);
    }
  }

  const MixtureCoordinate& c_;
  const Vector<double>& weight_;
  double efolds_, narrowest_ = 0;
  std::vector<double> reach_square_;
  std::vector<Vector<double>> loads_;
  std::vector<GaussRule> rules_;
};

/// All nodes of the coordinates but the first, transposed.
struct Partner {
  Matrix<double> density;  ///< component × node
  std::vector<Matrix<double>> slopes;
  Vector<double> weight, fresh;  ///< of each node: its weight, and that times the density of the fresh component
};

Partner all_rows(const Coordinate& c, Index components, Index fresh, Index nodes) {
  Partner out;
  out.density.resize(components, nodes);
  out.weight.resize(nodes);
  for (Index i = 0; i < c.parameters(); ++i) out.slopes.emplace_back(components, nodes);
  Index at = 0;
  c.for_each_latent([&](const Vector<double>& mean, double spent, double weight) {
    const Rows rows = c.rows(mean, spent, weight);
    const Index n = rows.weight.size();
    out.density.middleCols(at, n) = rows.density.transpose();
    out.weight.segment(at, n) = rows.weight;
    for (std::size_t i = 0; i < out.slopes.size(); ++i) out.slopes[i].middleCols(at, n) = rows.slopes[i].transpose();
    at += n;
  });
  out.fresh = out.weight.cwiseProduct(Vector<double>(out.density.row(fresh).transpose()));
  return out;
}

/// Nodes of two coordinates together.
Partner joined(const Partner& a, const Partner& b) {
  const Index n = a.density.rows(), size = a.weight.size(), all = size * b.weight.size();
  Partner out{Matrix<double>(n, all), {}, Vector<double>(all), Vector<double>(all)};
  for (std::size_t i = 0; i < a.slopes.size() + b.slopes.size(); ++i) out.slopes.emplace_back(n, all);
  for (Index j = 0; j < b.weight.size(); ++j) {
    const auto times = [&](const Matrix<double>& of_a, const Vector<double>& of_b, Matrix<double>& to) {
      to.middleCols(j * size, size) = of_b.asDiagonal() * of_a;
    };
    times(a.density, b.density.col(j), out.density);
    for (std::size_t i = 0; i < a.slopes.size(); ++i) times(a.slopes[i], b.density.col(j), out.slopes[i]);
    for (std::size_t i = 0; i < b.slopes.size(); ++i)
      times(a.density, b.slopes[i].col(j), out.slopes[a.slopes.size() + i]);
    out.weight.segment(j * size, size) = a.weight * b.weight[j];
    out.fresh.segment(j * size, size) = a.fresh * b.fresh[j];
  }
  return out;
}

Index count_rows(const Coordinate& c) {
  Index nodes = 0;
  c.for_each_latent([&](const Vector<double>& mean, double spent, double) { nodes += c.span(mean, spent).size; });
  return nodes;
}

Matrix<double> product(const Matrix<double>& a, const Matrix<double>& b, Index from, Index size) {
  Matrix<double> out(a.rows(), size);
  num::multiply(a, b.middleCols(from, size), out);
  return out;
}

void add(MixtureEntropies& sum, const Rows& rows, const Partner& partner, const Vector<double>& weight, Index fresh) {
  const Matrix<double> shares = rows.density * weight.asDiagonal();
  std::vector<Matrix<double>> slopes;
  for (const auto& s : rows.slopes) slopes.push_back(s * weight.asDiagonal());
  const Vector<double> first_fresh = rows.weight.cwiseProduct(Vector<double>(rows.density.col(fresh)));
  for (Index from = 0; from < partner.weight.size(); from += tile) {
    const Index size = std::min(tile, partner.weight.size() - from);
    const Vector<double> w = partner.weight.segment(from, size);
    const Matrix<double> p = product(shares, partner.density, from, size).cwiseMax(smallest);
    const Matrix<double> log = p.array().log().matrix();
    sum.entropy -= rows.weight.dot(p.cwiseProduct(log) * w);
    sum.fresh -= first_fresh.dot(log * partner.fresh.segment(from, size));
    const auto add_slope = [&](const Matrix<double>& d) {
      sum.slope_square += rows.weight.dot((d.array().square() / p.array()).matrix() * w);
    };
    for (const auto& s : slopes) add_slope(product(s, partner.density, from, size));
    for (const auto& s : partner.slopes) add_slope(product(shares, s, from, size));
  }
}

/// The coordinates, and how many nodes each takes.
struct Planned {
  std::vector<Coordinate> coordinates;
  std::vector<Index> nodes;
  double work, partners = 1;  // numbers in all, and of all coordinates but the first

  Planned(const std::vector<MixtureCoordinate>& given, const Vector<double>& weight, Index fresh, double efolds)
      : work(double(weight.size())) {
    if (given.empty()) throw InternalError("mixture_entropies: no coordinate");
    for (const auto& c : given) {
      coordinates.emplace_back(c, weight, fresh, efolds);
      nodes.push_back(count_rows(coordinates.back()));
      work *= double(nodes.back());
      if (nodes.size() > 1) partners *= double(nodes.back());
    }
    partners *= double(weight.size());
  }

  bool fits(const MixtureResolution& r) const { return work <= r.most_work && partners <= most_partners; }
};

}  // namespace

double plane_mixture_entropy(const PlaneMixture& p, const MixtureResolution& resolution) {
  using Array = Eigen::ArrayXd;
  const double efolds = resolution.efolds;
  const Array slope = p.xy.array() / p.yy.array(), x_variance = p.xx.array() - slope * p.xy.array(),
              y_variance = p.yy.array() - p.xy.array().square() / p.xx.array();
  const Array reach_square = 2 * (efolds + p.weight.array().max(smallest).log());
  const double x_width = std::sqrt(x_variance.minCoeff()), y_width = std::sqrt(y_variance.minCoeff());
  const Array y_reach = (reach_square.max(0) * p.yy.array()).sqrt();
  const double from = (p.y.array() - y_reach).minCoeff(), to = (p.y.array() + y_reach).maxCoeff();
  // how far components are apart in y, at one x
  const Array back = p.xy.array() / p.xx.array();
  const double apart =
      p.y.maxCoeff() - p.y.minCoeff() + (back.maxCoeff() - back.minCoeff()) * std::sqrt(2 * efolds * p.xx.maxCoeff());
  const double y_spacing = y_width * step_between(efolds, apart / y_width);
  const auto rows = static_cast<Index>(std::ceil((to - from) / y_spacing)) + 1;
  double sum = 0, work = 0;
  for (Index i = 0; i < rows; ++i) {
    const double y = from + double(i) * y_spacing;
    const Array off = y - p.y.array(), left = reach_square - off.square() / p.yy.array(),
                mean = p.x.array() + slope * off, reach = (left.max(0) * x_variance).sqrt(),
                density = p.weight.array() * (-off.square() / (2 * p.yy.array())).exp() /
                          (two_pi * (p.yy.array() * x_variance).sqrt());
    double lowest = 1e300, highest = -1e300, start = 1e300, end = -1e300;
    for (Index k = 0; k < mean.size(); ++k) {
      if (!(left[k] > 0)) continue;
      lowest = std::min(lowest, mean[k]), highest = std::max(highest, mean[k]);
      start = std::min(start, mean[k] - reach[k]), end = std::max(end, mean[k] + reach[k]);
    }
    if (!(end > start)) continue;
    const double spacing = x_width * step_between(efolds, (highest - lowest) / x_width);
    const auto size = static_cast<Index>(std::ceil((end - start) / spacing)) + 1;
    work += double(size) * double(mean.size());
    if (!(work <= resolution.most_work))
      throw AccuracyError("the density of x and theta takes more than " + num::to_text(resolution.most_work, 2) +
                          " numbers at one time; allowed: fewer digits");
    const Array x = Array::LinSpaced(size, start, start + double(size - 1) * spacing);
    Array here = Array::Zero(size);
    for (Index k = 0; k < mean.size(); ++k)
      if (left[k] > 0) here += density[k] * (-(x - mean[k]).square() / (2 * x_variance[k])).exp();
    sum -= y_spacing * spacing * (here * here.max(smallest).log()).sum();
  }
  return sum;
}

bool mixture_fits(const std::vector<MixtureCoordinate>& coordinates, const Vector<double>& weight, Index fresh,
                  const MixtureResolution& resolution) {
  return Planned(coordinates, weight, fresh, resolution.efolds).fits(resolution);
}

MixtureEntropies mixture_entropies(const std::vector<MixtureCoordinate>& coordinates, const Vector<double>& weight,
                                   Eigen::Index fresh, const MixtureResolution& resolution) {
  const Index n = weight.size();
  const Planned plan(coordinates, weight, fresh, resolution.efolds);
  if (!plan.fits(resolution))
    throw AccuracyError("the density of x takes " + num::to_text(plan.work, 2) + " numbers at one time; allowed: " +
                        num::to_text(resolution.most_work, 2) + ", " + num::to_text(most_partners, 2) +
                        " of them without the first coordinate; fewer digits, times or parameters, or one data set by "
                        "data.values take less");
  const Coordinate& first = plan.coordinates.front();
  MixtureEntropies sum;
  if (plan.nodes.size() == 1) {
    Coordinate::Room room;
    first.for_each_latent([&](const Vector<double>& mean, double spent, double of_latent) {
      first.add_alone(mean, spent, of_latent, fresh, room, sum);
    });
    return sum;
  }
  Partner partner;
  for (std::size_t i = 1; i < plan.nodes.size(); ++i) {
    Partner next = all_rows(plan.coordinates[i], n, fresh, plan.nodes[i]);
    partner = i == 1 ? std::move(next) : joined(partner, next);
  }
  first.for_each_latent([&](const Vector<double>& mean, double spent, double of_latent) {
    add(sum, first.rows(mean, spent, of_latent), partner, weight, fresh);
  });
  return sum;
}

}  // namespace calor::info
