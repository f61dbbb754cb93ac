#pragma once
// Integrals over the real line by the trapezoidal rule, with a proven bound of its error.

#include "proven/ball.hpp"

namespace calor::proven {

/// exp(log_scale + slope |x| - decay x²); slope >= 0, decay > 0. The envelope of a product is the sum of the envelopes.
struct Envelope {
  Ball log_scale, slope, decay;
  friend Envelope operator*(const Envelope& a, const Envelope& b) {
    return {a.log_scale + b.log_scale, a.slope + b.slope, a.decay + b.decay};
  }
};

/// |f(x + iy)| is below `strip` for all real x and |y| <= some width within which f is analytic, |f(x)| below `line`.
struct Bound {
  Envelope strip, line;
  friend Bound operator*(const Bound& a, const Bound& b) { return {a.strip * b.strip, a.line * b.line}; }
};

/// Nodes i step, |i| <= half.
struct Trapezoid {
  double step = 0;
  long half = 0;
  long size() const { return 2 * half + 1; }
  Ball node(long k) const { return Ball(step) * Ball(k - half); }
};

/// A rule whose error is about e^-decades for functions within this bound.
Trapezoid trapezoid_for(const Bound& bound, double strip, double decades);

/// Bound of |int f dx - step sum_i f(i step)|. For f analytic in |Im x| < a and M >= int |f(x + iy)| dx, |y| < a, the
/// rule on all nodes errs by at most 2M/(e^{2 pi a/step} - 1) (L. N. Trefethen, J. A. C. Weideman, SIAM Rev. 56, 385
/// (2014), theorem 5.1). With slope s and decay d, int <= 2 sqrt(pi/d) e^{log_scale + s²/4d} (the square completed).
/// The nodes left out lie beyond X = half step, where the envelope is log-concave and falls: with g = 2 d X - s > 0 the
/// two tails sum to at most 2 e^{log_scale + s X - d X²}/g. Not finite if g is not positive.
Ball trapezoid_error(const Trapezoid& rule, const Bound& bound, double strip);

}  // namespace calor::proven
