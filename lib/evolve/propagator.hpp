#pragma once
// The seam between the learner and the solvers of its Fokker–Planck equation in one parameter:
//   d rho/dt = -dJ/dtheta,  J = -mu rho L' - mu T rho'      (theory.md section 2, langevin)
// A solver gets a Problem and times, and returns densities. It knows nothing of data sets, information or heat.

#include <span>
#include <string>
#include <vector>

#include "grid/grid.hpp"

namespace calor::evolve {

using num::Real;

/// One data set's Fokker–Planck equation on one uniform grid; vectors have grid.size entries.
template <Real R>
struct Problem {
  grid::Grid<R> grid;
  R mobility = 1;
  R temperature = 1;
  std::vector<R> loss;         // L_B
  std::vector<R> slope;        // L_B'
  std::vector<R> curvature;    // L_B''
  std::vector<R> log_initial;  // ln rho_0

  R diffusion() const { return mobility * temperature; }
};

/// Densities at the times asked for. Where the solver cannot vouch for the sign of rho, log_density is -infinity.
template <Real R>
struct Solution {
  std::vector<std::vector<R>> density;      // [time][node]
  std::vector<std::vector<R>> log_density;  // [time][node]
  std::vector<std::vector<R>>
      log_round_off;       // [time][node]: round-off in log_density; infinity where that is worthless
  std::vector<R> ep_rate;  // [time]: integral of J^2/(D rho), the entropy-production rate by currents
  /// Round-off in rho at each node, in absolute terms: |computed - exact arithmetic| stays below it.
  std::vector<R> round_off;  // [node]
};

template <Real R>
class Propagator {
 public:
  virtual ~Propagator() = default;
  /// times: increasing, >= 0. Throws AccuracyError where the method is not safe for the problem.
  virtual Solution<R> solve(const Problem<R>& problem, std::span<const R> times) const = 0;
};

}  // namespace calor::evolve
