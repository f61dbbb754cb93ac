#include "sampler/ou.hpp"

#include <cmath>

#include "evolve/time_nodes.hpp"

namespace calor::sampler {

using num::Matrix;
using num::Vector;

// sinc((x' - x_b)/h) has the transform h e^{-ikx_b} for |k| < pi/h; x' -> theta + f (x' - theta) and the Gaussian make
//   P'(x_a) = (h/pi) int_0^{pi/(f h)} cos(k (x_a - theta (1 - f) - f x_b)) exp(-k² s² (1 - f²)/2) dk.
OuTransition::OuTransition(const grid::Grid<double>& x, double stddev, double decay) : x_(x), keep_(std::exp(-decay)) {
  const double variance = -stddev * stddev * std::expm1(-2 * decay);
  const double edge = std::min(M_PI / (keep_ * x.spacing), std::sqrt(2 * 40 / variance));
  const int order =
      40 + static_cast<int>(edge * x.spacing * x.size);  // half a node a radian of the fastest cosine, twice
  const std::vector<double> whole{1.0};
  const auto rule = evolve::gauss_nodes<double>(whole, 2, order);
  wave_ = weight_ = Vector<double>(order);
  Eigen::Index q = 0;
  for (std::size_t j = 0; j < rule.times.size(); ++j) {
    if (!(rule.weight[j] > 0)) continue;
    wave_[q] = edge * rule.times[j];
    weight_[q] = edge * rule.weight[j] * x.spacing / M_PI * std::exp(-wave_[q] * wave_[q] * variance / 2);
    ++q;
  }
  cosine_ = sine_ = Matrix<double>(x.size, order);
  const double middle = (x.start + x.end()) / 2;
  for (Eigen::Index a = 0; a < x.size; ++a) {
    const auto phase = wave_.array() * (x.node(static_cast<int>(a)) - middle);
    cosine_.row(a) = phase.cos().transpose();
    sine_.row(a) = phase.sin().transpose();
  }
}

Matrix<double> OuTransition::at(double theta) const {
  const double middle = (x_.start + x_.end()) / 2;
  Matrix<double> even(wave_.size(), x_.size), odd(wave_.size(), x_.size);
  for (Eigen::Index b = 0; b < x_.size; ++b) {
    const double mean = theta + keep_ * (x_.node(static_cast<int>(b)) - theta) - middle;
    const auto phase = wave_.array() * mean;
    even.col(b) = weight_.array() * phase.cos();
    odd.col(b) = weight_.array() * phase.sin();
  }
  return cosine_ * even + sine_ * odd;
}

namespace {

/// Step of a trapezoidal sum over phi(xi) e^{ik xi} that errs by less than e^-36, k up to `wave`, where what multiplies
/// phi is analytic for |Im xi| < strip: exp(-(2 pi/step - wave) d + d²/2) for every d below that.
double gaussian_step(double wave, double strip) {
  const double d = std::min(8.5, 0.9 * strip);
  return 2 * M_PI / (wave + d / 2 + 36 / d);
}

}  // namespace

// By sums over the nodes: in x' the Gaussian is as wide as p(x|theta) at least, which the nodes resolve.
Matrix<double> SinhOuTransition::summed(double mean, double stddev) const {
  const int n = x_.size();
  const double keep = std::exp(-decay_), variance = -stddev * stddev * std::expm1(-2 * decay_);
  Matrix<double> out(n, n);
  for (int b = 0; b < n; ++b) {
    const double scale = x_.weight(b) / std::sqrt(2 * M_PI * variance), to = mean + keep * (x_.node(b) - mean);
    for (int a = 0; a < n; ++a) out(a, b) = scale * std::exp(-std::pow(x_.node(a) - to, 2) / (2 * variance));
  }
  return out;
}

// x' = (x - m (1 - f) + sqrt(v) xi)/f makes P'(x) = (1/f) int phi(xi) P(x') dxi; sinc(p - b) at places p = r + c, r an
// integer, is (-1)^(r - b) sin(pi c) / (pi (p - b)).
Matrix<double> SinhOuTransition::at(double mean, double stddev) const {
  const int n = x_.size();
  if (2 * decay_ > std::log(2)) return summed(mean, stddev);
  const double keep = std::exp(-decay_), spread = stddev * std::sqrt(-std::expm1(-2 * decay_)) / keep;
  const double step = gaussian_step(M_PI * spread / (x_.half * x_.step), x_.half / spread);
  const int terms = static_cast<int>(std::ceil(8.6 / step));
  const Vector<double> index = Vector<double>::LinSpaced(n, 0, n - 1);
  Vector<double> sign(n);
  for (int b = 0; b < n; ++b) sign[b] = b % 2 ? -1 : 1;
  Matrix<double> out = Matrix<double>::Zero(n, n);  // transposed
  for (int a = 0; a < n; ++a) {
    auto row = out.col(a).array();
    for (int q = -terms; q <= terms; ++q) {
      const double xi = q * step, weight = step / std::sqrt(2 * M_PI) / keep * std::exp(-xi * xi / 2);
      const double place = x_.place((x_.node(a) - mean * (1 - keep)) / keep + spread * xi);
      const double nearest = std::round(place), rest = place - nearest;
      const double scale = weight * (std::fmod(nearest, 2) != 0 ? -1 : 1), sine = std::sin(M_PI * rest) / M_PI;
      const auto at = static_cast<Eigen::Index>(nearest);
      const bool inside = nearest >= 0 && nearest < n;
      const double there = inside ? row[at] + scale * (rest == 0 ? 1 : sine / rest) : 0;
      row += scale * sine / (place - index.array());
      if (inside) row[at] = there;
    }
    row *= sign.array();
  }
  return out.transpose();
}

}  // namespace calor::sampler
