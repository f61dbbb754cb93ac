#include "evolve/force_table.hpp"

#include <algorithm>
#include <cmath>

namespace calor::evolve {

namespace {

/// From values at the Chebyshev points cos(pi (j + 1/2)/m) to coefficients of T_k, and from there to monomials. The two
/// steps may not be multiplied out: T_k in monomials has entries of 2^(k-1), which must meet small coefficients.
struct Transform {
  Eigen::MatrixXd values, monomials;

  explicit Transform(int m) : values(m, m), monomials(Eigen::MatrixXd::Zero(m, m)) {
    monomials(0, 0) = monomials(1, 1) = 1;
    for (int k = 2; k < m; ++k) {
      for (int i = 1; i < m; ++i) monomials(k, i) = 2 * monomials(k - 1, i - 1);
      monomials.row(k) -= monomials.row(k - 2);
    }
    for (int k = 0; k < m; ++k)
      for (int j = 0; j < m; ++j) values(k, j) = (k ? 2.0 : 1.0) / m * std::cos(M_PI * k * (j + 0.5) / m);
  }
};

}  // namespace

ForceTable::ForceTable(std::function<double(double)> force, double strip)
    : force_(std::move(force)), width_(std::min(strip / 2, 4.0)) {}

const ForceTable::Panel& ForceTable::panel(long index) {
  const auto known = panels_.find(index);
  if (known != panels_.end()) return known->second;
  constexpr int m = degree + 1;
  static const Transform transform(m);
  Eigen::VectorXd values(m);
  for (int j = 0; j < m; ++j)
    values[j] = force_((static_cast<double>(index) + 0.5 + std::cos(M_PI * (j + 0.5) / m) / 2) * width_);
  const Eigen::VectorXd chebyshev = transform.values * values;
  return panels_[index] = (transform.monomials.transpose() * chebyshev).array();
}

void ForceTable::evaluate(const Eigen::ArrayXd& theta, Eigen::ArrayXd& slope, Eigen::ArrayXd& curvature) {
  const Eigen::Index n = theta.size();
  slope.resize(n);
  curvature.resize(n);
  for (Eigen::Index first = 0; first < n;) {
    const auto index = static_cast<long>(std::floor(theta[first] / width_));
    Eigen::Index last = first + 1;
    const double end = static_cast<double>(index + 1) * width_;
    while (last < n && theta[last] < end) ++last;
    const Panel& c = panel(index);
    const Eigen::ArrayXd x = 2 / width_ * theta.segment(first, last - first) - (2 * static_cast<double>(index) + 1);
    auto p = slope.segment(first, last - first), d = curvature.segment(first, last - first);
    p.setConstant(c[degree]);
    d.setZero();
    for (int k = degree - 1; k >= 0; --k) {
      d = d * x + p;
      p = p * x + c[k];
    }
    d *= 2 / width_;
    first = last;
  }
}

}  // namespace calor::evolve
