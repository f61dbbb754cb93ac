#pragma once
// Dense matrices of balls.

#include <arb_mat.h>

#include "proven/ball.hpp"

namespace calor::proven {

class BallMatrix {
 public:
  BallMatrix(long rows, long columns) { arb_mat_init(m_, rows, columns); }
  BallMatrix(const BallMatrix& o) : BallMatrix(o.rows(), o.columns()) { arb_mat_set(m_, o.m_); }
  BallMatrix(BallMatrix&& o) noexcept : BallMatrix(0, 0) { arb_mat_swap(m_, o.m_); }
  BallMatrix& operator=(BallMatrix o) noexcept {
    arb_mat_swap(m_, o.m_);
    return *this;
  }
  ~BallMatrix() { arb_mat_clear(m_); }

  long rows() const { return arb_mat_nrows(m_); }
  long columns() const { return arb_mat_ncols(m_); }
  Ball at(long i, long j) const;
  void set(long i, long j, const Ball& x) { arb_set(arb_mat_entry(m_, i, j), x.get()); }
  void add(long i, long j, const Ball& x);

  BallMatrix transposed() const;
  /// The midpoints, exactly.
  BallMatrix middle() const;

  /// Rounded to Precision::bits().
  BallMatrix rounded() const;

  Ball determinant() const;
  /// Entries that are not finite if no member of the balls is known to be invertible.
  BallMatrix inverse() const;

  friend BallMatrix operator*(const BallMatrix& a, const BallMatrix& b);
  friend BallMatrix operator*(const Ball& factor, const BallMatrix& a);
  friend BallMatrix operator+(const BallMatrix& a, const BallMatrix& b);
  /// e^a, by Arb's scaling and squaring with a bound of the Taylor remainder.
  friend BallMatrix exp(const BallMatrix& a);

 private:
  arb_mat_t m_;
};

}  // namespace calor::proven
