#pragma once
// Mutual information of jointly Gaussian variables from their sample covariances: I = ½ ln(det S_x det S_y/det S_xy).
// Bias for Gaussian samples: upwards, exactly ½[Σ_{j<=d_x} ψ_j + Σ_{j<=d_y} ψ_j − Σ_{j<=d_x+d_y} ψ_j], ψ_j = ψ((N−j)/2)
// (mean of ln det of a Wishart matrix); that is d_x d_y/(2N) + O(1/N²). For other samples it estimates the information
// of the Gaussian with the same covariance, which may lie on either side. Regime: N ≫ d_x + d_y, Gaussian samples.

#include "validation/estimators/points.hpp"
#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// Nats; standard error by the delete-one jackknife, in closed form by rank-one updates. Throws InputError unless x and
/// y are equally many and N > d_x + d_y + 1, or if a covariance is singular (a constant column, columns that determine
/// one another: the information is then undefined or infinite).
Result mi_gaussian(Points x, Points y);

}  // namespace calor::estimators
