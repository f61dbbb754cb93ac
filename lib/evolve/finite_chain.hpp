#pragma once
// A finite Markov chain in continuous time, dp/dt = W p, evolved in positive arithmetic: with q above the fastest rate
// out of a state and P = 1 + W/q (no negative entry),
//   exp(tW) p = sum_k e^{-qt} (qt)^k / k! P^k p,     int_0^t exp(sW) p ds = (1/q) sum_k Pr(Poisson(qt) > k) P^k p
// (A. Jensen, Skand. Aktuarietidskr. 36, 87 (1953)). Nothing cancels: entries keep their relative accuracy. Times that
// are long compared with 1/q go by a ladder of dense propagators exp(2^k W/q), each the square of the one before, which
// are positive, too.

#include <span>
#include <vector>

#include "num/eigen.hpp"

namespace calor::evolve {

template <num::Real R>
struct Transition {
  int from = 0, to = 0;
  R rate = 0;
};

/// States 0 .. states-1 and the rates between them, all >= 0.
template <num::Real R>
class FiniteChain {
 public:
  FiniteChain(int states, std::vector<Transition<R>> moves);

  Eigen::Index states() const { return stay_.size(); }
  std::size_t moves() const { return moves_.size(); }
  /// q: a quarter above the largest total rate out of a state.
  const R& uniform_rate() const { return q_; }
  /// out = P p.
  void step(const num::Vector<R>& p, num::Vector<R>& out) const;

 private:
  std::vector<Transition<R>> moves_;  // rates divided by q
  num::Vector<R> stay_;               // diagonal of P, at least 1/5
  R q_;
};

/// Where a start has gone at some time, and the integrals of the linear functionals until then.
template <num::Real R>
struct Flight {
  num::Vector<R> state, integral;
  /// Relative round-off of both, entrywise. Step by step it is bounded by a few roundings of each entry a step; the
  /// ladder's columns are normalised after each squaring, which leaves relative errors of the rates that add up rung by
  /// rung.
  R round_off = 0;
  /// Absolute error of the entries beyond that, from Poisson weights that are left out; 0 where these reach all states.
  R left_out = 0;
};

template <num::Real R>
class ChainPropagator {
 public:
  /// functionals: one a row, of the chain's states.
  ChainPropagator(FiniteChain<R> chain, num::Matrix<R> functionals);

  const FiniteChain<R>& chain() const { return chain_; }

  /// exp(t W) start and functionals * int_0^t exp(s W) start ds for times >= 0 (any order).
  /// Poisson weights below epsilon² are left out, but none within 64 steps beyond.
  std::vector<Flight<R>> advance(const num::Vector<R>& start, std::span<const R> times);

 private:
  std::vector<Flight<R>> by_steps(const num::Vector<R>& start, std::span<const R> times) const;
  bool ladder_pays(const R& longest, std::size_t times) const;
  void raise_ladder(std::size_t rungs);
  Flight<R> by_ladder(const num::Vector<R>& start, const R& time);

  FiniteChain<R> chain_;
  num::Matrix<R> functionals_;
  std::vector<num::Matrix<R>> power_;     // [k]: exp(2^k W/q)
  std::vector<num::Matrix<R>> integral_;  // [k]: functionals * int_0^{2^k/q} exp(sW) ds
};

}  // namespace calor::evolve
