#include "evolve/toeplitz.hpp"

#include <flint/fmpz_poly.h>

#include "num/errors.hpp"

namespace calor::evolve {

using num::Matrix;
using num::Mp100;
using num::Vector;

void to_integer(fmpz_t out, const Mp100& x, long shift) {
  Mp100 scaled;
  mpfr_mul_2si(scaled.backend().data(), x.backend().data(), shift, MPFR_RNDN);
  mpz_t z;
  mpz_init(z);
  mpfr_get_z(z, scaled.backend().data(), MPFR_RNDN);
  fmpz_set_mpz(out, z);
  mpz_clear(z);
}

Mp100 from_integer(const fmpz_t n, long shift) {
  mpz_t z;
  mpz_init(z);
  fmpz_get_mpz(z, n);
  Mp100 out;
  mpfr_set_z_2exp(out.backend().data(), z, shift, MPFR_RNDN);
  mpz_clear(z);
  return out;
}

long exponent(const Mp100& x) { return x == 0 ? 0 : mpfr_get_exp(x.backend().data()); }

long point_for(const Mp100& epsilon) { return 32 - exponent(epsilon); }

fmpz* IntegerToeplitz::times(Integers& v) {
  const slong symbol = 2 * band_ + 1;
  if (symbol >= n_)
    _fmpz_poly_mul(product_.at(0), symbol_.at(0), symbol, v.at(0), n_);
  else
    _fmpz_poly_mul(product_.at(0), v.at(0), n_, symbol_.at(0), symbol);
  return product_.at(band_);
}

template <>
Matrix<double> toeplitz_times(const Vector<double>& symbol, const Matrix<double>& v, const double&) {
  const Eigen::Index n = v.rows();
  Matrix<double> t(n, n);
  for (Eigen::Index j = 0; j < n; ++j) t.col(j) = symbol.segment(n - 1 - j, n);
  return t * v;
}

template <>
Matrix<Mp100> toeplitz_times(const Vector<Mp100>& symbol, const Matrix<Mp100>& v, const Mp100& epsilon) {
  if (!symbol.allFinite() || !v.allFinite()) throw InternalError("a Toeplitz matrix or a vector that is not finite");
  const Eigen::Index n = v.rows();
  const long point = point_for(epsilon), size = exponent(symbol.cwiseAbs().maxCoeff());
  Eigen::Index band = n - 1;
  while (band > 0 && symbol[n - 1 + band] == 0 && symbol[n - 1 - band] == 0) --band;
  IntegerToeplitz t(n, band);
  for (Eigen::Index k = -band; k <= band; ++k) to_integer(t.symbol().at(band + k), symbol[n - 1 + k], point - size);
  Integers column(n);
  Matrix<Mp100> out(n, v.cols());
  for (Eigen::Index j = 0; j < v.cols(); ++j) {
    const long top = exponent(v.col(j).cwiseAbs().maxCoeff());
    for (Eigen::Index i = 0; i < n; ++i) to_integer(column.at(i), v(i, j), point - top);
    const fmpz* product = t.times(column);
    for (Eigen::Index i = 0; i < n; ++i) out(i, j) = from_integer(product + i, size + top - 2 * point);
  }
  return out;
}

}  // namespace calor::evolve
