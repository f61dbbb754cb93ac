#include "proven/matrix.hpp"

namespace calor::proven {

Ball BallMatrix::at(long i, long j) const {
  Ball out;
  arb_set(out.get(), arb_mat_entry(m_, i, j));
  return out;
}

void BallMatrix::add(long i, long j, const Ball& x) {
  arb_add(arb_mat_entry(m_, i, j), arb_mat_entry(m_, i, j), x.get(), Precision::bits());
}

BallMatrix BallMatrix::transposed() const {
  BallMatrix out(columns(), rows());
  arb_mat_transpose(out.m_, m_);
  return out;
}

BallMatrix BallMatrix::middle() const {
  BallMatrix out(rows(), columns());
  arb_mat_get_mid(out.m_, m_);
  return out;
}

BallMatrix BallMatrix::rounded() const {
  BallMatrix out(rows(), columns());
  for (long i = 0; i < rows(); ++i)
    for (long j = 0; j < columns(); ++j)
      arb_set_round(arb_mat_entry(out.m_, i, j), arb_mat_entry(m_, i, j), Precision::bits());
  return out;
}

Ball BallMatrix::determinant() const {
  Ball out;
  arb_mat_det(out.get(), m_, Precision::bits());
  return out;
}

BallMatrix BallMatrix::inverse() const {
  BallMatrix out(rows(), columns());
  if (!arb_mat_inv(out.m_, m_, Precision::bits())) arb_mat_indeterminate(out.m_);
  return out;
}

BallMatrix operator*(const BallMatrix& a, const BallMatrix& b) {
  BallMatrix out(a.rows(), b.columns());
  arb_mat_mul(out.m_, a.m_, b.m_, Precision::bits());
  return out;
}

BallMatrix operator*(const Ball& factor, const BallMatrix& a) {
  BallMatrix out(a.rows(), a.columns());
  arb_mat_scalar_mul_arb(out.m_, a.m_, factor.get(), Precision::bits());
  return out;
}

BallMatrix operator+(const BallMatrix& a, const BallMatrix& b) {
  BallMatrix out(a.rows(), a.columns());
  arb_mat_add(out.m_, a.m_, b.m_, Precision::bits());
  return out;
}

BallMatrix exp(const BallMatrix& a) {
  BallMatrix out(a.rows(), a.columns());
  arb_mat_exp(out.m_, a.m_, Precision::bits());
  return out;
}

}  // namespace calor::proven
