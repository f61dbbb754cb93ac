#include "analytic/gaussian_mixture.hpp"

#include <algorithm>

#include "analytic/mixture_parts.hpp"

namespace calor::analytic {
namespace {

/// radial_entropy of Σ height exp(-rate r²).
template <num::Real R>
R radial(const std::vector<R>& height, const std::vector<R>& rate, int power, const R& goal) {
  const auto [slowest, fastest] = std::minmax_element(rate.begin(), rate.end());
  return radial_entropy(
      [&](const R& r) {
        using std::exp;
        R f = 0;
        for (std::size_t j = 0; j < height.size(); ++j) f += height[j] * exp(-rate[j] * r * r);
        return f;
      },
      *slowest, *fastest, power, goal);
}

template <num::Real R>
std::vector<R> weights_of(const std::vector<ScatterNode<R>>& nodes) {
  std::vector<R> out;
  for (const auto& n : nodes) out.push_back(n.weight);
  return out;
}

}  // namespace

// S = (2 s*²/N) x, x ~ Gamma((N-1)/2).
template <num::Real R>
std::vector<ScatterNode<R>> scatter_nodes(long size, const R& variance, const R& goal, bool inverse) {
  using std::exp;
  if (size == 1) return {{R(0), R(1)}};
  std::vector<ScatterNode<R>> out;
  R sum = 0;
  for (const auto& n : gamma_nodes<R>(R(size - 1) / 2, goal, inverse && size > 3 ? R(1) : R(0))) {
    out.push_back({2 * variance / R(size) * n.x, exp(n.log_weight)});
    sum += out.back().weight;
  }
  for (auto& n : out) n.weight /= sum;
  return out;
}

template <num::Real R>
R mixture_entropy(const std::vector<ScatterNode<R>>& nodes, const std::vector<R>& width, const R& goal) {
  using std::log, std::sqrt;
  if (nodes.size() == 1) return (log(2 * num::pi<R>() * width.front()) + 1) / 2;
  std::vector<R> height, rate;
  for (std::size_t j = 0; j < width.size(); ++j) {
    height.push_back(nodes[j].weight / sqrt(2 * num::pi<R>() * width[j]));
    rate.push_back(1 / (2 * width[j]));
  }
  return 2 * radial(height, rate, 0, goal);
}

template <num::Real R>
R mixture_entropy(const std::vector<ScatterNode<R>>& nodes, const std::vector<Covariance2<R>>& covariance,
                  const R& goal, int angles) {
  using std::cos, std::sin, std::sqrt;
  const auto coordinates = round_coordinates(weights_of(nodes), covariance);
  std::vector<R> height;
  for (std::size_t j = 0; j < nodes.size(); ++j) {
    const auto& c = coordinates.inverse[j];
    height.push_back(nodes[j].weight * sqrt(R(c.xx * c.yy - c.xy * c.xy)) / (2 * num::pi<R>()));
  }
  R sum = 0;
  std::vector<R> rate(nodes.size());
  for (int k = 0; k < angles; ++k) {
    const R angle = num::pi<R>() * k / angles, c = cos(angle), s = sin(angle);
    for (std::size_t j = 0; j < nodes.size(); ++j) {
      const auto& inverse = coordinates.inverse[j];
      rate[j] = (inverse.xx * c * c + 2 * inverse.xy * c * s + inverse.yy * s * s) / 2;
    }
    sum += radial(height, rate, 1, goal);
  }
  return 2 * num::pi<R>() / angles * sum + coordinates.stretch;
}

template <num::Real R>
Quantities<R> mix(const std::vector<ScatterNode<R>>& nodes, const std::vector<Quantities<R>>& given,
                  const Quantities<R>& at_start, bool lags, const R& goal, int angles) {
  using std::log;
  Quantities<R> q;
  for (std::size_t j = 0; j < nodes.size(); ++j) {
    Quantities<R> part = given[j];
    for (auto& entry : part) entry.second *= nodes[j].weight;
    accumulate(q, part);
  }
  std::vector<R> theta, x;
  std::vector<Covariance2<R>> both;
  for (const auto& part : given) {
    theta.push_back(value_of(part, "_total_theta"));
    x.push_back(value_of(part, "_total_x"));
    both.push_back({theta.back(), value_of(part, "_total_theta_x"), x.back()});
  }
  const R of_theta = mixture_entropy(nodes, theta, goal), of_x = mixture_entropy(nodes, x, goal);
  const R joint =
      lags ? mixture_entropy(nodes, both, goal, angles) : R(of_theta + value_of(q, "entropy_x_given_theta"));
  // E over independent θ and B of -ln p(θ|B): (θ - E[Θ|B])² has the mean v + 2 spread
  R variance = 0, spread = 0, sharpness = 0, log_v = 0;
  for (std::size_t j = 0; j < nodes.size(); ++j) {
    const R v = value_of(given[j], "_variance_theta");
    variance += nodes[j].weight * v;
    sharpness += nodes[j].weight / v;
    log_v += nodes[j].weight * log(v);
    spread += nodes[j].weight * (theta[j] - v);
  }
  const R cross = (log(2 * num::pi<R>()) + log_v + (variance + 2 * spread) * sharpness) / 2;
  set_informations(q, {of_theta, of_x, joint, cross}, value_of(at_start, "entropy_x"));
  return q;
}

#define CALOR_INSTANTIATE(R)                                                                                      \
  template std::vector<ScatterNode<R>> scatter_nodes<R>(long, const R&, const R&, bool);                          \
  template R mixture_entropy<R>(const std::vector<ScatterNode<R>>&, const std::vector<R>&, const R&);             \
  template R mixture_entropy<R>(const std::vector<ScatterNode<R>>&, const std::vector<Covariance2<R>>&, const R&, \
                                int);                                                                             \
  template Quantities<R> mix<R>(const std::vector<ScatterNode<R>>&, const std::vector<Quantities<R>>&,            \
                                const Quantities<R>&, bool, const R&, int);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
