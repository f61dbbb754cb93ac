#pragma once
// Entropies of mixtures of Gaussians whose means an observer knows in part. An x that is redrawn now and then is such a
// mixture, over the time of its last redraw, where the parameters behind it are Gaussian.

#include <array>
#include <vector>

#include "num/eigen.hpp"

namespace calor::info {

using num::Matrix;
using num::Vector;

/// One coordinate of x. In component k: x = mean_k + load_k·ζ + √variance_k ξ; ζ and ξ are independent standard
/// Gaussians, and ζ, which is the same in all components, is known to the observer.
struct MixtureCoordinate {
  Vector<double> mean;
  Matrix<double> load;      ///< component × ζ
  Vector<double> variance;  ///< > 0
  Matrix<double> slope;     ///< component × parameter: derivatives of the mean by a parameter that is known; or empty
};

/// Quadrature over ζ and x, both exponentially convergent: errors are about e^-efolds.
struct MixtureResolution {
  double efolds = 25;
  double most_work = 1e11;  ///< nodes times components; more throws AccuracyError
};

/// Means over ζ; p = Σ_k weight_k N_k is the density of x given ζ.
struct MixtureEntropies {
  double entropy = 0;       ///< -∫p ln p
  double fresh = 0;         ///< -∫N_fresh ln p
  double slope_square = 0;  ///< ∫p Σ_i (∂_i ln p)², i over the parameters of all coordinates
};

/// Coordinates are independent given the component. Weights are >= 0 and sum to 1; that of `fresh`
/// may be 0. Sums over nodes of trapezoidal rules and Gauss–Hermite rules; coordinates are joined by products of
/// matrices. Throws InternalError where shapes do not agree.
MixtureEntropies mixture_entropies(const std::vector<MixtureCoordinate>& coordinates, const Vector<double>& weight,
                                   Eigen::Index fresh, const MixtureResolution& resolution);

/// False where mixture_entropies would throw AccuracyError.
bool mixture_fits(const std::vector<MixtureCoordinate>& coordinates, const Vector<double>& weight, Eigen::Index fresh,
                  const MixtureResolution& resolution);

/// A mixture of Gaussians in the plane, a component each: means of x and y, and their covariances.
struct PlaneMixture {
  Vector<double> weight, x, y, xx, xy, yy;

  static constexpr std::array columns{&PlaneMixture::weight, &PlaneMixture::x,  &PlaneMixture::y,
                                      &PlaneMixture::xx,     &PlaneMixture::xy, &PlaneMixture::yy};
};

/// -∫p ln p over x and y. Weights are >= 0 and sum to 1. By trapezoidal sums; throws AccuracyError where they take more
/// than most_work.
double plane_mixture_entropy(const PlaneMixture& mixture, const MixtureResolution& resolution);

}  // namespace calor::info
