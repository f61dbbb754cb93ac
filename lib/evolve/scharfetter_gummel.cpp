#include "evolve/scharfetter_gummel.hpp"

namespace calor::evolve {

namespace {

/// B(u) and B(-u) for u >= 0, each with full relative accuracy.
double bernoulli_small(double u) { return u == 0 ? 1 : u < 700 ? u / std::expm1(u) : u * std::exp(-u); }
double bernoulli_large(double u) { return u == 0 ? 1 : u / -std::expm1(-u); }

}  // namespace

std::vector<double> log_stationary(const Problem<double>& p) {
  const double lowest = *std::min_element(p.loss.begin(), p.loss.end());
  double sum = 0;
  std::vector<double> out;
  for (double l : p.loss) sum += std::exp(out.emplace_back((lowest - l) / p.temperature));
  for (double& g : out) g -= std::log(sum * p.grid.spacing);
  return out;
}

double log_largest_ratio(const std::vector<double>& rho, const std::vector<double>& log_pi) {
  double top = -num::infinity<double>();
  for (std::size_t i = 0; i < rho.size(); ++i)
    if (rho[i] > 0) top = std::max(top, std::log(rho[i]) - log_pi[i] / 2);
  return top;
}

Chain scharfetter_gummel(const Problem<double>& p) {
  const double scale = p.diffusion() / (p.grid.spacing * p.grid.spacing);
  Chain chain;
  for (std::size_t i = 0; i + 1 < p.loss.size(); ++i) {
    const double u = (p.loss[i + 1] - p.loss[i]) / p.temperature;
    const double small = scale * bernoulli_small(std::fabs(u)), large = scale * bernoulli_large(std::fabs(u));
    chain.up.push_back(u > 0 ? small : large);
    chain.down.push_back(u > 0 ? large : small);
  }
  return chain;
}

double entropy_production_rate(const Chain& chain, double h, const std::vector<double>& rho,
                               const std::vector<double>& floor) {
  double sum = 0;
  for (std::size_t i = 0; i < chain.up.size(); ++i) {
    if (!(rho[i] > floor[i] && rho[i + 1] > floor[i + 1])) continue;
    const double up = chain.up[i] * rho[i], down = chain.down[i] * rho[i + 1], less = std::min(up, down);
    if (less > 0) sum += std::fabs(up - down) * std::log1p(std::fabs(up - down) / less);
  }
  return h * sum;
}

double stationary_norm(const Problem<double>& p, const std::vector<double>& rho) {
  const auto log_pi = log_stationary(p);
  const double top = log_largest_ratio(rho, log_pi);
  double sum = 0;
  for (std::size_t i = 0; i < rho.size(); ++i)
    if (rho[i] > 0) sum += std::exp(2 * (std::log(rho[i]) - log_pi[i] / 2 - top));
  return std::exp(top) * std::sqrt(sum * p.grid.spacing);
}

}  // namespace calor::evolve
