#pragma once
// Finite Markov chains in continuous time, in balls: exact up to proven bounds.

#include <span>
#include <vector>

#include "proven/matrix.hpp"

namespace calor::proven {

using Balls = std::vector<Ball>;

struct Move {
  int from, to;
  Ball rate;  // > 0, in 1/time
};

struct Chain {
  int states = 0;
  std::vector<Move> moves;
};

/// The probabilities after some time, and int f·P dt of each functional f.
struct Flight {
  Balls state, integrals;
};

/// dP/dt = W P for `time` >= 0 from `state` (probabilities). functionals: [functional][state].
/// By uniformization: with L above all exit rates, U = 1 + W/L has no negative entry,
///   P_t = sum_k w_k U^k P_0,   int_0^t f·P ds = (1/L) sum_k P(N > k) f·U^k P_0,   N ~ Poisson(L t);
/// what the first K terms leave out of a probability lies in [0, tail], of an integral within excess max|f|/L.
Flight advance_by_uniformization(const Chain& chain, const Balls& state, std::span<const Balls> functionals,
                                 const Ball& time);

/// The same by e^{tA} with the functionals as further rows of A.
Flight advance_by_exponential(const Chain& chain, const Balls& state, std::span<const Balls> functionals,
                              const Ball& time);

/// Estimated work of the two, in multiplications of balls.
double uniformization_work(const Chain& chain, std::size_t functionals, double time);
double exponential_work(const Chain& chain, std::size_t functionals, double time);

/// By the one that is less work.
Flight advance(const Chain& chain, const Balls& state, std::span<const Balls> functionals, const Ball& time);

}  // namespace calor::proven
