#include "learner/sgld_nodes.hpp"

#include <cmath>

#include "num/errors.hpp"

namespace calor::learner {

using num::Vector;

namespace {

/// Nodes and weights of Gauss-Legendre quadrature on [-1, 1]: roots of P_n by Newton's method, w = 2/((1-x²) P_n'²).
template <Real R>
void legendre(int n, Vector<R>& x, Vector<R>& w) {
  using std::fabs;
  x = Vector<R>(n);
  w = Vector<R>(n);
  for (int k = 0; k < n; ++k) {
    R root = std::cos(M_PI * (k + 0.75) / (n + 0.5)), slope = 1;
    for (int iteration = 0; iteration < 100; ++iteration) {
      R before = 1, value = root;  // P_0, P_1
      for (int m = 2; m <= n; ++m) {
        const R next = ((2 * m - 1) * root * value - (m - 1) * before) / m;
        before = value;
        value = next;
      }
      slope = n * (root * value - before) / (root * root - 1);
      const R step = value / slope;
      root -= step;
      if (fabs(step) < 4 * num::epsilon<R>()) break;
    }
    x[n - 1 - k] = root;
    w[n - 1 - k] = 2 / ((1 - root * root) * slope * slope);
  }
}

}  // namespace

template <Real R>
Nodes<R> uniform_nodes(const grid::Interval& interval, double spacing) {
  const auto grid = grid::uniform<R>(interval, spacing);
  Nodes<R> out{Vector<R>(grid.size), Vector<R>::Constant(grid.size, grid.spacing), grid.spacing};
  for (int i = 0; i < grid.size; ++i) out.theta[i] = grid.node(i);
  return out;
}

template <Real R>
Nodes<R> broken_nodes(const grid::Interval& in, double kink, double spacing, int order) {
  std::vector<double> ends{in.start};
  if (kink > in.start && kink < in.end) ends.push_back(kink);
  ends.push_back(in.end);
  Vector<R> x, w;
  legendre(order, x, w);
  std::vector<R> theta, weight;
  for (std::size_t piece = 0; piece + 1 < ends.size(); ++piece) {
    const R length = R(ends[piece + 1]) - R(ends[piece]);
    const double wanted = std::ceil(num::to_double(length) / (0.6 * spacing * order));
    if (!(wanted < 1e6))
      throw AccuracyError("the densities are too narrow for their range; allowed: less extreme widths");
    const int panels = static_cast<int>(wanted);
    for (int p = 0; p < panels; ++p)
      for (int k = 0; k < order; ++k) {
        theta.push_back(R(ends[piece]) + length * (p + (1 + x[k]) / 2) / panels);
        weight.push_back(length / panels * w[k] / 2);
      }
  }
  const auto n = static_cast<Eigen::Index>(theta.size());
  return {Eigen::Map<const Vector<R>>(theta.data(), n), Eigen::Map<const Vector<R>>(weight.data(), n), R(0)};
}

template <Real R>
Terms<R> terms_at(const model::Model<R>& model, const Vector<R>& theta) {
  const Eigen::Index n = theta.size(), terms = model.components();
  Terms<R> out{num::Matrix<R>(n, terms), num::Matrix<R>(n, terms), num::Matrix<R>(n, terms)};
  std::vector<model::Jet<R>> jets(static_cast<std::size_t>(terms));
  for (Eigen::Index i = 0; i < n; ++i) {
    model.components_at(std::span<const R>(&theta[i], 1), jets);
    for (Eigen::Index a = 0; a < terms; ++a) {
      const auto& jet = jets[static_cast<std::size_t>(a)];
      out.value(i, a) = jet.value;
      out.slope(i, a) = jet.gradient[0];
      out.curvature(i, a) = jet.hessian[0];
    }
  }
  return out;
}

#define CALOR_INSTANTIATE(R)                                                     \
  template Nodes<R> uniform_nodes<R>(const grid::Interval&, double);             \
  template Nodes<R> broken_nodes<R>(const grid::Interval&, double, double, int); \
  template Terms<R> terms_at(const model::Model<R>&, const Vector<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::learner
