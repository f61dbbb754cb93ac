#include "evolve/time_nodes.hpp"

#include <algorithm>
#include <boost/math/special_functions/legendre.hpp>
#include <cmath>

namespace calor::evolve {

template <num::Real R>
GaussLegendre<R> gauss_legendre(int order) {
  const std::vector<R> zeros = boost::math::legendre_p_zeros<R>(order);  // the non-negative ones
  GaussLegendre<R> rule;
  const auto add = [&](const R& x) {
    const R slope = boost::math::legendre_p_prime<R>(order, x);
    rule.node.push_back(x);
    rule.weight.push_back(2 / ((1 - x * x) * slope * slope));
  };
  for (auto z = zeros.rbegin(); z != zeros.rend(); ++z)
    if (*z != 0) add(-*z);
  for (const R& z : zeros) add(z);
  return rule;
}

template <num::Real R>
std::vector<R> TimeNodes<R>::integrate(std::span<const R> rate) const {
  std::vector<R> out;
  R sum = 0;
  std::size_t j = 0;
  for (const int p : point) {
    for (; j <= static_cast<std::size_t>(p); ++j) sum += weight[j] * rate[j];
    out.push_back(sum);
  }
  return out;
}

template <num::Real R>
TimeNodes<R> gauss_nodes(std::span<const R> points, double fastest, int order) {
  const auto rule = order > 0 ? gauss_legendre<R>(order) : GaussLegendre<R>{};
  TimeNodes<R> out;
  out.times.push_back(R(0));
  out.weight.push_back(R(0));
  R last = 0;
  for (const R& point : points) {
    if (point > last) {
      std::vector<double> cuts{num::to_double(last)};
      const double goal = num::to_double(point);
      while (order > 0 && cuts.back() < goal) cuts.push_back(std::min(goal, 2 * cuts.back() + fastest));
      for (std::size_t k = 0; k + 1 < cuts.size(); ++k) {
        const R a = k ? R(cuts[k]) : last, b = k + 2 == cuts.size() ? point : R(cuts[k + 1]);
        for (std::size_t j = 0; j < rule.node.size(); ++j) {
          out.times.push_back((a + b) / 2 + (b - a) / 2 * rule.node[j]);
          out.weight.push_back((b - a) / 2 * rule.weight[j]);
        }
      }
      out.times.push_back(point);
      out.weight.push_back(R(0));
      last = point;
    }
    out.point.push_back(static_cast<int>(out.times.size()) - 1);
  }
  return out;
}

#define CALOR_INSTANTIATE(R)                        \
  template struct TimeNodes<R>;                     \
  template GaussLegendre<R> gauss_legendre<R>(int); \
  template TimeNodes<R> gauss_nodes<R>(std::span<const R>, double, int);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::evolve
