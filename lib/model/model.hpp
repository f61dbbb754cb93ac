#pragma once
// A parametric probabilistic model p(x|theta). Every model of Calor is linear in its statistic:
//   -ln p(x|theta) = sum_a T_a(x) l_a(theta),
// so that the loss of a data set needs only the averages of T over the examples (theory.md section 1):
//   L_B(theta) = sum_a <T_a>_B l_a(theta) + (lambda/2)|theta|^2.

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "experiment/experiment.hpp"
#include "num/real.hpp"

namespace calor::model {

using num::Real;

/// Value, gradient (d entries) and Hessian (d*d, row-major) of one function of theta.
template <Real R>
struct Jet {
  R value = 0;
  std::vector<R> gradient;
  std::vector<R> hessian;
};

template <Real R>
class Model {
 public:
  virtual ~Model() = default;

  /// d, the number of parameters.
  virtual int parameters() const = 0;

  /// Number of terms a = 0, 1, ... in the sum above; l_0 belongs to T_0 = 1.
  virtual int components() const = 0;

  /// Jets of all l_a at theta (d entries); out has components() entries.
  virtual void components_at(std::span<const R> theta, std::span<Jet<R>> out) const = 0;

  /// Number of outcomes x = 0, 1, ...; 0 if x is real.
  virtual int outcomes() const = 0;

  /// T(x) of a discrete outcome: components() integers.
  virtual std::vector<int> statistic(int outcome) const = 0;

  /// True if l_a does not depend on theta: T_a then only shifts the loss, and an ensemble keeps its mean given the
  /// other statistics instead of its value.
  virtual bool constant(int /*component*/) const { return false; }

  /// Real x has dimension() entries, given theta (and the row j of a fixed design, j < rows()) independent Gaussians
  /// with the means `mean` and the common standard deviation `stddev`. Discrete x: 0, 1, {} and 0.
  virtual int dimension() const { return outcomes() > 0 ? 0 : 1; }
  virtual int rows() const { return 1; }
  virtual std::vector<R> mean(std::span<const R>, int /*row*/) const { return {}; }
  virtual R stddev(std::span<const R>) const { return R(0); }

  /// T(x) of a real x (on that row of the design); only where outcomes() == 0.
  virtual std::vector<R> real_statistic(std::span<const R> x, int row) const;

  /// The same for one dimension and no design.
  std::vector<R> statistic_of(const R& x) const { return real_statistic(std::span<const R>(&x, 1), 0); }

  /// E[T_a(X)|theta], X uniform over the rows of a design.
  virtual std::vector<R> expected_statistic(std::span<const R> theta) const;

  /// Models with hidden units: one alternation hidden | x, x' | hidden at theta, outcomes()² entries, that of x -> x'
  /// at x' outcomes() + x. Empty for all others.
  virtual std::vector<R> alternation(std::span<const R>) const { return {}; }

  /// Distance from the real axis within which every l_a is analytic, any one parameter complex; infinity if entire.
  virtual R analytic_strip() const = 0;
  /// One parameter: whether they have singularities on the imaginary axis only.
  virtual bool imaginary_singularities() const { return false; }
};

/// -ln p(x|theta) of every outcome of a discrete model, from the jets of components_at.
template <Real R>
std::vector<R> energies(const Model<R>& model, std::span<const Jet<R>> jets);

/// Fisher information at theta, d*d row-major: F = E[Hessian of -ln p(X|theta)] = sum_a E[T_a|theta] l_a''; X uniform
/// over the rows of a design.
template <Real R>
std::vector<R> fisher(const Model<R>& model, std::span<const R> theta);

/// What `calor models` prints, and which models there are.
struct Description {
  std::string_view kind;
  std::string_view keys;
  std::string_view text;
};

const std::vector<Description>& registry();

/// The model of an experiment; `spec.kind` is one of the registry. Throws InputError if it is not.
template <Real R>
std::unique_ptr<Model<R>> make(const experiment::Model& spec);

}  // namespace calor::model
