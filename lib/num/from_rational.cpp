// The one rounding between exact input and floating point.

#include "num/exact.hpp"

namespace calor::num {

namespace {

/// Nearest double, by rounding to odd first (Boldo and Melquiond, IEEE Trans. Comput. 57, 462 (2008)): q is cut to 200
/// bits towards zero, and bit 201 is set if that cut something off. The result lies on the same side of every double
/// and of every tie between doubles as q does, so the second rounding gives the nearest double (mpfr_get_d rounds to
/// the precision that subnormal numbers have left).
double nearest_double(const Rational& q) {
  mpfr_t x;
  mpfr_init2(x, 200);
  const int cut = mpfr_set_q(x, q.backend().data(), MPFR_RNDZ);
  mpfr_prec_round(x, 201, MPFR_RNDZ);
  if (cut < 0) mpfr_nextabove(x);
  if (cut > 0) mpfr_nextbelow(x);
  const double nearest = mpfr_get_d(x, MPFR_RNDN);
  mpfr_clear(x);
  return nearest;
}

}  // namespace

template <Real R>
R from_rational(const Rational& q) {
  if constexpr (std::same_as<R, double>) {
    return nearest_double(q);
  } else {
    R nearest;
    mpfr_set_q(nearest.backend().data(), q.backend().data(), MPFR_RNDN);
    return nearest;
  }
}

#define CALOR_INSTANTIATE(R) template R from_rational<R>(const Rational&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
CALOR_INSTANTIATE(Mp200)  // not in the list, but reference values need it
#undef CALOR_INSTANTIATE

}  // namespace calor::num
