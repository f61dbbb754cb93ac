#include "evolve/split_operator.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "num/eigen.hpp"

namespace calor::evolve {

namespace {

constexpr int stencil = 13, half_stencil = stencil / 2;
using Values = std::vector<double>;
using Square = Eigen::Matrix<double, stencil, stencil>;

/// Monomial coefficients at node `shift` of the polynomial through nodes -6 .. 6, for shift = -6 .. 6 (in spacings):
/// row k gives that of u^k.
const std::array<Square, stencil>& taylor() {
  static const std::array<Square, stencil> all = [] {
    std::array<Square, stencil> out;
    for (int shift = -half_stencil; shift <= half_stencil; ++shift) {
      num::Matrix<num::Mp50> vandermonde(stencil, stencil);
      for (int j = 0; j < stencil; ++j) {
        num::Mp50 power = 1;
        for (int k = 0; k < stencil; ++k, power *= j - half_stencil - shift) vandermonde(j, k) = power;
      }
      const num::Matrix<num::Mp50> inverse = vandermonde.partialPivLu().inverse();
      for (int k = 0; k < stencil; ++k)
        for (int j = 0; j < stencil; ++j)
          out[static_cast<std::size_t>(shift + half_stencil)](k, j) = num::to_double(inverse(k, j));
    }
    return out;
  }();
  return all;
}

/// A smooth function on a uniform grid, position in units of the spacing; beyond the edges the parabola through three
/// nodes there, some way apart: neighbours would amplify round-off step by step.
class Smooth {
 public:
  explicit Smooth(const Values& f)
      : f_(f), n_(static_cast<int>(f.size())), gap_(std::max(2, n_ / 40)), coefficient_(stencil, n_) {
    for (int i = 0; i < n_; ++i) {
      const int first = std::clamp(i - half_stencil, 0, n_ - stencil);
      const Eigen::Map<const Eigen::Matrix<double, stencil, 1>> local(f.data() + first);
      coefficient_.col(i).noalias() = taylor()[static_cast<std::size_t>(i - first)] * local;
    }
  }

  double operator()(double x) const {
    if (x < 0) return beyond(at(0), at(gap_), at(2 * gap_), -x / gap_);
    if (x > n_ - 1) return beyond(at(n_ - 1), at(n_ - 1 - gap_), at(n_ - 1 - 2 * gap_), (x - (n_ - 1)) / gap_);
    const int i = static_cast<int>(x + 0.5);
    const double u = x - i;
    const double* c = coefficient_.data() + static_cast<std::ptrdiff_t>(i) * stencil;
    double sum = c[stencil - 1];
    for (int k = stencil - 2; k >= 0; --k) sum = sum * u + c[k];
    return sum;
  }

  /// First derivative at node i, per spacing.
  double slope(int i) const { return coefficient_(1, i); }

 private:
  double at(int k) const { return f_[static_cast<std::size_t>(k)]; }

  static double beyond(double f0, double f1, double f2, double distance) {
    const double second = f0 - 2 * f1 + f2, first = (f0 - f1) + second / 2;
    return f0 + first * distance + second / 2 * distance * distance;
  }

  const Values& f_;
  int n_, gap_;
  Eigen::Matrix<double, stencil, Eigen::Dynamic> coefficient_;
};

/// S = -ln psi after exp(-tau H_q) etc.; constants of one data set.
class Stepper {
 public:
  explicit Stepper(const Problem<double>& p) : p_(p), n_(p.grid.size), h_(p.grid.spacing), d_(p.diffusion()) {
    const double least = *std::min_element(p.curvature.begin(), p.curvature.end());
    omega_ = std::max(p.mobility * least, 0.0);
    const auto flat = std::min_element(p.slope.begin(), p.slope.end(),
                                       [](double a, double b) { return std::fabs(a) < std::fabs(b); });
    const auto i = static_cast<std::size_t>(flat - p.slope.begin());
    centre_ = p.grid.node(static_cast<int>(i)) - (p.curvature[i] > 0 ? p.slope[i] / p.curvature[i] : 0);
    double low = 0, high = 0;
    for (std::size_t j = 0; j < p.slope.size(); ++j) {
      const double x = p.grid.node(static_cast<int>(j)) - centre_;
      const double v = p.mobility * (p.slope[j] * p.slope[j] / (4 * p.temperature) - p.curvature[j] / 2);
      const double quadratic = omega_ * omega_ * x * x / (4 * d_) - omega_ / 2;
      rest_.push_back(v - quadratic);
      low = std::min(low, rest_.back() / (1 + std::fabs(v)));
      high = std::max(high, rest_.back() / (1 + std::fabs(v)));
    }
    exact_ = high - low < 1e-11;
    if (exact_) std::fill(rest_.begin(), rest_.end(), 0.0);
  }

  /// True if the loss is quadratic: one step of any length is exact.
  bool exact() const { return exact_; }

  Values step(const Values& s, double tau) const {
    const double wt = omega_ * tau;
    const double a = omega_ > 0 ? omega_ / (4 * d_) * std::tanh(wt / 2) : 0;
    const double variance = omega_ > 0 ? 2 * d_ * std::sinh(wt) / omega_ : 2 * d_ * tau;
    Values source(s.size()), side(s.size());
    for (std::size_t i = 0; i < s.size(); ++i) {
      const double x = p_.grid.node(static_cast<int>(i)) - centre_;
      side[i] = a * x * x + tau / 2 * rest_[i];
      source[i] = s[i] + side[i];
    }
    Values out = convolve(source, variance / (h_ * h_));
    for (std::size_t i = 0; i < s.size(); ++i) out[i] += side[i] - wt / 2;
    return out;
  }

  Values run(Values s, double time, int steps) const {
    for (int k = 0; k < steps; ++k) s = step(s, time / steps);
    return s;
  }

 private:
  /// -ln int (2 pi v)^(-1/2) exp(-(y-x)²/2v - S(y)) dy at every node x; v in squared spacings. Trapezoidal rule around
  /// the integrand's top, at q of its own width: error exp(-2 pi²/q²).
  Values convolve(const Values& source, double v) const {
    const Smooth s(source);
    Values out(source.size());
    constexpr double q = 0.65;
    constexpr int m = 13;  // 8.5 widths to either side
    Eigen::Array<double, 2 * m + 1, 1> value;
    int j = 0;
    for (int i = 0; i < n_; ++i) {
      const auto phi = [&](int k) {
        return (k - i) * static_cast<double>(k - i) / (2 * v) + source[static_cast<std::size_t>(k)];
      };
      while (j + 1 < n_ && phi(j + 1) <= phi(j)) ++j;
      while (j > 0 && phi(j - 1) < phi(j)) --j;
      const int k = std::clamp(j, 1, n_ - 2);
      const double second = std::max(source[static_cast<std::size_t>(k + 1)] - 2 * source[static_cast<std::size_t>(k)] +
                                         source[static_cast<std::size_t>(k - 1)] + 1 / v,
                                     1e-3 / v);
      const double slope = (phi(k + 1) - phi(k - 1)) / 2;
      const double top = k - slope / second, width = 1 / std::sqrt(second);
      for (int t = -m; t <= m; ++t) {
        const double y = top + q * width * t;
        value[t + m] = (y - i) * (y - i) / (2 * v) + s(y);
      }
      const double lowest = value.minCoeff(), sum = (lowest - value).exp().sum();
      out[static_cast<std::size_t>(i)] = lowest - std::log(sum * q * width / std::sqrt(2 * M_PI * v));
    }
    return out;
  }

  const Problem<double>& p_;
  int n_;
  double h_, d_, omega_ = 0, centre_ = 0;
  Values rest_;
  bool exact_ = false;
};

/// Advances S over `time`: extrapolation in even powers of the substep over 1, 2, 3, ... times `base` substeps.
Values advance(const Stepper& stepper, const Values& s, double time, int base, int columns, long& steps) {
  if (stepper.exact()) return stepper.run(s, time, 1);
  std::vector<Values> table;
  for (int k = 1; k <= columns; ++k) {
    Values row = stepper.run(s, time, base * k);
    steps += base * k;
    double change = 0;
    for (int j = k - 1; j >= 1; --j) {  // Neville: rows k and k-1 eliminate (1/k)^2, ...
      auto& previous = table[static_cast<std::size_t>(k - 1 - j)];
      const double ratio = static_cast<double>(k) / j;
      const double factor = 1 / (ratio * ratio - 1);
      for (std::size_t i = 0; i < row.size(); ++i) {
        const double better = row[i] + (row[i] - previous[i]) * factor;
        change = std::max(change, std::fabs(better - row[i]) / (1 + std::fabs(row[i])));
        previous[i] = row[i];
        row[i] = better;
      }
    }
    table.push_back(std::move(row));
    if (k > 1 && change < 2e-15) break;
  }
  return table.back();
}

}  // namespace

Solution<double> SplitOperator::solve(const Problem<double>& p, std::span<const double> times) const {
  const Stepper stepper(p);
  const double lowest = *std::min_element(p.loss.begin(), p.loss.end());
  const double steepest = *std::max_element(p.curvature.begin(), p.curvature.end());
  const double longest = step_ / (p.mobility * std::max(steepest, 1e-12));
  const auto n = p.loss.size();
  Values half(n), s(n);
  for (std::size_t i = 0; i < n; ++i) {
    half[i] = (p.loss[i] - lowest) / (2 * p.temperature);
    s[i] = -p.log_initial[i] - half[i];
  }
  const Values start = s;
  Solution<double> out;
  out.round_off.assign(n, 0);
  double now = 0;
  long steps = 0;
  bool still = false;  // S no longer changes until the last time: the stationary state
  for (const double t : times) {
    const Values before = s;
    if (stepper.exact() && t > 0)
      s = stepper.run(start, t, 1);
    else if (t > now && !still)
      s = advance(stepper, s, t - now, static_cast<int>(std::ceil((t - now) / longest)), columns_, steps);
    if (!stepper.exact() && !still && t - now >= longest) {
      double change = 0;
      for (std::size_t i = 0; i < n; ++i)
        change = std::max(change, std::fabs(s[i] - before[i]) / (1 + std::fabs(s[i])));
      still = change * std::max(1.0, (times.back() - t) / (t - now)) < 2e-13 && change < 4e-15;
    }
    now = t;
    Values log_density(n), density(n), log_noise(n);
    // round-off of the steps adds up like a random walk. Heuristic: the factor is not derived; tests/run judges it
    const double noise = 5e-16 * std::sqrt(4 + static_cast<double>(steps));
    for (std::size_t i = 0; i < n; ++i) {
      log_density[i] = -s[i] - half[i];
      density[i] = std::exp(log_density[i]);
      log_noise[i] = noise * (4 + std::fabs(s[i]) + half[i]);
      out.round_off[i] = std::max(out.round_off[i], log_noise[i] * density[i]);
    }
    const Smooth smooth(s);
    double ep = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double u = -smooth.slope(static_cast<int>(i)) / p.grid.spacing + p.slope[i] / (2 * p.temperature);
      ep += density[i] * u * u;
    }
    out.ep_rate.push_back(ep * p.diffusion() * p.grid.spacing);
    out.density.push_back(std::move(density));
    out.log_density.push_back(std::move(log_density));
    out.log_round_off.push_back(std::move(log_noise));
  }
  return out;
}

}  // namespace calor::evolve
