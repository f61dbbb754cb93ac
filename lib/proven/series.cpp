#include "proven/series.hpp"

#include <algorithm>

namespace calor::proven {

Ball Series::at(long k) const {
  Ball out;
  arb_poly_get_coeff_arb(out.get(), p_, k);
  return out;
}

Series& Series::operator+=(const Series& o) {
  arb_poly_add_series(p_, p_, o.p_, terms_, Precision::bits());
  return *this;
}

Series& Series::operator*=(const Ball& factor) {
  arb_poly_scalar_mul(p_, p_, factor.get(), Precision::bits());
  return *this;
}

Series operator*(const Series& a, const Series& b) {
  Series out(std::min(a.terms_, b.terms_));
  arb_poly_mullow(out.p_, a.p_, b.p_, out.terms_, Precision::bits());
  return out;
}

Series exp(const Series& a) {
  Series out(a.terms_);
  arb_poly_exp_series(out.p_, a.p_, a.terms_, Precision::bits());
  return out;
}

Series log(const Series& a) {
  Series out(a.terms_);
  arb_poly_log_series(out.p_, a.p_, a.terms_, Precision::bits());
  return out;
}

Ball Series::size(const Ball& radius, long first) const {
  Ball out(0);
  for (long k = std::min(terms_, arb_poly_length(p_)); k-- > first;) out = out * radius + abs(at(k));
  return out * pow(radius, first);
}

Ball Series::integral(const Ball& r) const {
  Ball out(0), power = 2 * r;
  for (long k = 0; k < terms_; k += 2, power *= r * r) out += at(k) * power / Ball(k + 1);
  return out;
}

Series exponential(const Ball& slope, long terms) {
  Series out(terms);
  Ball term(1);
  for (long k = 0; k < terms; ++k) {
    out.set(k, term);
    term *= slope / Ball(k + 1);
  }
  return out;
}

}  // namespace calor::proven
