#include "evolve/finite_volume.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "evolve/cram.hpp"
#include "evolve/uniformization.hpp"
#include "num/errors.hpp"

namespace calor::evolve {

namespace {

using Density = std::vector<double>;

constexpr double safe_norm = 100;      // CRAM from here: L1 error below 1e-13 at worst, typically 1e-15
constexpr double cheap_updates = 4e6;  // node updates in positive arithmetic that nobody notices
constexpr double most_updates = 1e9;   // and those we refuse to make
constexpr double stage_steps = 1e4;    // between two looks at the norm

void check(const Problem<double>& p, std::span<const double> times) {
  const auto n = static_cast<std::size_t>(std::max(p.grid.size, 0));
  if (n < 2 || p.loss.size() != n || p.log_initial.size() != n)
    throw InternalError("finite_volume: loss and log_initial need one entry a node, two nodes at least");
  if (!(p.temperature > 0) || !(p.mobility > 0) || !(p.grid.spacing > 0))
    throw InternalError("finite_volume: temperature, mobility and spacing must be positive");
  if (!times.empty() && !(times.front() >= 0 && std::is_sorted(times.begin(), times.end())))
    throw InternalError("finite_volume: times must increase from 0 or more");
}

struct Evolved {
  std::vector<Density> density;
  std::vector<std::vector<double>> noise;  // [time][node]
};

class Evolution {
 public:
  Evolution(const Problem<double>& p, std::span<const double> times)
      : p_(p), times_(times), chain_(scharfetter_gummel(p)), log_pi_(log_stationary(p)) {
    for (double l : p.log_initial) state_.push_back(std::exp(l));
    const double size = static_cast<double>(state_.size());
    // rounding of each edge's pair of rates walks at random along the grid
    for (double l : p.loss)
      relative_.push_back(num::epsilon<double>() * (4 * std::sqrt(size) + std::fabs(l) / p.temperature));
  }

  Evolved run() {
    while (done_ < times_.size()) {
      const double steps = uniformization_steps(chain_, times_.back() - now_),
                   size = static_cast<double>(state_.size());
      const double norm = stationary_norm(p_, state_);
      if (steps * size <= cheap_updates) {
        positive(times_.back());
      } else if (norm <= safe_norm) {
        rational();
      } else {
        if (updates_ > most_updates) refuse(norm);
        positive(now_ + stage_steps / (2 * chain_.fastest()));
      }
    }
    return std::move(out_);
  }

  const Chain& chain() const { return chain_; }

 private:
  /// Times up to `until`, and the state there, in positive arithmetic.
  void positive(double until) {
    until = std::min(until, times_.back());
    std::vector<double> spans;
    for (std::size_t j = done_; j < times_.size() && times_[j] <= until; ++j) spans.push_back(times_[j] - now_);
    done_ += spans.size();
    const std::size_t kept = spans.size();
    spans.push_back(until - now_);
    auto densities = exponential_by_uniformization(chain_, state_, spans);
    updates_ += uniformization_steps(chain_, until - now_) * static_cast<double>(state_.size());
    state_ = std::move(densities.back());
    now_ = until;
    for (std::size_t j = 0; j < kept; ++j) {
      const double floor = 10 * uniformization_truncation * *std::max_element(densities[j].begin(), densities[j].end());
      std::vector<double> noise;
      for (std::size_t i = 0; i < state_.size(); ++i) {
        const double rho = densities[j][i];
        const double tail = rho > 0 ? num::epsilon<double>() * std::fabs(std::log(rho)) : 0;  // from ln rho_0
        noise.push_back((relative_[i] + tail) * rho + floor);
      }
      keep(std::move(densities[j]), std::move(noise));
    }
  }

  /// All times left, from the state. Errors of exp(-tH) psi, rho = sqrt(pi) psi, spread over the nodes like sqrt(pi).
  void rational() {
    std::vector<double> spans;
    for (; done_ < times_.size(); ++done_) spans.push_back(times_[done_] - now_);
    // measured against positive arithmetic: below 25 epsilon at 801 nodes, 450 at 100001
    const double level = (16 + 2 * std::sqrt(static_cast<double>(state_.size()))) * num::epsilon<double>();
    const double top = log_largest_ratio(state_, log_pi_);
    for (Density& rho : exponential_by_cram(chain_, state_, spans)) {
      std::vector<double> noise;
      for (std::size_t i = 0; i < rho.size(); ++i)
        noise.push_back(level * std::exp(top + log_pi_[i] / 2) + relative_[i] * std::fabs(rho[i]));
      keep(std::move(rho), std::move(noise));
    }
  }

  void keep(Density rho, std::vector<double> noise) {
    out_.density.push_back(std::move(rho));
    out_.noise.push_back(std::move(noise));
  }

  [[noreturn]] void refuse(double norm) const {
    throw AccuracyError(
        fmt::format("finite-volume: at t = {:.3g} the density is still so much wider than the stationary one that the "
                    "exponential loses {:.0f} of 15 "
                    "digits (sqrt(1 + chi²) = {:.1e}, at most {:g} is safe), and {:.0e} node updates in positive "
                    "arithmetic did not change that; allowed: "
                    "a higher temperature, a narrower start, fewer digits",
                    now_, std::log10(norm), norm, safe_norm, updates_));
  }

  const Problem<double>& p_;
  std::span<const double> times_;
  Chain chain_;
  std::vector<double> log_pi_, relative_;
  Density state_;
  double now_ = 0, updates_ = 0;
  std::size_t done_ = 0;
  Evolved out_;
};

}  // namespace

Solution<double> FiniteVolume::solve(const Problem<double>& p, std::span<const double> times) const {
  check(p, times);
  Evolution evolution(p, times);
  auto [density, noise] = evolution.run();
  Solution<double> out;
  out.round_off.assign(p.loss.size(), 0);
  for (std::size_t j = 0; j < times.size(); ++j) {
    std::vector<double> log_density, log_noise;
    for (std::size_t i = 0; i < density[j].size(); ++i) {
      const double start = p.log_initial[i], rounding = 4 * num::epsilon<double>();
      if (times[j] == 0)
        density[j][i] = std::exp(start), noise[j][i] = rounding * (1 + std::fabs(start)) * density[j][i];
      const double rho = density[j][i], off = noise[j][i];
      log_density.push_back(times[j] == 0 ? start : rho > off ? std::log(rho) : -num::infinity<double>());
      // -ln(1 - off/rho) <= off/(rho - off)
      log_noise.push_back(times[j] == 0   ? rounding * (1 + std::fabs(start))
                          : rho > 2 * off ? off / (rho - off) + rounding * (1 + std::fabs(log_density.back()))
                                          : num::infinity<double>());
      out.round_off[i] = std::max(out.round_off[i], off);
    }
    out.ep_rate.push_back(entropy_production_rate(evolution.chain(), p.grid.spacing, density[j], noise[j]));
    out.log_density.push_back(std::move(log_density));
    out.log_round_off.push_back(std::move(log_noise));
  }
  out.density = std::move(density);
  return out;
}

}  // namespace calor::evolve
