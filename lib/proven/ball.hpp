#pragma once
// Real numbers known to lie in a ball: midpoint and radius, every operation rounded outward (Arb, F. Johansson, IEEE
// Trans. Comput. 66, 1281 (2017)). What is computed from balls that contain the inputs contains the exact result.

#include <arb.h>

#include <concepts>
#include <string>

#include "num/exact.hpp"

namespace calor::proven {

/// Bits that this thread's balls carry, for the life of this object; nested ones take turns.
class Precision {
 public:
  explicit Precision(long bits);
  Precision(const Precision&) = delete;
  Precision& operator=(const Precision&) = delete;
  ~Precision();
  static long bits();

 private:
  long before_;
};

/// A value type around arb_t, rounded to Precision::bits(). Comparisons are true only if they hold for all members of
/// both balls: code may branch on them where every branch that can be taken is right.
class Ball {
 public:
  Ball() { arb_init(x_); }
  Ball(int n) : Ball(static_cast<long>(n)) {}
  Ball(long n) {
    arb_init(x_);
    arb_set_si(x_, n);
  }
  explicit Ball(double exact) {
    arb_init(x_);
    arb_set_d(x_, exact);
  }
  explicit Ball(const num::Rational& q);
  Ball(const Ball& o) {
    arb_init(x_);
    arb_set(x_, o.x_);
  }
  Ball(Ball&& o) noexcept {
    arb_init(x_);
    arb_swap(x_, o.x_);
  }
  Ball& operator=(const Ball& o) {
    if (this != &o) arb_set(x_, o.x_);
    return *this;
  }
  Ball& operator=(Ball&& o) noexcept {
    arb_swap(x_, o.x_);
    return *this;
  }
  ~Ball() { arb_clear(x_); }

  arb_ptr get() { return x_; }
  arb_srcptr get() const { return x_; }

  Ball& operator+=(const Ball& o);
  Ball& operator-=(const Ball& o);
  Ball& operator*=(const Ball& o);
  Ball& operator/=(const Ball& o);
  Ball operator-() const;

  friend Ball operator+(Ball a, const Ball& b) { return a += b; }
  friend Ball operator-(Ball a, const Ball& b) { return a -= b; }
  friend Ball operator*(Ball a, const Ball& b) { return a *= b; }
  friend Ball operator/(Ball a, const Ball& b) { return a /= b; }

  friend bool operator<(const Ball& a, const Ball& b) { return arb_lt(a.x_, b.x_) != 0; }
  friend bool operator>(const Ball& a, const Ball& b) { return arb_gt(a.x_, b.x_) != 0; }
  friend bool operator<=(const Ball& a, const Ball& b) { return arb_le(a.x_, b.x_) != 0; }
  friend bool operator>=(const Ball& a, const Ball& b) { return arb_ge(a.x_, b.x_) != 0; }
  friend bool operator==(const Ball& a, const Ball& b) { return arb_eq(a.x_, b.x_) != 0; }

  /// Exact midpoint and radius; only where finite().
  num::Rational middle() const;
  num::Rational radius() const;
  /// Finite, and within 2^100000: beyond that nothing is known for our purposes.
  bool finite() const;
  bool infinite() const { return arb_is_exact(x_) != 0 && arf_is_pos_inf(arb_midref(x_)) != 0; }  // +inf, for sure
  bool exact() const { return arb_is_exact(x_) != 0; }
  bool contains_zero() const { return arb_contains_zero(x_) != 0; }
  bool contains(const num::Rational& q) const;

  /// This ball with `extra` >= 0 added to its radius.
  Ball widened(const Ball& extra) const;

 private:
  arb_t x_;
};

Ball exp(const Ball& x);
Ball expm1(const Ball& x);
Ball log(const Ball& x);
Ball log1p(const Ball& x);
Ball sqrt(const Ball& x);
Ball abs(const Ball& x);
Ball min(const Ball& a, const Ball& b);
Ball pow(const Ball& x, long n);
inline Ball fabs(const Ball& x) { return abs(x); }

/// All numbers between 0 and `most` >= 0.
Ball between_zero_and(const Ball& most);

/// -x ln x for x >= 0, also where the ball reaches 0 (or, by rounding, below); x is known to be >= 0.
Ball minus_x_ln_x(const Ball& x);

}  // namespace calor::proven

namespace calor::num {

/// What templates over number types ask of them, for balls.
template <std::same_as<proven::Ball> R>
R pi() {
  R out;
  arb_const_pi(out.get(), proven::Precision::bits());
  return out;
}
template <std::same_as<proven::Ball> R>
R infinity() {
  R out;
  arb_pos_inf(out.get());
  return out;
}
template <std::same_as<proven::Ball> R>
R from_rational(const Rational& q) {
  return R(q);
}
template <std::same_as<proven::Ball> R>
double to_double(const R& x) {
  return arf_get_d(arb_midref(x.get()), ARF_RND_NEAR);
}
template <std::same_as<proven::Ball> R>
std::string to_text(const R& x, int digits) {
  return to_text(to_double(x), digits);
}

}  // namespace calor::num
