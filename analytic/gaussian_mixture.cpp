#include "analytic/gaussian_mixture.hpp"

#include <algorithm>
#include <array>

#include "analytic/quadrature.hpp"
#include "num/decompose.hpp"

namespace calor::analytic {
namespace {

/// -∫_0^∞ r^power f ln f dr for f = Σ height exp(-rate r²), to exp(-goal).
template <num::Real R>
R radial(const std::vector<R>& height, const std::vector<R>& rate, int power, const R& goal) {
  using std::exp, std::log, std::sqrt;
  const auto [slowest, fastest] = std::minmax_element(rate.begin(), rate.end());
  // f ln f where f carries weight; beyond `reach` less than exp(-goal) is left
  const R reach = sqrt(goal / *slowest), epsilon = std::max(num::epsilon<R>(), R(exp(-goal)));
  return integrate_from_zero<R, 1>(
      [&](const R& r) -> std::array<R, 1> {
        R f = 0;
        for (std::size_t j = 0; j < height.size(); ++j) f += height[j] * exp(-rate[j] * r * r);
        if (!(f > 0)) return {R(0)};
        return {power == 1 ? R(-r * f * log(f)) : R(-f * log(f))};
      },
      reach, R(sqrt(2 / *fastest)), epsilon)[0];
}

/// Coordinates half-way between those in which the mean covariance is 1 and those in which the mean inverse is: shapes
/// are as round as can be. With H = Σ w C⁻¹: x = H^{-1/4} x'.
template <num::Real R>
void make_round(const std::vector<ScatterNode<R>>& nodes, std::vector<Covariance2<R>>& inverse, std::vector<R>& height,
                R& stretch) {
  using std::log, std::pow;
  num::Matrix<R> h = num::Matrix<R>::Zero(2, 2);
  const auto matrix = [](const Covariance2<R>& c) {
    num::Matrix<R> m(2, 2);
    m << c.xx, c.xy, c.xy, c.yy;
    return m;
  };
  for (std::size_t j = 0; j < nodes.size(); ++j) h += nodes[j].weight * matrix(inverse[j]);
  const auto eigen = num::symmetric_eigen<R>(h);
  const num::Vector<R> root = eigen.values.unaryExpr([](const R& value) { return R(pow(value, R(-0.25))); });
  const num::Matrix<R> map = eigen.vectors * root.asDiagonal() * eigen.vectors.transpose();
  for (std::size_t j = 0; j < nodes.size(); ++j) {
    const num::Matrix<R> m = map * matrix(inverse[j]) * map;
    inverse[j] = {m(0, 0), m(0, 1), m(1, 1)};
    height[j] *= root[0] * root[1];
  }
  stretch += log(root[0] * root[1]);
}

}  // namespace

// S = (2 s*²/N) x, x ~ Gamma((N-1)/2), x = exp(u - e^{-u}): the density decays double-exponentially on both sides; the
// trapezoidal rule errs by exp(-2π d/h) with d the half width of the strip in which the integrand is analytic.
template <num::Real R>
std::vector<ScatterNode<R>> scatter_nodes(long size, const R& variance, const R& goal, bool inverse) {
  using std::ceil, std::exp, std::log, std::min, std::sqrt;
  if (size == 1) return {{R(0), R(1)}};
  const R power = R(size - 1) / 2;
  const R spacing = min(R(R(1.6) * num::pi<R>() / goal), R(num::pi<R>() * sqrt(1 / (power * goal))));
  const auto exponent = [&](const R& u) { return R(power * (u - exp(-u)) - exp(u - exp(-u)) + log(1 + exp(-u))); };
  const int most = static_cast<int>(num::to_double(R(ceil(R(14) / spacing))));
  R top = -num::infinity<R>(), sum = 0;
  for (int k = -most; k <= most; ++k) top = std::max(top, exponent(spacing * k));
  std::vector<ScatterNode<R>> out;
  for (int k = -most; k <= most; ++k) {
    const R u = spacing * k, e = exponent(u) - top;
    if (R growth = inverse && size > 3 ? std::max(R(0), R(exp(-u) - u)) : R(0); e + growth < -goal) continue;
    out.push_back({2 * variance / R(size) * exp(u - exp(-u)), exp(e)});
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
  using std::cos, std::log, std::sin, std::sqrt;
  Covariance2<R> mean{R(0), R(0), R(0)};
  for (std::size_t j = 0; j < nodes.size(); ++j) {
    mean.xx += nodes[j].weight * covariance[j].xx;
    mean.xy += nodes[j].weight * covariance[j].xy;
    mean.yy += nodes[j].weight * covariance[j].yy;
  }
  // (x, y) = L (x', y') with L Lᵀ the mean
  const R l11 = sqrt(mean.xx), l21 = mean.xy / l11, l22 = sqrt(R(mean.yy - l21 * l21));
  R stretch = log(l11 * l22);
  std::vector<Covariance2<R>> inverse;
  std::vector<R> height;
  for (std::size_t j = 0; j < nodes.size(); ++j) {
    const auto& c = covariance[j];
    const R xx = c.xx / (l11 * l11), half = c.xy / l11 - l21 * xx, xy = half / l22,
            yy = (c.yy - 2 * l21 * (half + l21 * xx) + l21 * l21 * xx) / (l22 * l22);
    const R det = xx * yy - xy * xy;
    inverse.push_back({yy / det, -xy / det, xx / det});
    height.push_back(nodes[j].weight / (2 * num::pi<R>() * sqrt(det)));
  }
  make_round(nodes, inverse, height, stretch);
  R sum = 0;
  std::vector<R> rate(nodes.size());
  for (int k = 0; k < angles; ++k) {
    const R angle = num::pi<R>() * k / angles, c = cos(angle), s = sin(angle);
    for (std::size_t j = 0; j < nodes.size(); ++j)
      rate[j] = (inverse[j].xx * c * c + 2 * inverse[j].xy * c * s + inverse[j].yy * s * s) / 2;
    sum += radial(height, rate, 1, goal);
  }
  return 2 * num::pi<R>() / angles * sum + stretch;
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
  const auto set = [&q](const std::string& name, const R& value) {
    for (auto& entry : q)
      if (entry.first == name) entry.second = value;
  };
  const auto get = [&q](const char* name) { return value_of(q, name); };
  std::vector<R> theta, x;
  std::vector<Covariance2<R>> both;
  for (const auto& part : given) {
    theta.push_back(value_of(part, "_total_theta"));
    x.push_back(value_of(part, "_total_x"));
    both.push_back({theta.back(), value_of(part, "_total_theta_x"), x.back()});
  }
  const R of_theta = mixture_entropy(nodes, theta, goal), of_x = mixture_entropy(nodes, x, goal);
  const R given_b = get("entropy_theta_given_b"), x_given_b = get("entropy_x_given_b"),
          x_given_theta_b = get("entropy_x_given_theta"), m = of_theta - given_b, l = of_x - x_given_b;
  const R joint = lags ? mixture_entropy(nodes, both, goal, angles) : R(of_theta + x_given_theta_b);
  // E over independent θ and B of -ln p(θ|B): (θ - E[Θ|B])² has the mean v + 2 spread
  R variance = 0, spread = 0, sharpness = 0, log_v = 0;
  for (std::size_t j = 0; j < nodes.size(); ++j) {
    const R v = value_of(given[j], "_variance_theta");
    variance += nodes[j].weight * v;
    sharpness += nodes[j].weight / v;
    log_v += nodes[j].weight * log(v);
    spread += nodes[j].weight * (theta[j] - v);
  }
  const R ep = get("ep_theta"), heat_x = get("heat_x"), start = value_of(at_start, "entropy_x");
  set("entropy_theta", of_theta);
  set("entropy_x", of_x);
  set("m_info", m);
  set("l_info", l);
  set("info_x_theta", of_theta + of_x - joint);
  set("r_info", (joint - of_x) - (given_b + x_given_theta_b - x_given_b));
  set("_info_x_b_given_theta", joint - of_theta - x_given_theta_b);
  set("lautum_info", -of_theta + (log(2 * num::pi<R>()) + log_v + (variance + 2 * spread) * sharpness) / 2);
  set("ep_theta_naive", ep + m);
  set("ep_x_naive", of_x - start - heat_x);
  set("reservoir_gap", -heat_x - m);
  for (const char* name : {"ift_theta", "ift_x"}) set(name, R(1));
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
