#include "evolve/spectral.hpp"

#include <algorithm>

#include "evolve/central.hpp"
#include "evolve/chebyshev.hpp"
#include "evolve/resolvent.hpp"
#include "evolve/sinc.hpp"
#include "evolve/toeplitz.hpp"
#include "evolve/widening.hpp"
#include "num/errors.hpp"

namespace calor::evolve {

namespace {

using num::Matrix;
using num::Vector;

template <Real R>
Eigen::Index size_of(const Problem<R>& p) {
  return static_cast<Eigen::Index>(p.grid.size);
}

/// ln sqrt(w) = -(L - min L)/2T at the nodes.
template <Real R>
std::vector<R> half_log_weight(const Problem<R>& p) {
  const R lowest = *std::min_element(p.loss.begin(), p.loss.end());
  std::vector<R> g;
  for (const R& l : p.loss) g.push_back(-(l - lowest) / (2 * p.temperature));
  return g;
}

/// Twice the largest |d ln(rho_0/w)/dtheta| on the grid. Where L is convex no later density exceeds it (maximum
/// principle for the slope of ln rho/w), so a steeper one comes from where psi is not resolved.
template <Real R>
R steepest(const Problem<R>& p) {
  using std::fabs;
  R out = 0;
  for (std::size_t i = 1; i + 1 < p.loss.size(); ++i)
    out = std::max(out, R(fabs((p.log_initial[i + 1] - p.log_initial[i - 1]) / (2 * p.grid.spacing) +
                               p.slope[i] / p.temperature)));
  return 2 * out;
}

/// Differences that stand for d/dtheta and d²/dtheta² on the grid: central ones, or sinc collocation where the radius
/// is 0.
template <Real R>
class Differences {
 public:
  explicit Differences(int radius) : radius_(radius), central_(radius) {}

  /// Weight of the value k nodes on, times the spacing.
  R first(Eigen::Index k) const {
    if (radius_ == 0) return sinc_first<R>(static_cast<int>(-k));
    const Eigen::Index far = std::abs(k);
    if (far > radius_) return R(0);
    const R& w = central_.first[static_cast<std::size_t>(far)];
    return k < 0 ? R(-w) : w;
  }

  /// Weight of the value k >= 0 nodes on, times `scale`.
  R second(Eigen::Index k, const R& scale) const {
    if (radius_ == 0) return scale * sinc_second<R>(static_cast<int>(k));
    if (k > 0) return k > radius_ ? R(0) : R(scale * central_.second[static_cast<std::size_t>(k)]);
    R sum = 0;  // rounded as the others are: constants vanish
    for (const R& w : central_.second) sum -= 2 * scale * w;
    return sum;
  }

 private:
  int radius_;
  Central<R> central_;
};

template <Real R>
Vector<R> symmetrised_start(const Problem<R>& p, const std::vector<R>& g) {
  using std::exp;
  Vector<R> psi(size_of(p));
  for (std::size_t i = 0; i < g.size(); ++i) psi[static_cast<Eigen::Index>(i)] = exp(p.log_initial[i] - g[i]);
  return psi;
}

}  // namespace

template <Real R>
ToeplitzPlusDiagonal<R> hamiltonian(const Problem<R>& p) {
  const Eigen::Index n = size_of(p);
  const R scale = -p.diffusion() / (p.grid.spacing * p.grid.spacing);
  ToeplitzPlusDiagonal<R> h{Vector<R>(n), Vector<R>(n)};
  const Differences<R> differences(p.radius);
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto k = static_cast<std::size_t>(i);
    h.toeplitz[i] = differences.second(i, scale);
    h.diagonal[i] = p.mobility * (p.slope[k] * p.slope[k] / (4 * p.temperature) - p.curvature[k] / 2);
  }
  return h;
}

template <Real R>
Vector<R> root_weight(const Problem<R>& p) {
  using std::exp;
  const auto g = half_log_weight(p);
  Vector<R> root(size_of(p));
  for (std::size_t i = 0; i < g.size(); ++i) root[static_cast<Eigen::Index>(i)] = exp(g[i]);
  return root;
}

template <Real R>
R spectral_condition(const Problem<R>& p) {
  using std::exp, std::sqrt;
  const auto g = half_log_weight(p);
  R top = -num::infinity<R>(), initial = top;
  for (std::size_t i = 0; i < g.size(); ++i) {
    top = std::max(top, R(p.log_initial[i] - g[i]));
    initial = std::max(initial, p.log_initial[i]);
  }
  return exp(top - initial);
}

namespace {

constexpr Eigen::Index small_grid = 320;  // propagated as a whole

/// The problem on a window's nodes; log_initial is left out.
template <Real R>
Problem<R> restricted(const Problem<R>& p, const Window& w) {
  Problem<R> out;
  out.grid = {p.grid.node(static_cast<int>(w.first)), p.grid.spacing * R(w.stride), static_cast<int>(w.size)};
  out.mobility = p.mobility;
  out.temperature = p.temperature;
  for (Eigen::Index i = 0; i < w.size; ++i) {
    const auto k = static_cast<std::size_t>(w.node(i));
    out.loss.push_back(p.loss[k]);
    out.slope.push_back(p.slope[k]);
    out.curvature.push_back(p.curvature[k]);
  }
  return out;
}

/// Whether eigenvectors take less than twice the time of a Chebyshev expansion, for n nodes, m columns, and
/// t upper = 2z (measured with 100 to 800 nodes: 1.3e-9 s n³; a term 1.2e-8 s for each number transformed, 6e-10 s for
/// each of the n m sums).
bool eigenvectors_pay(double n, double m, double z) {
  const double terms = std::sqrt(96 * z) + 48;
  return n < 150 || 1.3e-9 * n * n * n < 2 * terms * (1.2e-8 * 3 * n + 6e-10 * n * m);
}

template <Real R>
Propagated<R> propagate(const Problem<R>& p, const Vector<R>& psi, std::span<const R> times,
                        std::span<const int> integrated, const R& epsilon, long rough) {
  const auto h = hamiltonian(p);
  // the symbol of -D d²/dx² on the grid rises to D pi²/h²
  const R top = h.upper(p.diffusion() * num::pi<R>() * num::pi<R>() / (p.grid.spacing * p.grid.spacing));
  if constexpr (std::same_as<R, double>)
    if (eigenvectors_pay(static_cast<double>(psi.size()), static_cast<double>(times.size() + integrated.size()),
                         times.back() * top / 2))
      return exponential_by_eigenvectors(h, psi, times, integrated);
  if constexpr (!std::same_as<R, double>) {
    if (resolvents_pay(num::to_double(R(times.back() * top)), epsilon))
      return exponential_by_resolvents(h, psi, times, top, epsilon, integrated, rough);
    return exponential_by_chebyshev(h, psi, times, top, epsilon, integrated, rough);
  } else {
    return exponential_by_chebyshev(h, psi, times, top, epsilon, integrated);
  }
}

template <Real R>
Widened<R> propagate_all(const Problem<R>& p, const Vector<R>& psi, std::span<const R> times, const R& epsilon,
                         long rough) {
  // exp(-tH) contracts, so round-off in psi stays near epsilon |psi_0|. Heuristic: the factor 4 is not derived; the
  // random tests against closed forms and more digits (tests/run) are what judges it
  const R noise = 4 * epsilon * psi.norm();
  const std::span<const int> integrated(p.integrated);
  if (psi.size() <= small_grid || p.radius > 0) {  // nodes left out would have to be compensated by wider differences
    auto all = propagate(p, psi, times, integrated, epsilon, rough);
    return {{{{0, 1, psi.size()}, std::move(all.state), noise}}, std::move(all.integral)};
  }
  const auto on_window = [&](const Window& w, const Vector<R>& here, std::span<const R> t, std::span<const int> sums) {
    return propagate(restricted(p, w), here, t, sums, epsilon, 0);
  };
  return widen<R>({p.grid.spacing, p.diffusion(), noise, on_window}, psi, times, integrated);
}

/// d psi/dtheta at the window's nodes.
template <Real R>
Matrix<R> gradient_of(const Piece<R>& piece, const R& spacing, int radius, const R& epsilon) {
  const Eigen::Index n = piece.window.size;
  const R cell = spacing * R(piece.window.stride);
  const Differences<R> differences(radius);
  Vector<R> derivative(2 * n - 1);
  for (Eigen::Index k = 0; k < 2 * n - 1; ++k) derivative[k] = differences.first(n - 1 - k) / cell;
  return toeplitz_times<R>(derivative, piece.psi, epsilon);
}

/// Round-off in psi: a vector of finer nodes than the window's has become smooth on the way, and spread over fewer.
template <Real R>
R noise_of(const Piece<R>& piece) {
  using std::sqrt;
  return piece.tolerance / sqrt(R(piece.window.stride));
}

}  // namespace

template <Real R>
Solution<R> Spectral<R>::solve(const Problem<R>& p, std::span<const R> times) const {
  using std::exp, std::log, std::fabs, std::pow;
  // eigenvectors come as exact as double has them; integers have as many digits as they need
  const R epsilon = std::same_as<R, double> ? num::epsilon<R>() : R(pow(R(10), R(-digits_)));
  const auto g = half_log_weight(p);
  const Vector<R> start = symmetrised_start(p, g);
  // at times that are not `integrated` nothing but the entropy-production rate is asked for, a check (windows look at
  // psi at all times)
  const auto bits_above_density = [&] {  // of psi_0
    const R top = exp(*std::max_element(p.log_initial.begin(), p.log_initial.end()));
    return static_cast<long>(std::log2(num::to_double(R(1 + start.maxCoeff() / top))));
  };
  const long rough = p.radius > 0 && !p.integrated.empty() ? 61 + bits_above_density() : 0;
  const auto [pieces, integral] = propagate_all(p, start, times, epsilon, rough);

  Solution<R> out;
  if (rough > 0) out.ep_round_off = 1e-12;  // psi is known to 1e-16 of rho_0
  std::vector<R> root;
  for (const R& half : g) root.push_back(exp(half));
  out.round_off.assign(g.size(), R(0));
  const R bound = steepest(p);
  const auto given = [&](std::size_t time) {  // densities are read at these times only
    return p.integrated.empty() ||
           std::find(p.integrated.begin(), p.integrated.end(), static_cast<int>(time)) != p.integrated.end();
  };
  R drift = 0;  // largest defect of probability: round-off in the lowest eigenvalue, times t
  std::size_t time = 0;
  for (const auto& piece : pieces) {
    const Window& w = piece.window;
    const R noise = noise_of(piece);
    const Matrix<R> gradient = gradient_of(piece, p.grid.spacing, p.radius, epsilon);
    const R cell = p.grid.spacing * R(w.stride);
    for (Eigen::Index j = 0; j < piece.psi.cols(); ++j, ++time) {
      const bool at_start = times[time] == 0;
      R ep = 0, mass = 0;
      for (Eigen::Index i = 0; i < w.size; ++i) mass += root[static_cast<std::size_t>(w.node(i))] * piece.psi(i, j);
      mass *= cell;
      const bool conserved = fabs(mass - 1) < R(1e-4);  // else the interval is too short, which a finer level shows
      if (conserved && !at_start && (given(time) || rough == 0)) drift = std::max(drift, R(fabs(mass - 1)));
      const R scale = conserved ? R(1 / mass) : R(1);
      for (Eigen::Index i = 0; i < w.size; ++i) {
        const R value = scale * piece.psi(i, j);
        if (value <= noise) continue;
        // J = -D sqrt(w) (psi' + L'/(2T) psi)
        const auto k = static_cast<std::size_t>(w.node(i));
        const R u = scale * gradient(i, j) + p.slope[k] / (2 * p.temperature) * value;
        ep += root[k] * fabs(u) * std::min(R(fabs(u) / value), bound);
      }
      out.ep_rate.push_back(ep * p.diffusion() * cell);
      auto& density = out.density.emplace_back();
      auto& log_density = out.log_density.emplace_back();
      auto& log_noise = out.log_round_off.emplace_back();
      if (!given(time)) continue;
      const Matrix<R> psi = on_grid<R>(w, piece.psi.col(j), start.size());
      for (std::size_t i = 0; i < g.size(); ++i) {
        const R value = scale * psi(static_cast<Eigen::Index>(i), 0);
        density.push_back(at_start ? R(scale * exp(p.log_initial[i])) : R(root[i] * value));
        log_density.push_back(at_start ? p.log_initial[i] : value > 0 ? R(g[i] + log(value)) : R(-num::infinity<R>()));
        log_noise.push_back(at_start            ? 8 * num::epsilon<R>() * (1 + fabs(p.log_initial[i]))
                            : value > 2 * noise ? R(noise / (value - noise) + 4 * num::epsilon<R>() * (1 + fabs(g[i])))
                                                : num::infinity<R>());
      }
    }
  }
  for (Eigen::Index j = 0; j < integral.cols(); ++j) {
    out.accumulated.emplace_back();
    for (std::size_t i = 0; i < g.size(); ++i)
      out.accumulated.back().push_back(root[i] * integral(static_cast<Eigen::Index>(i), j));
  }
  time = 0;
  for (const auto& piece : pieces)
    for (Eigen::Index j = 0; j < piece.psi.cols(); ++j, ++time) {
      const auto& density = out.density[time];
      auto& off = out.round_off_at.emplace_back(density.size(), R(0));
      // nothing has come beyond the window; within it the other modes suffer as much as the lowest
      const auto first = static_cast<std::size_t>(piece.window.first);
      const auto end = std::min(density.size(), static_cast<std::size_t>(piece.window.node(piece.window.size)));
      for (std::size_t i = first; i < end; ++i) {
        off[i] = noise_of(piece) * root[i] + (drift + 4 * epsilon) * fabs(density[i]);
        out.round_off[i] = std::max(out.round_off[i], off[i]);
      }
    }
  return out;
}

#define CALOR_INSTANTIATE(R)                                       \
  template R spectral_condition(const Problem<R>&);                \
  template ToeplitzPlusDiagonal<R> hamiltonian(const Problem<R>&); \
  template Vector<R> root_weight(const Problem<R>&);               \
  template class Spectral<R>;
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::evolve
