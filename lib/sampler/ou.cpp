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

}  // namespace calor::sampler
