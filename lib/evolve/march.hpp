#pragma once
// Time integrals along a finite chain: linear functionals exactly (finite_chain.hpp), other rates by quadrature whose
// panels adapt to them.

#include <functional>
#include <span>
#include <vector>

#include "evolve/finite_chain.hpp"

namespace calor::evolve {

/// Rates at one state of the chain, and for each the sum of the absolute values of its terms: what its round-off is
/// proportional to.
template <num::Real R>
struct Rates {
  num::Vector<R> value, size;
};

template <num::Real R>
using RateFunction = std::function<Rates<R>(const num::Vector<R>& state)>;

/// Nodes in [0, 1] with the weights of a rule and of a coarser one for comparison; 0 where a node belongs to the other
/// only.
template <num::Real R>
struct RulePair {
  std::vector<R> node, weight, coarse_weight;
};

/// How rates are integrated: a panel is cut until its rule and the coarser one agree to `tolerance` of max(1, integral)
/// or to round-off.
template <num::Real R>
struct Quadrature {
  RulePair<R> inner;  // Gauss–Legendre on halves and whole
  RulePair<R> start;  // tanh-sinh for the first panel, where rates may be like powers and logarithms of t (empty
                      // states); else as inner
  R tolerance;
  double first;  // length of the first panel tried
};

/// `order` Gauss–Legendre nodes a panel.
template <num::Real R>
Quadrature<R> quadrature(int order, bool singular_start, const R& tolerance, double first);

/// What was found at one point of time; integrals are accumulated from t = 0.
template <num::Real R>
struct Station {
  num::Vector<R> state;
  num::Vector<R> linear;    // integrals of the propagator's functionals
  num::Vector<R> integral;  // integrals of the rates
  num::Vector<R> size;      // integrals of their sizes
  R round_off = 0;          // relative, of the entries of `state`
  R left_out = 0;           // absolute, beyond that (Flight)
};

/// One Station a point; points increase from points[0] = 0. States are kept normalised to sum 1.
template <num::Real R>
std::vector<Station<R>> march(ChainPropagator<R>& propagator, const num::Vector<R>& start, std::span<const R> points,
                              const RateFunction<R>& rates, const Quadrature<R>& quadrature);

}  // namespace calor::evolve
