#include "analytic/mixture_parts.hpp"

#include "num/decompose.hpp"

namespace calor::analytic {

template <num::Real R>
std::vector<GammaNode<R>> gamma_nodes(const R& power, const R& goal, const R& inverse) {
  using std::ceil, std::exp, std::log, std::min, std::sqrt;
  const R spacing = min(R(R(1.6) * num::pi<R>() / goal), R(num::pi<R>() * sqrt(1 / (power * goal))));
  const auto exponent = [&](const R& u) { return R(power * (u - exp(-u)) - exp(u - exp(-u)) + log(1 + exp(-u))); };
  const int most = static_cast<int>(num::to_double(R(ceil(R(14) / spacing))));
  R top = -num::infinity<R>();
  for (int k = -most; k <= most; ++k) top = std::max(top, exponent(spacing * k));
  std::vector<GammaNode<R>> out;
  for (int k = -most; k <= most; ++k) {
    const R u = spacing * k, e = exponent(u) - top;
    if (e + inverse * std::max(R(0), R(exp(-u) - u)) >= -goal) out.push_back({exp(u - exp(-u)), e});
  }
  return out;
}

namespace {

/// Coordinates half-way between those in which the mean covariance is 1 and those in which the mean inverse is: with
/// H = Σ w C⁻¹, x = H^{-1/4} x'.
template <num::Real R>
void meet_half_way(const std::vector<R>& weight, RoundCoordinates<R>& out) {
  using std::log, std::pow;
  num::Matrix<R> h = num::Matrix<R>::Zero(2, 2);
  const auto matrix = [](const Covariance2<R>& c) {
    num::Matrix<R> m(2, 2);
    m << c.xx, c.xy, c.xy, c.yy;
    return m;
  };
  for (std::size_t j = 0; j < weight.size(); ++j) h += weight[j] * matrix(out.inverse[j]);
  const auto eigen = num::symmetric_eigen<R>(h);
  const num::Vector<R> root = eigen.values.unaryExpr([](const R& value) { return R(pow(value, R(-0.25))); });
  const num::Matrix<R> map = eigen.vectors * root.asDiagonal() * eigen.vectors.transpose();
  for (auto& c : out.inverse) {
    const num::Matrix<R> m = map * matrix(c) * map;
    c = {m(0, 0), m(0, 1), m(1, 1)};
  }
  out.stretch += log(root[0] * root[1]);
}

}  // namespace

template <num::Real R>
RoundCoordinates<R> round_coordinates(const std::vector<R>& weight, const std::vector<Covariance2<R>>& covariance) {
  using std::log, std::sqrt;
  Covariance2<R> mean{R(0), R(0), R(0)};
  for (std::size_t j = 0; j < weight.size(); ++j) {
    mean.xx += weight[j] * covariance[j].xx;
    mean.xy += weight[j] * covariance[j].xy;
    mean.yy += weight[j] * covariance[j].yy;
  }
  // (x, y) = L (x', y') with L Lᵀ the mean
  const R l11 = sqrt(mean.xx), l21 = mean.xy / l11, l22 = sqrt(R(mean.yy - l21 * l21));
  RoundCoordinates<R> out{{}, log(l11 * l22)};
  for (const auto& c : covariance) {
    const R xx = c.xx / (l11 * l11), half = c.xy / l11 - l21 * xx, xy = half / l22,
            yy = (c.yy - 2 * l21 * (half + l21 * xx) + l21 * l21 * xx) / (l22 * l22);
    const R det = xx * yy - xy * xy;
    out.inverse.push_back({yy / det, -xy / det, xx / det});
  }
  meet_half_way(weight, out);
  return out;
}

template <num::Real R>
void set_informations(Quantities<R>& q, const MixtureEntropies<R>& of, const R& start) {
  const auto set = [&q](const std::string& name, const R& value) {
    for (auto& entry : q)
      if (entry.first == name) entry.second = value;
  };
  const auto get = [&q](const char* name) { return value_of(q, name); };
  const R given_b = get("entropy_theta_given_b"), x_given_b = get("entropy_x_given_b"),
          x_given_theta_b = get("entropy_x_given_theta"), ep = get("ep_theta"), heat_x = get("heat_x"),
          m = of.theta - given_b;
  set("entropy_theta", of.theta);
  set("entropy_x", of.x);
  set("m_info", m);
  set("l_info", of.x - x_given_b);
  set("info_x_theta", of.theta + of.x - of.joint);
  set("r_info", (of.joint - of.x) - (given_b + x_given_theta_b - x_given_b));
  set("_info_x_b_given_theta", of.joint - of.theta - x_given_theta_b);
  set("lautum_info", of.cross - of.theta);
  set("ep_theta_naive", ep + m);
  set("ep_x_naive", of.x - start - heat_x);
  set("reservoir_gap", -heat_x - m);
  for (const char* name : {"ift_theta", "ift_x"}) set(name, R(1));
}

#define CALOR_INSTANTIATE(R)                                                                                    \
  template std::vector<GammaNode<R>> gamma_nodes<R>(const R&, const R&, const R&);                              \
  template RoundCoordinates<R> round_coordinates<R>(const std::vector<R>&, const std::vector<Covariance2<R>>&); \
  template void set_informations<R>(Quantities<R>&, const MixtureEntropies<R>&, const R&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
