#include "analytic/exponentials.hpp"

#include <algorithm>
#include <boost/math/special_functions/log1p.hpp>

#include "proven/matrix.hpp"

namespace calor::analytic {
namespace {

// t^k exp[-r_0 t..-r_k t] = e^{-r_k t} t^k Σ_n h_n(d) / (n + k)!, d_i = (r_k - r_i) t >= 0, h_n the complete
// homogeneous symmetric polynomial of degree n (Taylor series of the divided difference); every term is positive.
template <num::Real R>
R clustered(const R& t, const R* r, int k) {
  using std::exp;
  R scale = exp(-r[k] * t);
  for (int i = 1; i <= k; ++i) scale *= t / i;
  std::vector<R> d, h(static_cast<std::size_t>(k), R(1));
  for (int i = 0; i < k; ++i) d.push_back((r[k] - r[i]) * t);
  R sum = 1, factor = 1;
  for (int n = 1; k > 0; ++n) {
    for (int i = 0; i < k; ++i) {
      auto j = static_cast<std::size_t>(i);
      h[j] = d[j] * h[j] + (i > 0 ? h[j - 1] : R(0));
    }
    factor /= n + k;
    const R term = h.back() * factor;
    sum += term;
    if (term <= num::epsilon<R>() * sum / 16 && n > 2) break;
  }
  return scale * sum;
}

template <num::Real R>
R sorted(const R& t, const R* r, int k) {
  if ((r[k] - r[0]) * t < 2) return clustered(t, r, k);
  return (sorted(t, r, k - 1) - sorted(t, r + 1, k - 1)) / (r[k] - r[0]);
}

/// Opitz: exp[x_0, ..., x_k] is the corner of e^J, J = diag(x) with ones above the diagonal.
proven::Ball corner_of_exponential(const proven::Ball& t, const std::vector<proven::Ball>& rates) {
  const long n = static_cast<long>(rates.size());
  proven::BallMatrix jordan(n, n);
  for (long i = 0; i < n; ++i) {
    jordan.set(i, i, -(rates[static_cast<std::size_t>(i)] * t));
    if (i + 1 < n) jordan.set(i, i + 1, t);
  }
  return exp(jordan).at(0, n - 1);
}

}  // namespace

template <Number R>
R convolved_exponentials(const R& t, std::vector<R> rates) {
  if constexpr (!num::Real<R>) {
    return corner_of_exponential(t, rates);
  } else {
    std::sort(rates.begin(), rates.end());
    return sorted(t, rates.data(), static_cast<int>(rates.size()) - 1);
  }
}

// (1 - q^n) / (1 - q); q^n - 1 = expm1(n ln q) for q near 1, n ln q = n log1p(-p).
template <Number R>
R geometric_sum(const R& p, long n) {
  using std::abs, std::expm1, std::log1p, std::pow;
  if (p == 0) return R(n);
  if (abs(p) < R(0.5)) return -expm1(R(n) * log1p(-p)) / p;
  return (1 - pow(1 - p, static_cast<int>(n))) / p;
}

// (1 + z)(z - d) - z = z² - (1 + z) d with d = z - ln(1 + z) <= z²/2 (z >= 0): no cancellation to speak of.
template <Number R>
R entropy_excess(const R& z) {
  using std::log1p;
  if (z <= -1) return R(1);
  if (z > R(0.5) || z < R(-0.5)) return (1 + z) * log1p(z) - z;
  return z * z - (1 + z) * log_deficit(z);
}

template <Number R>
R log_deficit(const R& z) {
  using std::abs, std::log1p;
  if (abs(z) > R(0.5)) return z - log1p(z);
  if constexpr (num::Real<R>)
    return -boost::math::log1pmx(z);
  else
    return z - log1p(z);
}

#define CALOR_INSTANTIATE(R)                                      \
  template R convolved_exponentials<R>(const R&, std::vector<R>); \
  template R geometric_sum<R>(const R&, long);                    \
  template R entropy_excess<R>(const R&);                         \
  template R log_deficit<R>(const R&);
CALOR_FOR_EACH_NUMBER(CALOR_INSTANTIATE)
CALOR_INSTANTIATE(num::Mp200)  // what tests compare 100 digits with
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
