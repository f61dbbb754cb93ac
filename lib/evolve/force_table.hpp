#pragma once
// L' and L'' at any theta, fast: polynomials on panels, made when first asked for.

#include <functional>
#include <map>

#include "num/eigen.hpp"

namespace calor::evolve {

class ForceTable {
 public:
  /// `force` gives L' at theta; it is analytic within `strip` of the real axis. Panels are half a strip wide: a
  /// polynomial of degree 18 misses L' by (4 + sqrt(17))^-18 = 4e-17 of its size.
  ForceTable(std::function<double(double)> force, double strip);

  /// slope and curvature at `theta` (increasing).
  void evaluate(const Eigen::ArrayXd& theta, Eigen::ArrayXd& slope, Eigen::ArrayXd& curvature);

 private:
  static constexpr int degree = 18;
  using Panel = Eigen::Array<double, degree + 1, 1>;  // monomials on [-1, 1]
  const Panel& panel(long index);

  std::function<double(double)> force_;
  double width_;
  std::map<long, Panel> panels_;
};

}  // namespace calor::evolve
