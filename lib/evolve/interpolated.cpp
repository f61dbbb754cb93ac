#include "evolve/interpolated.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "num/errors.hpp"
#include "num/parallel.hpp"

namespace calor::evolve {

Interpolated::Interpolated(const std::function<Problem<double>(double)>& problem, double low, double high, int points,
                           const Propagator<double>& solver, std::span<const double> times, int threads,
                           const std::function<void(double)>& done)
    : solution_(static_cast<std::size_t>(points)) {
  for (int k = 0; k < points; ++k) x_.push_back(std::cos(M_PI * (k + 0.5) / points));
  slope_low_ = problem(low).slope;
  slope_high_ = problem(high).slope;
  for (std::size_t i = 0; i < slope_low_.size(); ++i)
    if (std::fabs(slope_high_[i] - slope_low_[i]) > std::fabs(slope_high_[widest_] - slope_low_[widest_])) widest_ = i;
  std::atomic<int> finished{0};
  num::parallel_for(points, threads, [&](int k) {
    const auto i = static_cast<std::size_t>(k);
    solution_[i] = solver.solve(problem((low + high) / 2 + (high - low) / 2 * x_[i]), times);
    if (done) done(static_cast<double>(++finished) / points);
  });
}

/// Barycentric weights at x, summing to 1: w_k ∝ (-1)^k sin(pi (k + 1/2)/m) / (x - x_k) (J.-P. Berrut and
/// L. N. Trefethen, SIAM Rev. 46, 501 (2004), eq. 5.3).
std::vector<double> Interpolated::weights(double x) const {
  const std::size_t m = x_.size();
  std::vector<double> w(m, 0.0);
  double sum = 0;
  for (std::size_t k = 0; k < m; ++k) {
    if (x == x_[k]) {
      std::fill(w.begin(), w.end(), 0.0);
      w[k] = 1;
      return w;
    }
    w[k] = (k % 2 ? -1 : 1) * std::sin(M_PI * (static_cast<double>(k) + 0.5) / static_cast<double>(m)) / (x - x_[k]);
    sum += w[k];
  }
  for (double& v : w) v /= sum;
  return w;
}

Solution<double> Interpolated::solve(const Problem<double>& p, std::span<const double> times) const {
  if (times.size() != solution_.front().density.size())
    throw InternalError("interpolated: not the times of the constructor");
  const double x = 2 * (p.slope[widest_] - slope_low_[widest_]) / (slope_high_[widest_] - slope_low_[widest_]) - 1;
  const auto w = weights(x);
  std::size_t above = 0;  // x_ decreases: x lies between above and above + 1, or beyond an end
  while (above + 2 < x_.size() && x_[above + 1] > x) ++above;
  double lebesgue = 0;
  for (const double v : w) lebesgue += std::fabs(v);
  const std::size_t n = p.loss.size();
  Solution<double> out;
  out.round_off.assign(n, 0);
  for (std::size_t j = 0; j < times.size(); ++j) {
    std::vector<double> log_density(n, 0.0), density(n, 0.0), noise(n, 0.0);
    double ep = 0;
    for (std::size_t k = 0; k < x_.size(); ++k) {
      const auto& s = solution_[k];
      if (w[k] == 0) continue;
      ep += w[k] * s.ep_rate[j];
      for (std::size_t i = 0; i < n; ++i) {
        log_density[i] += w[k] * s.log_density[j][i];
        noise[i] = std::max(noise[i], s.log_round_off[j][i]);
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (std::isfinite(log_density[i])) {
        density[i] = std::exp(log_density[i]);
        noise[i] *= lebesgue;
        out.round_off[i] = std::max(out.round_off[i], noise[i] * density[i]);
      } else {
        log_density[i] = -num::infinity<double>();
        noise[i] = num::infinity<double>();
        for (const std::size_t k : {above, above + 1})
          out.round_off[i] = std::max({out.round_off[i], solution_[k].density[j][i], solution_[k].round_off[i]});
      }
    }
    out.ep_rate.push_back(ep);
    out.density.push_back(std::move(density));
    out.log_density.push_back(std::move(log_density));
    out.log_round_off.push_back(std::move(noise));
  }
  return out;
}

}  // namespace calor::evolve
