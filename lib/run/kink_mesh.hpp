#pragma once
// Spectral elements whose edges follow the kinks of metropolis rates in theta: where two outcomes that a move joins
// have the same energy.

#include <memory>

#include "evolve/theta_mesh.hpp"
#include "grid/tensor.hpp"
#include "run/level.hpp"

namespace calor::run {

/// Where the kinks of a model of two parameters lie: on axes and their bisectors through the origin (ising), or on a
/// curve theta_0 + theta_1 = c(theta_0 - theta_1) (rbm).
enum class Kinks { axes, star, curve, elsewhere };

Kinks kinks_in_plane(const model::Model<double>& model, const experiment::Model& spec);

/// Covers the box of the grid; elements are at most `length` long, of polynomials of this order. One parameter, or two
/// with kinks that are known.
std::shared_ptr<const evolve::ThetaMesh> kink_mesh(const Study<double>& study, const grid::Tensor& box, double length,
                                                   int order);

/// Before it is made: about how many nodes it has, and the largest eigenvalue of minus the Laplacian on it.
struct MeshSize {
  double nodes = 0, stiffness = 0;
};

MeshSize kink_mesh_size(const Study<double>& study, const grid::Tensor& box, double length, int order);

}  // namespace calor::run
