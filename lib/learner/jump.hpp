#pragma once
// jump: theta on a finite list of states, jumps between consecutive ones at rates Gamma a(dL_B/T) (theory.md section
// 2). Detailed balance with respect to pi_B = exp(-L_B/T): a(u)/a(-u) = e^{-u} for each acceptance.

#include <string>
#include <vector>

#include "data/ensemble.hpp"
#include "num/eigen.hpp"

namespace calor::learner {

using num::Real;

template <Real R>
struct Jump {
  std::string acceptance;
  R rate = 1, temperature = 1, weight_decay = 0;  // the lowest temperature of a schedule
  std::vector<std::vector<R>> states;             // one parameter vector a state
  num::Vector<R> initial;                         // probabilities
};

template <Real R>
Jump<R> jump(const experiment::Learner& spec);

/// metropolis min(1, e^{-u}), heat-bath 1/(1+e^u), arrhenius e^{-u/2}.
template <Real R>
R acceptance(const std::string& kind, const R& u);

/// The loss terms l_a at the states; rows: states, columns: terms.
template <Real R>
num::Matrix<R> terms_at(const Jump<R>& learner, const model::Model<R>& model);

/// L_B with weight decay at the states.
template <Real R>
num::Vector<R> losses(const Jump<R>& learner, const data::DataSet<R>& set, const num::Matrix<R>& terms);

/// Rates between consecutive states, in units of 1/time.
template <Real R>
struct Ladder {
  num::Vector<R> up;    // [n-1]: i -> i+1
  num::Vector<R> down;  // [n-1]: i+1 -> i
};

/// Throws AccuracyError where a rate exceeds the range of R.
template <Real R>
Ladder<R> rates(const Jump<R>& learner, const num::Vector<R>& loss);

}  // namespace calor::learner
