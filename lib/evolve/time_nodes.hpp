#pragma once
// Quadrature in time: integral from 0 to each point of a rate that is smooth on the scale `fastest` at t = 0 and slows
// down later.

#include <span>
#include <vector>

#include "num/real.hpp"

namespace calor::evolve {

template <num::Real R>
struct TimeNodes {
  std::vector<R> times;    // all times wanted: 0, points and nodes, increasing, no duplicates
  std::vector<int> point;  // index into times of each point
  std::vector<R> weight;   // quadrature weight of each time (0 at points that are no nodes)

  /// Integral of `rate` (one value a time) from 0 to each point.
  std::vector<R> integrate(std::span<const R> rate) const;
};

/// Nodes and weights on [-1, 1], nodes increasing.
template <num::Real R>
struct GaussLegendre {
  std::vector<R> node, weight;
};

/// Exact for polynomials of degree below twice the order, which is at least 1.
template <num::Real R>
GaussLegendre<R> gauss_legendre(int order);

/// Composite Gauss–Legendre: panels of length at most `fastest` + their start, `order` nodes each, cut at the points.
/// Order 0: the points alone.
template <num::Real R>
TimeNodes<R> gauss_nodes(std::span<const R> points, double fastest, int order);

}  // namespace calor::evolve
