#include "evolve/widening.hpp"

#include <algorithm>
#include <cmath>

namespace calor::evolve {

namespace {

using num::Matrix;
using num::Real;
using num::Vector;

/// sin(pi r/m)/pi for r < m.
template <Real R>
std::vector<R> sines(Eigen::Index m) {
  using std::sin;
  std::vector<R> out;
  for (Eigen::Index r = 0; r < m; ++r) out.push_back(sin(num::pi<R>() * R(r) / R(m)) / num::pi<R>());
  return out;
}

/// The window's node i at which psi is at least the tolerance, first and last.
template <Real R>
std::pair<Eigen::Index, Eigen::Index> support(const Vector<R>& psi, const R& tolerance) {
  using std::fabs;
  Eigen::Index low = 0, high = psi.size() - 1;
  while (low < high && fabs(psi[low]) < tolerance) ++low;
  while (low < high && fabs(psi[high]) < tolerance) --high;
  return {low, high};
}

/// psi on a window of the same stride whose nodes are among those of the old, or beyond, where psi is 0.
template <Real R>
Vector<R> moved(const Window& from, const Vector<R>& psi, const Window& to) {
  Vector<R> out = Vector<R>::Zero(to.size);
  for (Eigen::Index i = 0; i < to.size; ++i) {
    const Eigen::Index k = (to.node(i) - from.first) / from.stride;
    if (to.node(i) >= from.first && k < from.size) out[i] = psi[k];
  }
  return out;
}

/// Every second node.
Window thinned(const Window& w) { return {w.first, 2 * w.stride, (w.size + 1) / 2}; }

template <Real R>
Vector<R> thinned(const Vector<R>& psi) {
  Vector<R> out((psi.size() + 1) / 2);
  for (Eigen::Index i = 0; i < out.size(); ++i) out[i] = psi[2 * i];
  return out;
}

/// Whether every second node tells the others.
template <Real R>
bool can_be_thinned(const Vector<R>& psi, const R& tolerance) {
  const Matrix<R> back = on_grid<R>({0, 2, (psi.size() + 1) / 2}, thinned(psi), psi.size());
  return (back.col(0) - psi).cwiseAbs().maxCoeff() <= tolerance;
}

/// Whether psi (n x times) has nothing left of the shortest waves that its nodes know. The ends of the grid, where psi
/// may be cut off, are faded out.
template <Real R>
bool resolved(const Matrix<R>& psi, const R& tolerance) {
  const Eigen::Index n = psi.rows();
  Matrix<R> waves(n, 8);
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto x = static_cast<double>(i);
    const double fade = std::pow(std::sin(M_PI * x / static_cast<double>(n - 1)), 2);
    Eigen::Index column = 0;
    for (const double wave : {1.0, 0.97, 0.94, 0.9}) {
      const double phase = M_PI * std::fmod(wave * x, 2.0);
      waves(i, column++) = R(fade * std::cos(phase));
      waves(i, column++) = R(fade * std::sin(phase));
    }
  }
  return (waves.transpose() * psi).cwiseAbs().maxCoeff() <= tolerance * R(std::sqrt(static_cast<double>(n)));
}

/// Largest |psi| in the outer parts of a window within a grid of n, where psi itself cannot have come yet: what its
/// coarse or rounded propagation has left there.
template <Real R>
R litter(const Window& window, const Vector<R>& psi, Eigen::Index n) {
  const Eigen::Index outer = 1 + window.size / 16;
  R out = 0;
  if (window.first >= window.stride) out = psi.head(outer).cwiseAbs().maxCoeff();
  if (window.node(window.size) < n) out = std::max(out, R(psi.tail(outer).cwiseAbs().maxCoeff()));
  return out;
}

/// Where psi goes next, and until when: while it becomes 2.4 times as wide, or to the end if it may be anywhere then.
template <Real R>
std::pair<Window, R> next_stage(const Widening<R>& s, const R& tolerance, const Window& window, const Vector<R>& psi,
                                const R& left, Eigen::Index n) {
  using std::log, std::sqrt;
  const auto [low, high] = support(psi, tolerance);
  const R folds = log(std::max(R(psi.cwiseAbs().maxCoeff() / tolerance), R(2)));
  const R width = s.spacing * R(window.stride * (high - low + 1)) / (2 * sqrt(2 * folds));
  const R reach = sqrt(2 * folds * 5) * width;  // 2 D t = 5 width²
  const auto nodes = static_cast<Eigen::Index>(std::ceil(num::to_double(R(reach / s.spacing)))) / window.stride + 1;
  Window out{window.node(low), window.stride, high - low + 1};
  const Eigen::Index before = std::min(nodes, out.first / out.stride);
  out.first -= before * out.stride;
  out.size = std::min(out.size + before + nodes, (n - 1 - out.first) / out.stride + 1);
  if (20 * out.stride * out.size <= 19 * n) return {out, std::min(left, R(5 * width * width / (2 * s.diffusion)))};
  out.first %= out.stride;
  out.size = (n - 1 - out.first) / out.stride + 1;
  return {out, left};
}

}  // namespace

template <Real R>
Matrix<R> on_grid(const Window& window, const Matrix<R>& v, Eigen::Index n) {
  if (window.stride == 1 && window.first == 0 && window.size == n) return v;
  Matrix<R> out = Matrix<R>::Zero(n, v.cols());
  const Eigen::Index m = window.stride, within = m * (window.size - 1) + 1;
  const auto sine = sines<R>(m);
  Vector<R> kernel(window.size);
  for (Eigen::Index i = 0; i < within; ++i) {
    const Eigen::Index whole = i / m, rest = i % m;
    if (rest == 0) {
      out.row(window.first + i) = v.row(whole);
      continue;
    }
    // sinc(x) with x = (i - m k)/m: the sine changes sign from node to node
    for (Eigen::Index k = 0; k < window.size; ++k) {
      const R s = sine[static_cast<std::size_t>(rest)] * R(m) / R(i - m * k);
      kernel[k] = (whole - k) % 2 ? R(-s) : s;
    }
    out.row(window.first + i) = kernel.transpose() * v;
  }
  return out;
}

template <Real R>
Widened<R> widen(const Widening<R>& s, const Vector<R>& start, std::span<const R> times,
                 std::span<const int> integrated) {
  const Eigen::Index n = start.size();
  Widened<R> out{{}, Matrix<R>::Zero(n, static_cast<Eigen::Index>(integrated.size()))};
  Window window{0, 1, n};
  Vector<R> psi = start, sum = Vector<R>::Zero(n);  // now; its integral until now
  R now = 0, tolerance = s.tolerance;
  std::size_t next = 0, next_sum = 0;
  while (next < times.size()) {
    const auto [wide, duration] = next_stage(s, tolerance, window, psi, R(times.back() - now), n);
    psi = moved(window, psi, wide);
    window = wide;
    while (window.size > 32 && can_be_thinned(psi, tolerance)) {
      psi = thinned(psi);
      window = thinned(window);
    }
    std::vector<R> stops;
    std::vector<int> sums;
    for (std::size_t j = next; j < times.size() && !(times[j] - now > duration); ++j) {
      if (next_sum + sums.size() < integrated.size() && integrated[next_sum + sums.size()] == static_cast<int>(j))
        sums.push_back(static_cast<int>(stops.size()));
      stops.push_back(times[j] - now);
    }
    const auto reached = static_cast<Eigen::Index>(stops.size()), summed = static_cast<Eigen::Index>(sums.size());
    sums.push_back(static_cast<int>(reached));
    stops.push_back(duration);
    auto stage = s.propagate(window, psi, stops, sums);
    while (window.stride > 1 && !resolved(stage.state, tolerance)) {  // in a well narrower than psi was
      psi = on_grid<R>({0, 2, window.size}, psi, 2 * window.size - 1);
      window = {window.first, window.stride / 2, psi.size()};
      stage = s.propagate(window, psi, stops, sums);
    }
    const Matrix<R> integral = on_grid<R>(window, stage.integral, n);
    for (Eigen::Index j = 0; j < summed; ++j)
      out.integral.col(static_cast<Eigen::Index>(next_sum) + j) = sum + integral.col(j);
    sum += integral.col(summed);
    psi = stage.state.col(reached);
    tolerance = std::max(tolerance, R(2 * litter(window, psi, n)));
    out.pieces.push_back({window, stage.state.leftCols(reached), tolerance});
    now += duration;
    next += static_cast<std::size_t>(reached);
    next_sum += static_cast<std::size_t>(summed);
  }
  return out;
}

#define CALOR_INSTANTIATE(R)                                                 \
  template Matrix<R> on_grid(const Window&, const Matrix<R>&, Eigen::Index); \
  template Widened<R> widen(const Widening<R>&, const Vector<R>&, std::span<const R>, std::span<const int>);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::evolve
