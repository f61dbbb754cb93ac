#include "analytic/plane_mixture.hpp"

#include <algorithm>
#include <boost/math/special_functions/bessel.hpp>
#include <cmath>

#include "analytic/mixture_parts.hpp"
#include "analytic/time_panel.hpp"
#include "num/parallel.hpp"

namespace calor::analytic {
namespace {

/// exp(-x) I_0(x), x >= 0: (1/π) ∫_0^π exp(x (cos φ - 1)) dφ.
template <num::Real R>
R scaled_bessel(const R& x) {
  using std::exp, std::log, std::sqrt;
  static const R far = -log(num::epsilon<R>());
  using namespace boost::math::policies;
  if (x < far) return exp(-x) * boost::math::cyl_bessel_i(0, x, policy<promote_double<false>>());
  // the asymptotic series; its terms fall until k = 2x
  R term = 1, sum = 1;
  for (int k = 1; term > num::epsilon<R>() * sum / 4; ++k) {
    term *= R(2 * k - 1) * R(2 * k - 1) / (8 * k * x);
    sum += term;
  }
  return sum / sqrt(2 * num::pi<R>() * x);
}

/// Σ height exp(-slow r²) exp(-turn r²) I_0(turn r²): members averaged over all directions.
template <num::Real R>
struct Turned {
  R height, slow, turn;

  R fast() const { return slow + 2 * turn; }
};

template <num::Real R>
R radial(const std::vector<Turned<R>>& members, int power, const R& goal) {
  R slowest = members.front().slow, fastest = members.front().fast();
  for (const auto& m : members) slowest = std::min(slowest, m.slow), fastest = std::max(fastest, m.fast());
  const R far = 2 * goal + 60;  // narrow members are nothing there
  return radial_entropy(
      [&](const R& r) {
        using std::exp;
        const R square = r * r;
        R f = 0;
        for (const auto& m : members) {
          if (m.slow * square > far) continue;
          f += m.height * exp(-m.slow * square) * scaled_bessel(R(m.turn * square));
        }
        return f;
      },
      slowest, fastest, power, goal);
}

}  // namespace

// W's eigenvalues l >= l' have the density exp(-(l + l')/2) (l l')^{(n-3)/2} (l - l'), n = N - 1 (R. J. Muirhead,
// Aspects of Multivariate Statistical Theory, Wiley 1982, theorem 3.2.18). With g = sqrt(l l') and y = (l + l')/2 - g
// this is g^{n-2} e^{-g} e^{-y}: independent, g ~ Gamma(n-1), y ~ Gamma(1). Symmetric functions are analytic in both.
template <num::Real R>
std::vector<PlaneScatterNode<R>> plane_scatter_nodes(long size, const R& variance, const R& goal, bool inverse) {
  using std::exp, std::sqrt;
  if (size == 1) return {{{R(0), R(0)}, R(1)}};
  std::vector<GammaNode<R>> product{{R(0), R(0)}};     // two examples lie on a line
  const R growth = inverse && size > 4 ? R(2) : R(0);  // (l + l')/(l l') as g falls
  if (size > 2) product = gamma_nodes<R>(R(size - 2), goal, growth);
  const auto excess = gamma_nodes<R>(R(1), goal, R(0));
  const R scale = variance / R(size);
  std::vector<PlaneScatterNode<R>> out;
  R sum = 0;
  for (const auto& g : product)
    for (const auto& y : excess) {
      const R log_weight = g.log_weight + y.log_weight;
      if (log_weight < -goal && !(growth > 0)) continue;
      const R larger = g.x + y.x + sqrt(R(y.x * (y.x + 2 * g.x)));
      out.push_back({{scale * larger, scale * (g.x * g.x / larger)}, exp(log_weight)});
      sum += out.back().weight;
    }
  for (auto& n : out) n.weight /= sum;
  return out;
}

template <num::Real R>
R plane_entropy(const std::vector<R>& weight, const std::vector<InBoth<R>>& width, const R& goal) {
  using std::sqrt;
  std::vector<Turned<R>> members;
  for (std::size_t j = 0; j < weight.size(); ++j) {
    const R wide = std::max(width[j][0], width[j][1]), narrow = std::min(width[j][0], width[j][1]);
    members.push_back({weight[j] / (2 * num::pi<R>() * sqrt(R(wide * narrow))), 1 / (2 * wide),
                       (wide - narrow) / (4 * wide * narrow)});
  }
  return 2 * num::pi<R>() * radial(members, 1, goal);
}

// Components z_1, z_2 of the two vectors as complex numbers: the exponent of a member turned by φ is
// -(1/4) Σ_ab (P + P')_ab Re(z_a z̄_b) - (1/4) Re(e^{-2iφ} Σ_ab (P - P')_ab z_a z_b), P and P' the inverse covariances.
// With z_1 = r cos α, z_2 = r sin α e^{iβ} it depends on (2α, β) as on a point of the unit sphere, analytically:
// d⁴z = 2π r³ dr d(cos 2α) dβ/4.
template <num::Real R>
R plane_entropy(const std::vector<R>& weight, const std::vector<InBoth<Covariance2<R>>>& covariance,
                const PlaneResolution<R>& fine) {
  using std::cos, std::sin, std::sqrt;
  std::vector<R> halves;
  std::vector<Covariance2<R>> all;
  for (std::size_t j = 0; j < weight.size(); ++j)
    for (const auto& c : covariance[j]) {
      halves.push_back(weight[j] / 2);
      all.push_back(c);
    }
  const auto coordinates = round_coordinates(halves, all);
  const auto root_det = [](const Covariance2<R>& c) { return R(sqrt(R(c.xx * c.yy - c.xy * c.xy))); };
  const R two_pi = 2 * num::pi<R>();
  std::vector<R> height;
  for (std::size_t j = 0; j < weight.size(); ++j)
    height.push_back(weight[j] * root_det(coordinates.inverse[2 * j]) * root_det(coordinates.inverse[2 * j + 1]) /
                     (two_pi * two_pi));
  const TimePanel<R> latitude(std::max(fine.angles + fine.angles % 2, 4));
  const int longitudes = std::max(fine.angles / 2, 2);
  std::vector<R> of_longitude(static_cast<std::size_t>(longitudes));
  num::parallel_for(longitudes, fine.threads, [&](int k) {
    const R beta = num::pi<R>() * (2 * k + 1) / (2 * longitudes), c = cos(beta), s = sin(beta);
    num::Vector<R> along(latitude.size());
    std::vector<Turned<R>> members(weight.size());
    for (Eigen::Index i = 0; i < along.size(); ++i) {
      const R first = latitude.nodes()[i], second = 1 - first;  // cos²α, sin²α
      const R both = sqrt(R(first * second));
      for (std::size_t j = 0; j < weight.size(); ++j) {
        const auto &p = coordinates.inverse[2 * j], &q = coordinates.inverse[2 * j + 1];
        const R mean = ((p.xx + q.xx) * first + 2 * (p.xy + q.xy) * both * c + (p.yy + q.yy) * second) / 4;
        // times e^{-iβ}
        const R xx = (p.xx - q.xx) * first, xy = 2 * (p.xy - q.xy) * both, yy = (p.yy - q.yy) * second;
        const R real = (xx + yy) * c + xy, imaginary = (yy - xx) * s;
        const R turn = sqrt(R(real * real + imaginary * imaginary)) / 4;
        members[j] = {height[j], mean - turn, turn};
      }
      along[i] = radial(members, 3, fine.goal);
    }
    of_longitude[static_cast<std::size_t>(k)] = latitude.integral(along, R(2));
  });
  R sum = 0;
  for (const R& value : of_longitude) sum += value;
  return two_pi / longitudes * (two_pi / 4) * sum + 2 * coordinates.stretch;
}

template <num::Real R>
Quantities<R> mix(const std::vector<PlaneScatterNode<R>>& nodes, const std::vector<InBoth<Quantities<R>>>& given,
                  const InBoth<Quantities<R>>& at_start, bool lags, const PlaneResolution<R>& fine) {
  using std::log;
  Quantities<R> q;
  std::vector<R> weight;
  std::vector<InBoth<R>> theta(nodes.size()), x(nodes.size());
  std::vector<InBoth<Covariance2<R>>> both(nodes.size());
  R variance = 0, spread = 0, sharpness = 0, log_v = 0;  // on average over the directions
  for (std::size_t j = 0; j < nodes.size(); ++j) {
    weight.push_back(nodes[j].weight);
    for (std::size_t a = 0; a < 2; ++a) {
      Quantities<R> part = given[j][a];
      const R v = value_of(part, "_variance_theta"), half = nodes[j].weight / 2;
      theta[j][a] = value_of(part, "_total_theta");
      x[j][a] = value_of(part, "_total_x");
      both[j][a] = {theta[j][a], value_of(part, "_total_theta_x"), x[j][a]};
      variance += half * v;
      sharpness += half / v;
      log_v += half * log(v);
      spread += half * (theta[j][a] - v);
      for (auto& entry : part) entry.second *= nodes[j].weight;
      accumulate(q, part);
    }
  }
  const R of_theta = plane_entropy(weight, theta, fine.goal), of_x = plane_entropy(weight, x, fine.goal);
  const R joint = lags ? plane_entropy(weight, both, fine) : R(of_theta + value_of(q, "entropy_x_given_theta"));
  // E over independent θ and B of -ln p(θ|B): (θ - E[Θ|B])² has the mean v + 2 spread in every direction
  const R cross = log(2 * num::pi<R>()) + log_v + (variance + 2 * spread) * sharpness;
  set_informations(q, {of_theta, of_x, joint, cross},
                   R(value_of(at_start[0], "entropy_x") + value_of(at_start[1], "entropy_x")));
  return q;
}

#define CALOR_INSTANTIATE(R)                                                                                        \
  template std::vector<PlaneScatterNode<R>> plane_scatter_nodes<R>(long, const R&, const R&, bool);                 \
  template R plane_entropy<R>(const std::vector<R>&, const std::vector<InBoth<R>>&, const R&);                      \
  template R plane_entropy<R>(const std::vector<R>&, const std::vector<InBoth<Covariance2<R>>>&,                    \
                              const PlaneResolution<R>&);                                                           \
  template Quantities<R> mix<R>(const std::vector<PlaneScatterNode<R>>&, const std::vector<InBoth<Quantities<R>>>&, \
                                const InBoth<Quantities<R>>&, bool, const PlaneResolution<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
