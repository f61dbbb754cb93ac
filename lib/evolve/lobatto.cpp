#include "evolve/lobatto.hpp"

#include <boost/math/special_functions/legendre.hpp>
#include <cmath>

namespace calor::evolve {

namespace {

double legendre_value(int p, double x) { return boost::math::legendre_p(p, x); }

}  // namespace

Lobatto lobatto(int p) {
  Lobatto out{num::Vector<double>(p + 1), num::Vector<double>(p + 1), num::Matrix<double>::Zero(p + 1, p + 1)};
  out.node[0] = -1, out.node[p] = 1;
  for (int k = 1; k < p; ++k) {  // roots of P_p' by Newton's method from the Chebyshev-Lobatto nodes
    double x = -std::cos(M_PI * k / p);
    for (int iteration = 0; iteration < 50; ++iteration) {
      const double slope = boost::math::legendre_p_prime(p, x);
      const double second = (2 * x * slope - p * (p + 1.0) * legendre_value(p, x)) / (1 - x * x);
      const double step = slope / second;
      x -= step;
      if (std::fabs(step) < 1e-16) break;
    }
    out.node[k] = x;
  }
  num::Vector<double> value(p + 1);
  for (int k = 0; k <= p; ++k) {
    value[k] = legendre_value(p, out.node[k]);
    out.weight[k] = 2 / (p * (p + 1.0) * value[k] * value[k]);
  }
  for (int i = 0; i <= p; ++i) {
    double sum = 0;
    for (int j = 0; j <= p; ++j) {
      if (i == j) continue;
      out.derivative(i, j) = value[i] / (value[j] * (out.node[i] - out.node[j]));
      sum += out.derivative(i, j);
    }
    out.derivative(i, i) = -sum;  // constants have derivative 0
  }
  return out;
}

}  // namespace calor::evolve
