#pragma once
// Tanh-sinh quadrature of several functions at once, to the full precision of R unless less is asked for.

#include <array>
#include <vector>

#include "num/errors.hpp"
#include "num/real.hpp"

namespace calor::analytic {

/// ∫_a^b f dx for f: R -> std::array<R, K>, analytic inside (a, b), by the trapezoidal rule in u after
/// x = (a+b)/2 + (b-a)/2 tanh(π/2 sinh u) (Takahasi & Mori, 1974). Halving the step squares the error, so a change of
/// ε^0.6 (relative to ∫|f|) between two levels leaves less than ε, which is at least that of R. Throws AccuracyError if
/// twelve halvings do not do.
template <num::Real R, std::size_t K, class F>
std::array<R, K> integrate(F f, const R& a, const R& b, const R& epsilon = num::epsilon<R>()) {
  using std::abs, std::asinh, std::cosh, std::exp, std::log, std::pow, std::sinh, std::tanh;
  const R half_pi = num::pi<R>() / 2, middle = (a + b) / 2, half = (b - a) / 2;
  const R reach = asinh((5 - log(epsilon)) / num::pi<R>()), wanted = pow(epsilon, R(0.6));
  std::array<R, K> sum{}, size{}, last{}, result{};
  auto add = [&](const R& u) {
    const R s = half_pi * sinh(u), c = cosh(s), w = half_pi * cosh(u) / (c * c);
    const auto y = f(R(middle + half * tanh(s)));
    for (std::size_t i = 0; i < K; ++i) sum[i] += w * y[i], size[i] += w * abs(y[i]);
  };
  R step = 1;
  add(R(0));
  for (int level = 0; level <= 12; ++level, step /= 2) {
    const R stride = level == 0 ? step : 2 * step;
    for (R u = step; u <= reach; u += stride) add(u), add(-u);
    bool done = level > 1;
    for (std::size_t i = 0; i < K; ++i) {
      result[i] = half * step * sum[i];
      if (abs(result[i] - last[i]) > wanted * half * step * size[i]) done = false;
      last[i] = result[i];
    }
    if (done) return result;
  }
  throw AccuracyError("analytic quadrature on [" + num::to_text(a, 6) + ", " + num::to_text(b, 6) +
                      "] does not converge");
}

/// The same over [0, t] in panels that grow by factors of eight from `shortest`, the shortest time scale of f.
template <num::Real R, std::size_t K, class F>
std::array<R, K> integrate_from_zero(F f, const R& t, const R& shortest, const R& epsilon = num::epsilon<R>()) {
  std::array<R, K> total{};
  R from = 0, to = shortest;
  while (from < t) {
    if (to * 2 > t) to = t;
    const auto part = integrate<R, K>(f, from, to, epsilon);
    for (std::size_t i = 0; i < K; ++i) total[i] += part[i];
    from = to;
    to *= 8;
  }
  return total;
}

}  // namespace calor::analytic
