#include "proven/ball.hpp"

#include <arf.h>
#include <flint/fmpq.h>

#include "num/errors.hpp"

namespace calor::proven {

namespace {

thread_local long working_bits = 128;

/// Sizes beyond 2^(+-most_exponent) are no rational numbers of ours.
constexpr slong most_exponent = 100000;

bool tiny(const arf_t x) { return !arf_is_zero(x) && arf_cmpabs_2exp_si(x, -most_exponent) < 0; }

num::Rational rational(const arf_t x) {
  if (arf_cmpabs_2exp_si(x, most_exponent) > 0) throw InternalError("ball: no rational number of ours");
  fmpq_t q;
  fmpq_init(q);
  arf_get_fmpq(q, x);
  num::Rational out;
  fmpq_get_mpq(out.backend().data(), q);
  fmpq_clear(q);
  return out;
}

}  // namespace

bool Ball::finite() const {
  return arb_is_finite(x_) != 0 && arf_cmpabs_2exp_si(arb_midref(x_), most_exponent) <= 0 &&
         mag_cmp_2exp_si(arb_radref(x_), most_exponent) <= 0;
}

Precision::Precision(long bits) : before_(working_bits) { working_bits = bits; }
Precision::~Precision() { working_bits = before_; }
long Precision::bits() { return working_bits; }

Ball::Ball(const num::Rational& q) {
  arb_init(x_);
  fmpq_t exact;
  fmpq_init(exact);
  fmpq_set_mpq(exact, q.backend().data());
  arb_set_fmpq(x_, exact, working_bits);
  fmpq_clear(exact);
}

Ball& Ball::operator+=(const Ball& o) {
  arb_add(x_, x_, o.x_, working_bits);
  return *this;
}
Ball& Ball::operator-=(const Ball& o) {
  arb_sub(x_, x_, o.x_, working_bits);
  return *this;
}
Ball& Ball::operator*=(const Ball& o) {
  arb_mul(x_, x_, o.x_, working_bits);
  return *this;
}
Ball& Ball::operator/=(const Ball& o) {
  arb_div(x_, x_, o.x_, working_bits);
  return *this;
}
Ball Ball::operator-() const {
  Ball out;
  arb_neg(out.x_, x_);
  return out;
}

num::Rational Ball::middle() const { return tiny(arb_midref(x_)) ? num::Rational(0) : rational(arb_midref(x_)); }

num::Rational Ball::radius() const {
  arf_t r;
  arf_init_set_mag_shallow(r, arb_radref(x_));
  if (!tiny(r) && !tiny(arb_midref(x_))) return rational(r);
  // what is tiny, and what middle() leaves out, are below this
  static const num::Rational least =
      num::Rational(1, boost::multiprecision::mpz_int(boost::multiprecision::mpz_int(1) << most_exponent));
  return (tiny(r) ? least : rational(r)) + least;
}

bool Ball::contains(const num::Rational& q) const {
  return finite() ? num::Rational(boost::multiprecision::abs(num::Rational(middle() - q))) <= radius() : true;
}

Ball Ball::widened(const Ball& extra) const {
  Ball out = *this;
  arb_add_error(out.x_, extra.x_);
  return out;
}

Ball exp(const Ball& x) {
  Ball out;
  arb_exp(out.get(), x.get(), working_bits);
  return out;
}
Ball expm1(const Ball& x) {
  Ball out;
  arb_expm1(out.get(), x.get(), working_bits);
  return out;
}
Ball log(const Ball& x) {
  Ball out;
  arb_log(out.get(), x.get(), working_bits);
  return out;
}
Ball log1p(const Ball& x) {
  Ball out;
  arb_log1p(out.get(), x.get(), working_bits);
  return out;
}
Ball sqrt(const Ball& x) {
  Ball out;
  arb_sqrt(out.get(), x.get(), working_bits);
  return out;
}
Ball abs(const Ball& x) {
  Ball out;
  arb_abs(out.get(), x.get());
  return out;
}
Ball min(const Ball& a, const Ball& b) {
  Ball out;
  arb_min(out.get(), a.get(), b.get(), working_bits);
  return out;
}
Ball pow(const Ball& x, long n) {
  Ball out;
  if (n >= 0) {
    arb_pow_ui(out.get(), x.get(), static_cast<ulong>(n), working_bits);
    return out;
  }
  arb_pow_ui(out.get(), x.get(), static_cast<ulong>(-n), working_bits);
  return 1 / out;
}

Ball between_zero_and(const Ball& most) {
  const Ball half = most / 2;
  return half.widened(abs(half));
}

// On [0, u] with u <= 1/e, 0 <= -x ln x <= -u ln u (the function increases up to 1/e). Elsewhere |d(-x ln x)/dx| is
// what interval arithmetic makes of it.
Ball minus_x_ln_x(const Ball& x) {
  if (x > Ball(0)) return -(x * log(x));
  Ball upper;
  arb_get_ubound_arf(arb_midref(upper.get()), x.get(), working_bits);
  if (!(upper > Ball(0))) return Ball(0);
  if (upper < Ball(0.36)) return between_zero_and(-(upper * log(upper)));
  return Ball(0).widened(Ball(1) + upper * upper);  // |x ln x| <= 1/e + x² for all x >= 0
}

}  // namespace calor::proven
