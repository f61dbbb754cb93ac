#pragma once
// exp(tA) v for a large A of which only products are known, by Arnoldi's method (Y. Saad, SIAM J. Numer. Anal. 29, 209
// (1992)): V_m orthonormal, A V_m = V_m H + h v_{m+1} e_m', exp(sA) v = V_m y(s) + error, y' = H y, y(0) = |v| e_1,
// where the error is at most int h |y_m| ds if exp(sA) does not expand. A subspace is used until that integral exceeds
// the tolerance; y is followed by short Taylor series, so that all times within cost next to nothing.

#include <functional>
#include <span>
#include <vector>

#include "num/eigen.hpp"

namespace calor::evolve {

using Apply = std::function<void(const num::Vector<double>& in, num::Vector<double>& out)>;

struct KrylovStates {
  std::vector<num::Vector<double>> states;  // one a time, until `time`
  double error = 0;                         // sum of the bounds h |y_m| and of round-off, in the 2-norm
  double time = 0;                          // how far it came: the last time asked for, or where `renew` ended it
  num::Vector<double> last;                 // state then
};

/// Called with time and state before each subspace: may change the state, and A from there on; false ends it.
using Renew = std::function<bool(double time, num::Vector<double>& state)>;

/// exp(t_j A) start at increasing times >= 0; `tolerance`: error a subspace, relative to |start|.
KrylovStates exponential_by_krylov(const Apply& apply, const num::Vector<double>& start, std::span<const double> times,
                                   int dimension = 48, double tolerance = 1e-15, const Renew& renew = {});

}  // namespace calor::evolve
