#pragma once
// Which interval and spacing a one-parameter langevin run needs. Decisions only, in double; a run confirms them by
// refinement.

#include <functional>
#include <vector>

#include "grid/grid.hpp"

namespace calor::grid {

/// What the plan must know of the learner: all data sets' losses and the Gaussian start.
struct Landscape {
  double mobility = 1, initial_mean = 0, initial_stddev = 1, final_time = 1;
  double strip = 1e300;  // analyticity strip of the losses
  int sets = 0;
  std::vector<double> temperature;  // one a data set; the highest that occurs
  std::vector<double> coldest;      // the lowest
  /// L, L', L'' of data set b at theta.
  std::function<void(int b, double theta, double& loss, double& slope, double& curvature)> loss;
};

struct Interval {
  double start = 0, end = 0;
};

struct Plan {
  Interval interval;
  double spacing = 0;
  double narrowest = 0;        // smallest standard deviation that a density takes
  double settled = 0;          // the same without the start: of the narrowest well
  double settled_spacing = 0;  // what that needs
  double coldest = 0;          // lowest temperature of any set
  double fastest_time = 0;     // shortest time scale of the densities' change
};

/// `decades` e-folds: densities are followed down to exp(-decades) of their top, spacing errors stay near
/// exp(-spacing_decades).
Plan plan(const Landscape& landscape, double decades, double spacing_decades);

/// Spacing pi/k at which the Fourier transform of a density of width sigma, analytic within `strip`, is exp(-decades):
/// Gaussian, exp(-k² sigma²/2), until k sigma² = strip; then exp(-k strip + strip²/2 sigma²).
double spacing_for(double sigma, double strip, double decades);

/// Spacing at which the trapezoidal rule integrates rho ln rho of a mixture to exp(-decades). Two Gaussians of width
/// sigma, x sigma apart, have zeros at distance pi sigma/x from the real axis, where the mixture weighs exp(-x²/8):
/// error exp(-c/x - x²/8), c = 2 pi² sigma/spacing, at its worst over x up to `farthest`, the widest gap between
/// neighbours.
double mixture_spacing(double sigma, double farthest, double decades);

/// Explicit step of a path theta' = -mu L' of which mu L'' is `rate`: it grows with the time elapsed as far as it is
/// stable, and leaves no more than `left`.
double path_step(double left, double elapsed, double rate);

/// Nodes on `length` with spacing at most `spacing`. Throws AccuracyError if there are none, or more than 4e6.
int axis_nodes(double length, double spacing);

/// Grid over `interval` with spacing at most `spacing`: axis_nodes.
template <num::Real R>
Grid<R> uniform(const Interval& interval, double spacing);

/// The same, a node wider, on nodes that doubles hold exactly (multiples of a spacing of 24 bits): what varies within a
/// thousandth of theta would else feel how nodes are rounded.
template <num::Real R>
Grid<R> exactly_uniform(const Interval& interval, double spacing);

}  // namespace calor::grid
