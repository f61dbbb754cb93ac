#include "data/axis.hpp"

#include <algorithm>

namespace calor::data {

namespace {

template <Real R>
void normalise(Axis<R>& axis) {
  R sum = 0;
  for (const auto& w : axis.weight) sum += w;
  for (auto& w : axis.weight) w /= sum;
}

}  // namespace

template <Real R>
Axis<R> normal_axis(const R& tail, const R& spacing) {
  using std::ceil, std::exp, std::log, std::sqrt;
  const int half = static_cast<int>(num::to_double(R(ceil(sqrt(-2 * log(tail)) / spacing))));
  Axis<R> axis;
  for (int j = -half; j <= half; ++j) {
    const R z = spacing * j;
    axis.node.push_back(z);
    axis.weight.push_back(exp(-z * z / 2));
  }
  normalise(axis);
  return axis;
}

// With u = ln X = v - e^{-v} the density in v is ~ exp(nu u/2 - e^u/2)(1 + e^{-v}). Its logarithm is concave in v up to
// the slowly varying last factor, so both walks from the mode stop.
template <Real R>
Axis<R> chi_square_axis(int freedom, const R& tail, const R& spacing) {
  using std::exp, std::log, std::sqrt;
  if (freedom == 0) return {{R(0)}, {R(1)}};
  // errors: exp(-2 pi 1.2/h) of the strip |Im v| < pi/2, taken as 1.2, and that of the peak, whose width is (2/nu)^½
  const R nu = freedom, h = std::min(R(R(1.2) * spacing * spacing / num::pi<R>()), R(spacing / sqrt(nu)));
  const auto log_x = [](const R& v) -> R { return v - exp(-v); };
  const auto log_density = [&](const R& v) -> R {
    const R u = log_x(v);
    return nu * u / 2 - exp(u) / 2 + log(1 + exp(-v));
  };
  R mode = 0;
  while (log_density(mode + h) > log_density(mode)) mode += h;
  while (log_density(mode - h) > log_density(mode)) mode -= h;
  const R top = log_density(mode), least = log(tail);
  Axis<R> axis;
  const auto walk = [&](R v, const R& step) {
    for (; log_density(v) - top > least; v += step) {
      axis.node.push_back(exp(log_x(v)) / nu);
      axis.weight.push_back(exp(log_density(v) - top));
    }
  };
  walk(R(mode - h), R(-h));
  std::reverse(axis.node.begin(), axis.node.end());
  std::reverse(axis.weight.begin(), axis.weight.end());
  walk(mode, h);
  normalise(axis);
  return axis;
}

#define CALOR_INSTANTIATE(R)                           \
  template Axis<R> normal_axis<R>(const R&, const R&); \
  template Axis<R> chi_square_axis<R>(int, const R&, const R&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::data
