#pragma once
// The seam between the learner and the solvers of its Fokker–Planck equation in one parameter:
//   d rho/dt = -dJ/dtheta,  J = -mu rho L' - mu T rho'      (theory.md section 2, langevin)
// A solver gets a Problem and times, and returns densities. It knows nothing of data sets, information or heat.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "grid/grid.hpp"

namespace calor::evolve {

using num::Real;

/// value + slope (t - start of the stretch)
template <Real R>
struct Linear {
  R value = 0, slope = 0;
  R at(const R& elapsed) const { return value + slope * elapsed; }
};

/// Mobility and temperature from `start` until the next stretch.
template <Real R>
struct Stretch {
  R start = 0;
  Linear<R> mobility, temperature;
};

/// One data set's Fokker–Planck equation on one uniform grid; vectors have grid.size entries.
template <Real R>
struct Problem {
  grid::Grid<R> grid;
  R mobility = 1;              // the largest, if it changes
  R temperature = 1;           // the largest, if it changes
  std::vector<R> loss;         // L_B
  std::vector<R> slope;        // L_B'
  std::vector<R> curvature;    // L_B''
  std::vector<R> log_initial;  // ln rho_0
  /// Nodes on either side that derivatives are taken from; 0: all (sinc collocation).
  int radius = 0;
  // the same off the grid, for solvers that choose their own nodes
  R initial_mean = 0, initial_stddev = 1;  // of the Gaussian rho_0
  std::function<R(R)> force = {};          // L_B' at any theta; empty where nobody asked for it
  double strip = 1e300;                    // L_B is analytic within this distance from the real axis
  bool imaginary_singularities = false;    // it has them on the imaginary axis only
  /// Indices of the times where densities and Solution::accumulated are wanted; empty: densities at all times.
  std::vector<int> integrated = {};

  std::vector<Stretch<R>> course = {};  // schedules: stretches from t = 0 on; empty if nothing changes

  R diffusion() const { return mobility * temperature; }
  R diffusion(const R& t) const {
    if (course.empty()) return diffusion();
    const auto& s = stretch(t);
    return s.mobility.at(t - s.start) * s.temperature.at(t - s.start);
  }
  R mobility_at(const R& t) const {
    if (course.empty()) return mobility;
    const auto& s = stretch(t);
    return s.mobility.at(t - s.start);
  }
  /// The stretch that t is in; a knot belongs to both (the functions are continuous), the earlier is given.
  const Stretch<R>& stretch(const R& t) const {
    std::size_t k = 0;
    while (k + 1 < course.size() && course[k + 1].start < t) ++k;
    return course[k];
  }
};

/// Densities at the times asked for. Where the solver cannot vouch for the sign of rho, log_density is -infinity.
template <Real R>
struct Solution {
  std::vector<std::vector<R>> density;      // [time][node]; a solver may leave out times that are not wanted
  std::vector<std::vector<R>> log_density;  // [time][node]
  std::vector<std::vector<R>>
      log_round_off;                // [time][node]: round-off in log_density; infinity where that is worthless
  std::vector<R> ep_rate;           // [time]: integral of J^2/(D rho), the entropy-production rate by currents
  double ep_round_off = 0;          // of it, relative, beyond that of the numbers
  std::vector<R> medium_rate = {};  // [time]: -(1/T) d<L>/dt, with schedules only
  /// [entry of Problem::integrated][node]: the integral of rho from 0 to that time, where the solver has it in closed
  /// form; else empty.
  std::vector<std::vector<R>> accumulated = {};
  /// Round-off in rho at each node, in absolute terms: |computed - exact arithmetic| stays below it.
  std::vector<R> round_off;  // [node]
  /// The same at each time, where the solver knows it: [time][node], else empty.
  std::vector<std::vector<R>> round_off_at = {};
};

template <Real R>
class Propagator {
 public:
  virtual ~Propagator() = default;
  /// times: increasing, >= 0. Throws AccuracyError where the method is not safe for the problem.
  virtual Solution<R> solve(const Problem<R>& problem, std::span<const R> times) const = 0;
};

}  // namespace calor::evolve
