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

BallMatrix operator*(const BallMatrix& a, const BallMatrix& b) {
  BallMatrix out(a.rows(), b.columns());
  arb_mat_mul(out.m_, a.m_, b.m_, Precision::bits());
  return out;
}

BallMatrix exp(const BallMatrix& a) {
  BallMatrix out(a.rows(), a.columns());
  arb_mat_exp(out.m_, a.m_, Precision::bits());
  return out;
}

}  // namespace calor::proven
