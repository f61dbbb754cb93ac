#pragma once
// Power series of balls, truncated.

#include <arb_poly.h>

#include "proven/chain.hpp"

namespace calor::proven {

class Series {
 public:
  explicit Series(long terms) : terms_(terms) { arb_poly_init(p_); }
  Series(const Series& o) : Series(o.terms_) { arb_poly_set(p_, o.p_); }
  Series(Series&& o) noexcept : Series(o.terms_) { arb_poly_swap(p_, o.p_); }
  Series& operator=(Series o) noexcept {
    arb_poly_swap(p_, o.p_);
    terms_ = o.terms_;
    return *this;
  }
  ~Series() { arb_poly_clear(p_); }

  long terms() const { return terms_; }
  Ball at(long k) const;
  void set(long k, const Ball& x) { arb_poly_set_coeff_arb(p_, k, x.get()); }

  Series& operator+=(const Series& o);
  Series& operator*=(const Ball& factor);
  friend Series operator*(const Series& a, const Series& b);
  friend Series exp(const Series& a);
  /// a(0) > 0.
  friend Series log(const Series& a);

  /// sum_{k >= first} |a_k| radius^k over the terms that are there.
  Ball size(const Ball& radius, long first) const;

  /// int_{-r}^{r} of these terms.
  Ball integral(const Ball& r) const;

 private:
  long terms_;
  arb_poly_t p_;
};

/// e^{slope s}.
Series exponential(const Ball& slope, long terms);

}  // namespace calor::proven
