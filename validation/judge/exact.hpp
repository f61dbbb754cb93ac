#pragma once
// The law of Theta given each type of data on a grid (jump: on the states), and what follows from it: exact biases of
// the estimators with known likelihoods at any number of inner samples, Euler steps of the simulator included.

#include <memory>
#include <optional>
#include <vector>

#include "validation/judge/pool.hpp"

namespace calor::judge {

struct Exact {
  std::vector<std::vector<double>> nodes;    // theta
  std::vector<std::vector<double>> share;    // [type][node]: probability of the node's cell, sums to 1
  std::vector<std::vector<double>> density;  // [type][node]
  std::vector<double> marginal;              // [node]: share of all types together
  std::vector<double> weight;                // [type]
  std::vector<std::vector<double>> outcome;  // [node][x]: p(x|theta); empty for real x
};

/// Nothing without a law, without types, where densities are too narrow for a grid, and for several parameters unless
/// jump.
std::shared_ptr<const Exact> make_exact(const Pool& pool, simulator::Law* law);

/// I(Theta;B) of this law.
double information(const Exact& exact);

/// What the law changes from t = 0 to the last time, averaged over the types: of <L_B> with weight decay, and of
/// S(Theta|B).
struct SchemeChange {
  double loss = 0, entropy = 0;
};

/// From a Gaussian start.
SchemeChange change(const Exact& exact, const Pool& pool);

/// The same where there is no table either, as far as the law has averages.
std::optional<SchemeChange> scheme_change(const Pool& pool);

/// Expected value of an estimator from M inner samples or K pairs.
enum class Scheme { nested, leave_one_out, info_nce };

double expected_theta_data(const Exact& exact, Scheme scheme, std::size_t m);  // I(Theta;B)
double expected_x_data(const Exact& exact, Scheme scheme, std::size_t m);      // I(X;B), p(x|b) known; equilibrium
double expected_x_theta(const Exact& exact, Scheme scheme, std::size_t m);     // I(X;Theta); equilibrium
double expected_two_averages(const Exact& exact, std::size_t m);               // I(X;B), nested over theta twice

}  // namespace calor::judge
