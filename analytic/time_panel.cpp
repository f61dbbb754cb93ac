#include "analytic/time_panel.hpp"

#include "num/decompose.hpp"

namespace calor::analytic {

using num::Matrix;
using num::Vector;

template <num::Real R>
TimePanel<R>::TimePanel(int order) : nodes_(order + 1), weights_(order + 1), derivative_(order + 1, order + 1) {
  using std::cos, std::sin;
  const R step = num::pi<R>() / R(order);
  const auto end = [&](int k) { return k == 0 || k == order; };
  for (int k = 0; k <= order; ++k) {
    const R half = sin(R(step * R(k) / 2));
    nodes_[k] = half * half;  // (1 - cos)/2
    R sum = 1;
    for (int j = 1; j <= order / 2; ++j) sum -= R(2 * j == order ? 1 : 2) * cos(R(2 * j * k * step)) / R(4 * j * j - 1);
    weights_[k] = sum / R(order) / R(end(k) ? 2 : 1);
  }
  for (int k = 0; k <= order; ++k) {
    R diagonal = 0;
    for (int l = 0; l <= order; ++l) {
      if (k == l) continue;
      // x_k - x_l without cancellation
      const R apart = sin(R(step * R(k + l) / 2)) * sin(R(step * R(k - l) / 2));
      const R ratio = R((k + l) % 2 == 0 ? 1 : -1) * R(end(k) ? 2 : 1) / R(end(l) ? 2 : 1);
      derivative_(k, l) = ratio / apart;
      diagonal -= derivative_(k, l);
    }
    derivative_(k, k) = diagonal;
  }
}

template <num::Real R>
Matrix<R> TimePanel<R>::solve(const Vector<R>& rate, const Matrix<R>& source, const Matrix<R>& start,
                              const R& length) const {
  const auto n = size() - 1;
  Matrix<R> left = derivative_.bottomRightCorner(n, n);
  left.diagonal() += length * rate.tail(n);
  const Matrix<R> right = length * source.bottomRows(n) - derivative_.col(0).tail(n) * start;
  Matrix<R> out(n + 1, start.cols());
  out.row(0) = start;
  out.bottomRows(n) = num::solve_linear<R>(left, right);
  return out;
}

#define CALOR_INSTANTIATE(R) template class TimePanel<R>;
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
