#include "evolve/krylov.hpp"

#include <algorithm>
#include <cmath>

#include "num/errors.hpp"

namespace calor::evolve {

namespace {

using num::Matrix;
using num::Vector;

struct Subspace {
  Matrix<double> basis;  // columns v_1 .. v_m
  Matrix<double> h;      // m x m
  double next = 0;       // h_{m+1,m}; 0 if the subspace is invariant
};

Subspace arnoldi(const Apply& apply, const Vector<double>& start, int dimension) {
  const auto most = std::min<Eigen::Index>(dimension, start.size());
  Subspace out{Matrix<double>(start.size(), most), Matrix<double>::Zero(most, most), 0};
  Vector<double> v = start / start.norm(), w(start.size());
  for (Eigen::Index j = 0; j < most; ++j) {
    out.basis.col(j) = v;
    w.setZero();
    apply(v, w);
    const double size = w.norm();
    const auto known = out.basis.leftCols(j + 1);
    for (int pass = 0; pass < 2; ++pass) {  // twice is enough (Kahan and Parlett)
      const Vector<double> share = known.transpose() * w;
      w.noalias() -= known * share;
      out.h.col(j).head(j + 1) += share;
    }
    out.next = w.norm();
    if (out.next <= 1e-14 * size) {
      out.next = 0;
      out.basis.conservativeResize(Eigen::NoChange, j + 1);
      out.h.conservativeResize(j + 1, j + 1);
      return out;
    }
    if (j + 1 < most) out.h(j + 1, j) = out.next;
    v = w / out.next;
  }
  return out;
}

/// y <- exp(s H) y by Taylor's series; s |H| about 1.
void small_step(const Matrix<double>& h, double s, Vector<double>& y) {
  Vector<double> term = y;
  for (int k = 1; k < 60; ++k) {
    term = (s / k) * (h * term);
    y += term;
    if (term.norm() < 1e-18 * y.norm()) return;
  }
}

}  // namespace

KrylovStates exponential_by_krylov(const Apply& apply, const Vector<double>& start, std::span<const double> times,
                                   int dimension, double tolerance, const Renew& renew) {
  KrylovStates out;
  Vector<double> state = start;
  const double allowed = tolerance * start.norm();
  double now = 0;
  std::size_t next = 0;
  for (; next < times.size() && times[next] <= 0; ++next) out.states.push_back(state);
  while (next < times.size()) {
    if (renew && !renew(now, state)) break;
    const auto space = arnoldi(apply, state, dimension);
    const double stride = 1 / std::max(space.h.cwiseAbs().rowwise().sum().maxCoeff(), 1e-300);
    Vector<double> y = Vector<double>::Zero(space.h.rows());
    y[0] = state.norm();
    double within = 0, error = 0;
    for (;;) {
      const double left = times[next] - now - within;
      const bool arrives = left <= stride * 1.0001;
      const double s = arrives ? left : stride;
      Vector<double> ahead = y;
      small_step(space.h, s, ahead);
      const double more = space.next * s * std::max(std::fabs(y[y.size() - 1]), std::fabs(ahead[y.size() - 1]));
      if (error + more > allowed && within > 0) break;
      if (more > 1e6 * allowed) throw AccuracyError("a Krylov subspace of the generator is too small");
      error += more;
      y = std::move(ahead);
      within = arrives ? times[next] - now : within + s;
      if (!arrives) continue;
      out.states.push_back(space.basis * y);
      if (++next == times.size()) break;
    }
    out.error += error + 4e-16 * y.norm();
    state = space.basis * y;
    now += within;
  }
  out.time = now;
  out.last = std::move(state);
  return out;
}

}  // namespace calor::evolve
