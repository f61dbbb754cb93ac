#pragma once
// Jumps of the learner and of X as edges, currents and functionals: what the histories of jump_history.hpp are made of.

#include "run/jump_history.hpp"

namespace calor::run {

using evolve::Edge;
using evolve::Rates;
using info::Raw;
using num::Matrix;
using num::Vector;

/// d + e^{-d} - 1 >= 0.
template <Real R>
R excess(const R& d) {
  using std::exp, std::fabs;
  if (fabs(d) > R(0.125)) return d + exp(-d) - 1;
  R term = d * d / 2, sum = 0;
  for (int k = 3; fabs(term) > num::epsilon<R>() * sum / 8; ++k) {
    sum += term;
    term *= -d / k;
  }
  return sum;
}

/// (a - b) ln(a/b) added to value, and its size to size; nothing where a current has not begun.
template <Real R>
void add_current(const R& a, const R& b, R& value, R& size) {
  using std::fabs, std::log;
  if (!(a > 0) || !(b > 0)) return;
  const R ratio = log(R(a / b));
  value += (a - b) * ratio;
  size += (a + b) * fabs(ratio) + fabs(R(a - b));
}

/// |b - a| and, on top, enough for the rounding of a and b: integrals multiply it by at least 16 epsilon.
template <Real R>
R difference_size(const R& a, const R& b) {
  using std::fabs;
  return fabs(R(b - a)) + (fabs(a) + fabs(b)) / 8;
}

/// The same for divergence(): its terms are quadratic in differences of energies.
template <Real R>
R divergence_size(const JumpSetting<R>& s, Eigen::Index from, Eigen::Index to) {
  using std::fabs;
  R sum = 0;
  for (Eigen::Index k = 0; k < s.energy.cols(); ++k) {
    const R &a = s.energy(from, k), &b = s.energy(to, k), difference = fabs(R(b - a));
    sum += s.spaces.x_weight[k] * s.spaces.conditional(from, k) * difference * (difference + (fabs(a) + fabs(b)) / 4);
  }
  return sum;
}

/// Relative error of rates and densities from the rounding of the losses and of each rate.
template <Real R>
R input_error(const JumpSetting<R>& s, const Vector<R>& loss) {
  using std::sqrt;
  return num::epsilon<R>() * (4 * loss.cwiseAbs().maxCoeff() / s.learner.temperature + 4 * sqrt(R(loss.size())));
}

template <Real R>
Rates<R> nothing(Eigen::Index n) {
  return {Vector<R>::Zero(n), Vector<R>::Zero(n)};
}

/// Moves of Theta at fixed x; the joint state (theta_i, x_k) has index i K + k.
template <Real R>
std::vector<Edge<R>> theta_moves(const learner::Ladder<R>& w, int outcomes) {
  std::vector<Edge<R>> out;
  for (int i = 0; i < w.up.size(); ++i)
    for (int k = 0; k < outcomes; ++k) out.push_back({i * outcomes + k, (i + 1) * outcomes + k, w.up[i], w.down[i]});
  return out;
}

/// Per state: sum over jumps out of it of w * gain(from, to).
template <Real R, class Gain>
Vector<R> per_jump(const learner::Ladder<R>& w, const Gain& gain) {
  Vector<R> out = Vector<R>::Zero(w.up.size() + 1);
  for (Eigen::Index i = 0; i < w.up.size(); ++i) {
    out[i] += w.up[i] * gain(i, i + 1);
    out[i + 1] += w.down[i] * gain(i + 1, i);
  }
  return out;
}

/// Integral of a functional with its round-off from that of the functional of absolute values.
template <Real R>
Raw<R> linear(const evolve::Station<R>& at, Eigen::Index row, Eigen::Index absolute) {
  return {at.linear[row], (at.round_off + 16 * num::epsilon<R>()) * at.linear[absolute]};
}

template <Real R>
Raw<R> integral(const evolve::Station<R>& at, Eigen::Index i) {
  return {at.integral[i], (at.round_off + 16 * num::epsilon<R>()) * at.size[i]};
}

/// D(p_from || p_to) of two states' outcomes: sum w p (d + e^{-d} - 1), d = phi_to - phi_from; no term is negative.
template <Real R>
R divergence(const JumpSetting<R>& s, Eigen::Index from, Eigen::Index to) {
  R sum = 0;
  for (Eigen::Index k = 0; k < s.energy.cols(); ++k) {
    const R &p = s.spaces.conditional(from, k), d = s.energy(to, k) - s.energy(from, k);
    // far below 0, e^{-d} leaves the range of the numbers
    sum += s.spaces.x_weight[k] * (d < -50 ? R(p * (d - 1) + s.spaces.conditional(to, k)) : R(p * excess<R>(d)));
  }
  return sum;
}

/// X_0 ~ p(.|Theta_0).
template <Real R>
Matrix<R> equilibrium_start(const JumpSetting<R>& s) {
  return s.learner.initial.asDiagonal() * s.spaces.conditional;
}

}  // namespace calor::run
