#pragma once
// exp(-tH) psi for densities that begin much narrower than they end: on windows of the grid that widen with psi, of
// whose nodes every second, fourth, ... is left out as soon as psi does not need it. A start a thousand times as narrow
// as the interval costs ten small problems, where the whole grid would have tens of thousands of nodes.

#include <functional>
#include <span>
#include <vector>

#include "evolve/exponential.hpp"

namespace calor::evolve {

/// Every stride-th node of a grid, from the first.
struct Window {
  Eigen::Index first = 0, stride = 1, size = 0;
  Eigen::Index node(Eigen::Index i) const { return first + stride * i; }
};

/// psi at consecutive times, on a window.
template <num::Real R>
struct Piece {
  Window window;
  num::Matrix<R> psi;  // window.size x times
  R tolerance = 0;     // below it psi may have been left out
};

template <num::Real R>
struct Widened {
  std::vector<Piece<R>> pieces;  // their times one after the other
  num::Matrix<R> integral;       // whole grid x integrated: of psi over time from 0
};

/// What the evolution needs to know of its problem.
template <num::Real R>
struct Widening {
  R spacing = 1, diffusion = 1;
  R tolerance = 0;  // of psi, absolute, to begin with: where stages leave more than that behind, it grows
  /// exp(-tH) psi on a window at the times, and its integrals.
  std::function<Propagated<R>(const Window&, const num::Vector<R>& psi, std::span<const R> times,
                              std::span<const int> integrated)>
      propagate;
};

/// psi at times (increasing), from `start` on the whole grid. Heat spreads psi by sqrt(2 D t) (the potential only damps
/// it, up to a factor), from which the windows follow; that a window's nodes suffice is measured, on psi before and
/// after.
template <num::Real R>
Widened<R> widen(const Widening<R>& setting, const num::Vector<R>& start, std::span<const R> times,
                 std::span<const int> integrated);

/// V (window.size x m) at the nodes of a grid of n, by sinc interpolation between the window's nodes; 0 outside.
template <num::Real R>
num::Matrix<R> on_grid(const Window& window, const num::Matrix<R>& v, Eigen::Index n);

}  // namespace calor::evolve
