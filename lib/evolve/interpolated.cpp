#include "evolve/interpolated.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "num/errors.hpp"
#include "num/parallel.hpp"

namespace calor::evolve {

namespace {

/// pi (k + 1/2)/m
template <Real R>
R angle(std::size_t k, std::size_t m) {
  return num::pi<R>() * (R(static_cast<double>(k)) + R(0.5)) / R(static_cast<double>(m));
}

}  // namespace

template <Real R>
Interpolated<R>::Interpolated(const std::function<Problem<R>(const R&)>& problem, const R& low, const R& high,
                              int points, const Propagator<R>& solver, std::span<const R> times, int threads,
                              const std::function<void(double)>& done)
    : solution_(static_cast<std::size_t>(points)) {
  using std::cos, std::fabs;
  for (std::size_t k = 0; k < solution_.size(); ++k) x_.push_back(cos(angle<R>(k, solution_.size())));
  slope_low_ = problem(low).slope;
  slope_high_ = problem(high).slope;
  for (std::size_t i = 0; i < slope_low_.size(); ++i)
    if (fabs(slope_high_[i] - slope_low_[i]) > fabs(slope_high_[widest_] - slope_low_[widest_])) widest_ = i;
  std::atomic<int> finished{0};
  num::parallel_for(points, threads, [&](int k) {
    const auto i = static_cast<std::size_t>(k);
    solution_[i] = solver.solve(problem((low + high) / 2 + (high - low) / 2 * x_[i]), times);
    if (done) done(static_cast<double>(++finished) / points);
  });
}

/// Barycentric weights at x, summing to 1: w_k ∝ (-1)^k sin(pi (k + 1/2)/m) / (x - x_k) (J.-P. Berrut and
/// L. N. Trefethen, SIAM Rev. 46, 501 (2004), eq. 5.3).
template <Real R>
std::vector<R> Interpolated<R>::weights(const R& x) const {
  using std::sin;
  const std::size_t m = x_.size();
  std::vector<R> w(m, R(0));
  R sum = 0;
  for (std::size_t k = 0; k < m; ++k) {
    if (x == x_[k]) {
      std::fill(w.begin(), w.end(), R(0));
      w[k] = 1;
      return w;
    }
    w[k] = (k % 2 ? -1 : 1) * sin(angle<R>(k, m)) / (x - x_[k]);
    sum += w[k];
  }
  for (R& v : w) v /= sum;
  return w;
}

template <Real R>
void Interpolated<R>::density_at(std::size_t j, const std::vector<R>& w, std::size_t above, Solution<R>& out) const {
  using std::exp, std::fabs;
  const std::size_t n = solution_.front().density[j].size();
  std::vector<R> log_density(n, R(0)), density(n, R(0)), noise(n, R(0)), off(n, R(0));
  R lebesgue = 0;
  for (const R& v : w) lebesgue += fabs(v);
  for (std::size_t k = 0; k < x_.size(); ++k) {
    if (w[k] == 0) continue;
    for (std::size_t i = 0; i < n; ++i) {
      log_density[i] += w[k] * solution_[k].log_density[j][i];
      noise[i] = std::max(noise[i], solution_[k].log_round_off[j][i]);
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (fabs(log_density[i]) < num::infinity<R>() && noise[i] < num::infinity<R>()) {
      density[i] = exp(log_density[i]);
      noise[i] *= lebesgue;
      off[i] = noise[i] * density[i];
    } else {
      log_density[i] = -num::infinity<R>();
      noise[i] = num::infinity<R>();
      for (const std::size_t k : {above, above + 1}) {
        const auto& s = solution_[k];
        off[i] = std::max({off[i], s.density[j][i], s.round_off_at.empty() ? s.round_off[i] : s.round_off_at[j][i]});
      }
    }
    out.round_off[i] = std::max(out.round_off[i], off[i]);
  }
  out.density.push_back(std::move(density));
  out.log_density.push_back(std::move(log_density));
  out.log_round_off.push_back(std::move(noise));
  out.round_off_at.push_back(std::move(off));
}

template <Real R>
Solution<R> Interpolated<R>::solve(const Problem<R>& p, std::span<const R> times) const {
  if (times.size() != solution_.front().density.size())
    throw InternalError("interpolated: not the times of the constructor");
  const R x = 2 * (p.slope[widest_] - slope_low_[widest_]) / (slope_high_[widest_] - slope_low_[widest_]) - 1;
  const auto w = weights(x);
  std::size_t above = 0;  // x_ decreases: x lies between above and above + 1, or beyond an end
  while (above + 2 < x_.size() && x_[above + 1] > x) ++above;
  Solution<R> out;
  out.round_off.assign(p.loss.size(), R(0));
  for (const auto& s : solution_) out.ep_round_off = std::max(out.ep_round_off, s.ep_round_off);
  for (std::size_t j = 0; j < times.size(); ++j) {
    R ep = 0;
    for (std::size_t k = 0; k < x_.size(); ++k) ep += w[k] * solution_[k].ep_rate[j];
    out.ep_rate.push_back(ep);
    density_at(j, w, above, out);
  }
  for (std::size_t j = 0; j < solution_.front().accumulated.size(); ++j) {
    std::vector<R> sum(p.loss.size(), R(0));
    for (std::size_t k = 0; k < x_.size(); ++k)
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += w[k] * solution_[k].accumulated[j][i];
    out.accumulated.push_back(std::move(sum));
  }
  return out;
}

#define CALOR_INSTANTIATE(R) template class Interpolated<R>;
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::evolve
