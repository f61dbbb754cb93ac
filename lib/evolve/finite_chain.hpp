#pragma once
// A finite Markov chain in continuous time, dp/dt = W p, evolved in positive arithmetic: with q above the fastest rate
// out of a state and P = 1 + W/q (no negative entry),
//   exp(tW) p = sum_k e^{-qt} (qt)^k / k! P^k p,     int_0^t exp(sW) p ds = (1/q) sum_k Pr(Poisson(qt) > k) P^k p
// (A. Jensen, Skand. Aktuarietidskr. 36, 87 (1953)). Nothing cancels: entries keep their relative accuracy. Times that
// are long compared with 1/q go by a ladder of dense propagators exp(2^k W/q), each the square of the one before, which
// are positive, too. Where that would take too long, chains of neighbours go by rational approximation (cram.hpp), in
// double precision and with an estimated error.

#include <optional>
#include <span>
#include <vector>

#include "evolve/chain.hpp"
#include "num/eigen.hpp"

namespace calor::evolve {

/// Two states and the rates between them.
template <num::Real R>
struct Edge {
  int a = 0, b = 0;
  R forth = 0, back = 0;  // a -> b, b -> a
};

/// A probability vector and what rounding has taken from it (Kahan), so that changes of less than an ulp a step happen.
template <num::Real R>
struct Carried {
  num::Vector<R> value, lost;
};

/// States 0 .. states-1 and the rates between them, all >= 0.
template <num::Real R>
class FiniteChain {
 public:
  FiniteChain(int states, std::vector<Edge<R>> edges);

  Eigen::Index states() const { return states_; }
  std::size_t edges() const { return edges_.size(); }
  /// q: a quarter above the largest total rate out of a state.
  const R& uniform_rate() const { return q_; }
  /// The chain if its edges join consecutive states, in order.
  std::optional<Chain> neighbours() const;
  /// p <- P p by net currents: what leaves one state is, to the last bit, what enters the other.
  void step(Carried<R>& p) const;

 private:
  Eigen::Index states_;
  std::vector<Edge<R>> edges_;  // rates divided by q
  R q_;
};

/// Where a start has gone at some time, and the integrals of the linear functionals until then.
template <num::Real R>
struct Flight {
  num::Vector<R> state;
  num::Vector<R> integral;  // empty where it is left to quadrature over the states
  /// Relative round-off of both, entrywise: rounding acts like relative errors of the rates, step by step (conserved
  /// currents, Kahan) and in the ladder (columns normalised after each squaring), and on the sums over steps or states.
  R round_off = 0;
  /// Absolute error of the entries beyond that, from Poisson weights that are left out (0 where these reach all states)
  /// or of the rational approximation, as steps of half the length show it.
  R left_out = 0;
};

template <num::Real R>
class ChainPropagator {
 public:
  /// functionals: one a row, of the chain's states.
  ChainPropagator(FiniteChain<R> chain, num::Matrix<R> functionals);

  const FiniteChain<R>& chain() const { return chain_; }
  const num::Matrix<R>& functionals() const { return functionals_; }

  /// exp(t W) start and functionals * int_0^t exp(s W) start ds for times >= 0 (any order).
  /// Poisson weights below epsilon² are left out, but none within 64 steps beyond. Throws AccuracyError where the
  /// number of steps is out of reach.
  std::vector<Flight<R>> advance(const num::Vector<R>& start, std::span<const R> times);

 private:
  std::vector<Flight<R>> by_steps(const num::Vector<R>& start, std::span<const R> times) const;
  std::vector<Flight<R>> by_rational(const num::Vector<R>& start, std::span<const R> times) const;
  bool rational_pays(const R& longest) const;
  bool ladder_pays(const R& longest, std::size_t times) const;
  void raise_ladder(std::size_t rungs);
  std::vector<Flight<R>> by_ladder(const num::Vector<R>& start, std::span<const R> times);

  FiniteChain<R> chain_;
  std::optional<Chain> neighbours_;
  num::Matrix<R> functionals_;
  std::vector<num::Matrix<R>> power_;     // [k]: exp(2^k W/q)
  std::vector<num::Matrix<R>> integral_;  // [k]: functionals * int_0^{2^k/q} exp(sW) ds
};

}  // namespace calor::evolve
