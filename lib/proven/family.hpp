#pragma once
// Discrete models with one parameter, p(x|theta) = exp(s_x theta - A(theta)) with whole s_x (bernoulli, categorical
// with two outcomes, ising with one coupling or one field), and their loss
//   L_B(theta) = A(theta) - s_B theta + (lambda/2) theta²,   s_B = <s>_B;  A' = <s>, A'' = var(s).

#include <optional>
#include <vector>

#include "proven/chain.hpp"
#include "proven/finite_model.hpp"

namespace calor::proven {

/// A, A', A'' at one theta.
struct Cumulants {
  Ball a, mean, variance;
};

/// Bounds in the strip |Im theta| <= strip, from |Z(x + iy)| >= cos(y range/2) Z(x), Z = e^A, range = max s - min s:
/// the arguments of the terms of Z e^{-theta (max s + min s)/2} stay within y range/2 < pi/2.
struct FamilyBounds {
  Ball strip;     // in theta
  Ball shrink;    // 1/cos(strip range/2): |p_x| <= shrink, |Z|^-1 <= shrink/Z(Re theta)
  Ball mean;      // |A'|
  Ball variance;  // |A''|
};

struct Family {
  std::vector<long> values;    // distinct s_x
  std::vector<long> outcomes;  // how many x have it
  std::vector<Ball> target;    // p*(s), summed over these x; empty for fixed data
  long largest = 0;            // max |s|
  long range = 0;              // max s - min s
  long count = 0;              // of outcomes x

  Cumulants at(const Ball& theta) const;
  /// p(x|theta) of one x with each of `values`.
  Balls probabilities(const Ball& theta) const;
  FamilyBounds bounds(const Ball& strip) const;
};

/// Nothing if the model is none of these.
std::optional<Family> family_of(const experiment::Experiment& experiment);

/// s_B of a data set.
num::Rational mean_statistic(const experiment::Model& model, const DataSet& set);

}  // namespace calor::proven
