#pragma once
// Mixtures over the scatter of data in the plane: gaussian-mean in two dimensions with sgd-diffusion, a target as wide
// in all directions, and a start likewise. The scatter matrix S = (1/N) Σ (b_i - b̄)(b_i - b̄)ᵀ sets the learner's noise.
// Its principal axes point anywhere, independently of its eigenvalues (and S is independent of b̄); along them
// (B̄, Θ, X) is jointly Gaussian in each direction by itself.

#include <array>
#include <vector>

#include "analytic/gaussian_mixture.hpp"

namespace calor::analytic {

template <num::Real R>
struct PlaneScatterNode {
  std::array<R, 2> scatter;  ///< eigenvalues of S, the larger one first
  R weight;                  ///< weights add up to 1
};

/// Quadrature over the eigenvalues of S, N S/variance ~ Wishart_2(N-1): leaves out exp(-goal), and errs by about as
/// much for functions that are symmetric in them; if `inverse`, also for those that grow as 1/S (N > 4), which a
/// learner without a temperature has.
template <num::Real R>
std::vector<PlaneScatterNode<R>> plane_scatter_nodes(long size, const R& variance, const R& goal, bool inverse);

/// What there is in the direction of each eigenvalue.
template <class T>
using InBoth = std::array<T, 2>;

/// Entropy of Σ_j w_j ∫ dφ/2π N(0, R_φ diag(width_j) R_φᵀ), R_φ a rotation, but for errors near exp(-goal).
template <num::Real R>
R plane_entropy(const std::vector<R>& weight, const std::vector<InBoth<R>>& width, const R& goal);

template <num::Real R>
struct PlaneResolution {
  R goal;
  int angles;       ///< latitudes of a sphere, twice the longitudes
  int threads = 1;  ///< 0: all processors
};

/// The same of two vectors that turn together, covariance_j between their components in each direction: over the radius
/// as above, over the shape, a point of a sphere, by as many nodes as `fine` says.
template <num::Real R>
R plane_entropy(const std::vector<R>& weight, const std::vector<InBoth<Covariance2<R>>>& covariance,
                const PlaneResolution<R>& fine);

/// As `mix` of gaussian_mixture.hpp. given[j]: quantities of a coordinate at both of node j's eigenvalues, as they are
/// on average over the directions.
template <num::Real R>
Quantities<R> mix(const std::vector<PlaneScatterNode<R>>& nodes, const std::vector<InBoth<Quantities<R>>>& given,
                  const InBoth<Quantities<R>>& at_start, bool lags, const PlaneResolution<R>& fine);

}  // namespace calor::analytic
