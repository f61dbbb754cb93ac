#pragma once
// Toeplitz matrices times vectors, in fixed-point integers: one product of polynomials (FLINT's Kronecker substitution)
// where n² multiplications of multiprecision numbers take ten times as long.

#include <flint/fmpz_vec.h>

#include <utility>

#include "num/eigen.hpp"

namespace calor::evolve {

/// A vector of integers.
class Integers {
 public:
  explicit Integers(Eigen::Index n) : n_(n), x_(_fmpz_vec_init(n)) {}
  Integers(const Integers&) = delete;
  Integers& operator=(const Integers&) = delete;
  ~Integers() { _fmpz_vec_clear(x_, n_); }

  fmpz* at(Eigen::Index i) { return x_ + i; }
  void swap(Integers& o) {
    std::swap(n_, o.n_);
    std::swap(x_, o.x_);
  }

 private:
  slong n_;
  fmpz* x_;
};

/// The integer nearest to x 2^shift, which must be finite.
void to_integer(fmpz_t out, const num::Mp100& x, long shift);
/// n 2^shift.
num::Mp100 from_integer(const fmpz_t n, long shift);
/// The least e with |x| < 2^e; 0 for 0.
long exponent(const num::Mp100& x);
/// Bits behind the point with which sums of thousands of terms of numbers up to 1 keep errors below epsilon.
long point_for(const num::Mp100& epsilon);

/// T_ij = symbol[band + i - j], i, j < n, 0 where |i - j| > band.
class IntegerToeplitz {
 public:
  IntegerToeplitz(Eigen::Index n, Eigen::Index band)
      : n_(n), band_(band), symbol_(2 * band + 1), product_(n + 2 * band) {}

  Integers& symbol() { return symbol_; }
  /// T v: n integers, valid until the next call.
  fmpz* times(Integers& v);

 private:
  slong n_, band_;
  Integers symbol_, product_;
};

/// T V, V n x m, for T_ij = symbol[n - 1 + i - j]: in double as it stands, else in integers, up to epsilon times the
/// largest entries of T and of the column. Throws InternalError on numbers that are not finite.
template <num::Real R>
num::Matrix<R> toeplitz_times(const num::Vector<R>& symbol, const num::Matrix<R>& v, const R& epsilon);

}  // namespace calor::evolve
