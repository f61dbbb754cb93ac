#pragma once
// Elementary functions made of + - * / sqrt and bit operations alone, so that they give the same bits wherever double
// is IEEE 754 and products are not contracted into sums. Relative error below 3 units of round-off (measured in the
// tests).

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace calor::simulator {

inline constexpr double log_two_pi = 1.8378770664093454836;

namespace elementary {
constexpr double ln2_high = 0x1.62e42fee00000p-1;  // 33 bits: k ln2_high is exact for |k| < 2^20
constexpr double ln2_low = 0x1.a39ef35793c76p-33;
constexpr double log2_e = 0x1.71547652b82fep+0;

/// x = k ln 2 + r, |r| <= 0.35; |x| < 10^5.
struct Reduced {
  int k = 0;
  double r = 0;
};

inline Reduced reduced(double x) {
  const double shifted = x * log2_e;
  const int k = static_cast<int>(shifted < 0 ? shifted - 0.5 : shifted + 0.5);
  return {k, (x - k * ln2_high) - k * ln2_low};
}

/// e^r - 1 for |r| <= 0.35, by the powers up to r^13/13!.
inline double exponential_series(double r) {
  double sum = 1.0 / 6227020800.0;
  constexpr double factor[] = {479001600.0, 39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0,
                               720.0,       120.0,      24.0,      6.0,      2.0,     1.0};
  for (const double f : factor) sum = sum * r + 1.0 / f;
  return r * sum;
}

/// 2^e of a normal number.
inline double power_of_two(int e) { return std::bit_cast<double>(static_cast<std::uint64_t>(1023 + e) << 52); }

}  // namespace elementary

/// e^x; 0 below -745.2, infinity above 709.8.
inline double exponential(double x) {
  if (x > 709.782712893384) return std::numeric_limits<double>::infinity();
  if (!(x > -745.2)) return x != x ? x : 0;
  const auto [k, r] = elementary::reduced(x);
  const double value = 1 + elementary::exponential_series(r);
  const int half = k / 2;  // two factors: neither of them over- or underflows
  return value * elementary::power_of_two(half) * elementary::power_of_two(k - half);
}

/// e^x - 1; the relative error stays below 5 units of round-off near 0, too.
inline double exponential_minus_one(double x) {
  if (!(x > -40 && x < 40)) return exponential(x) - 1;
  const auto [k, r] = elementary::reduced(x);  // 2^k e^r - 1 = 2^k (e^r - 1) + (2^k - 1)
  const double power = elementary::power_of_two(k);
  return power * elementary::exponential_series(r) + (power - 1);
}

/// ln x for positive normal x; -infinity at 0, NaN below.
inline double logarithm(double x) {
  if (!(x > 0)) return x == 0 ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  if (x == std::numeric_limits<double>::infinity()) return x;
  int k = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    k = -54;
  }
  const auto bits = std::bit_cast<std::uint64_t>(x);
  k += static_cast<int>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0xFFFFFFFFFFFFFULL) | (1023ULL << 52));
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++k;
  }
  const double f = m - 1;
  const double s = f / (2 + f);  // ln m = 2 atanh(s), |s| <= 0.172
  const double z = s * s;
  double sum = 1.0 / 23;
  constexpr double odd[] = {21, 19, 17, 15, 13, 11, 9, 7, 5, 3};
  for (const double n : odd) sum = sum * z + 1.0 / n;
  return k * elementary::ln2_high + ((f - s * (f - 2 * z * sum)) + k * elementary::ln2_low);
}

/// ln n!, a sum of logarithms.
inline double log_factorial(int n) {
  double sum = 0;
  for (int k = 2; k <= n; ++k) sum += logarithm(k);
  return sum;
}

/// 1/(1 + e^{-x}).
inline double logistic(double x) {
  const double e = exponential(x < 0 ? x : -x);
  return (x < 0 ? e : 1.0) / (1 + e);
}

/// ln(1 + e^x), to within the round-off of max(1, |x|).
inline double softplus(double x) {
  const double e = exponential(x < 0 ? x : -x);
  return (x > 0 ? x : 0.0) + logarithm(1 + e);
}

/// The normal deviate whose upper tail has probability p, 0 < p <= 1/2: M. J. Wichura, Algorithm AS 241 (PPND16), Appl.
/// Stat. 37, 477 (1988); relative error about 1e-16.
double normal_from_tail(double p);

}  // namespace calor::simulator
