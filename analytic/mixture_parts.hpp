#pragma once
// What mixtures of Gaussians over the scatter of the data have in common (gaussian_mixture.hpp, plane_mixture.hpp).

#include <algorithm>
#include <array>
#include <vector>

#include "analytic/gaussian_mixture.hpp"
#include "analytic/quadrature.hpp"

namespace calor::analytic {

template <num::Real R>
struct GammaNode {
  R x, log_weight;  ///< relative to the largest
};

/// Quadrature over x ~ Gamma(power), by the trapezoidal rule in u, x = exp(u - e^{-u}), where the density decays
/// double-exponentially on both sides; it errs by exp(-2π d/h) with d the half width of the strip in which the
/// integrand is analytic. Leaves out exp(-goal), also of integrands that grow as x^-inverse.
template <num::Real R>
std::vector<GammaNode<R>> gamma_nodes(const R& power, const R& goal, const R& inverse);

/// -∫_0^∞ r^power f(r) ln f(r) dr for a mixture f of exp(-rate r²), slowest <= rate <= fastest, to exp(-goal).
template <num::Real R, class F>
R radial_entropy(F f, const R& slowest, const R& fastest, int power, const R& goal) {
  using std::exp, std::log, std::sqrt;
  // f ln f where f carries weight; beyond `reach` less than exp(-goal) is left
  const R reach = sqrt(goal / slowest), epsilon = std::max(num::epsilon<R>(), R(exp(-goal)));
  return integrate_from_zero<R, 1>(
      [&](const R& r) -> std::array<R, 1> {
        const R value = f(r);
        if (!(value > 0)) return {R(0)};
        R out = -value * log(value);
        for (int k = 0; k < power; ++k) out *= r;
        return {out};
      },
      reach, R(sqrt(2 / fastest)), epsilon)[0];
}

/// Coordinates of two variables in which the shapes of all members are as round as can be.
template <num::Real R>
struct RoundCoordinates {
  std::vector<Covariance2<R>> inverse;  ///< of the members' covariances
  R stretch;                            ///< the logarithm of the Jacobian: entropies are larger by it in the old ones
};

template <num::Real R>
RoundCoordinates<R> round_coordinates(const std::vector<R>& weight, const std::vector<Covariance2<R>>& covariance);

/// Entropies of a mixture.
template <num::Real R>
struct MixtureEntropies {
  R theta, x, joint;
  R cross;  ///< E over independent θ and B of -ln p(θ|B)
};

/// Sets the informations, and what depends on them, in q, which has what is linear in the law. `start`: entropy_x at
/// t = 0.
template <num::Real R>
void set_informations(Quantities<R>& q, const MixtureEntropies<R>& of, const R& start);

}  // namespace calor::analytic
