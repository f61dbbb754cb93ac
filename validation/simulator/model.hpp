#pragma once
// The models as the simulator knows them: written on their own, without lib/model, so that samples judge the solvers.
// All are linear in a statistic T(x): -ln p(x|theta) = energy(theta, T(x)) + base(x), and the loss of a data set
// without weight decay is energy(theta, <T>_B), up to what does not depend on theta.

#include <memory>
#include <vector>

#include "experiment/experiment.hpp"
#include "validation/simulator/stream.hpp"

namespace calor::simulator {

class Model {
 public:
  virtual ~Model() = default;

  /// d, the number of parameters.
  int parameters() const { return parameters_; }
  /// Entries of T.
  int statistics() const { return statistics_; }
  /// Outcomes of a discrete x, else 0.
  int outcomes() const { return outcomes_; }
  /// x is a whole number without bound (and outcomes() is 0).
  bool endless() const { return endless_; }
  /// Two-valued sites of x: outcome x with bit i flipped is a move of site i. 0 if there are none.
  int sites() const { return sites_; }
  /// Numbers that make one x: 1 for an outcome index, d for gaussian-mean, 2 (row, response) for linear-regression.
  int width() const { return width_; }

  /// T(x); x has width() entries.
  virtual void statistic(const double* x, double* t) const = 0;
  virtual double energy(const double* theta, const double* t) const = 0;
  /// The part of -ln p(x|theta) that does not depend on theta and is not in energy().
  virtual double base(const double* /*x*/) const { return 0; }
  /// Gradient of the energy, d entries.
  virtual void gradient(const double* theta, const double* t, double* out) const = 0;
  /// x ~ p(.|theta). Linear regression keeps x[0], the row of the design.
  virtual void draw(const double* theta, Stream& random, double* x) const = 0;
  /// Hidden units are drawn given x, then x given them; only models that have such units.
  virtual void alternate(const double* /*theta*/, Stream& /*random*/, double* /*x*/) const {}
  /// Standard deviation and mean of a Gaussian x (width() means; linear-regression: of x[1]).
  virtual double stddev(const double*) const { return 0; }
  virtual void mean(const double*, const double*, double*) const {}
  /// A bound, or a fair guess where theta has no bounds, of the largest curvature of the energy near `theta`.
  virtual double curvature(const double* theta) const = 0;

  /// -ln p(x|theta).
  double energy_of(const double* theta, const double* x) const;

 protected:
  int parameters_ = 0, statistics_ = 0, outcomes_ = 0, sites_ = 0, width_ = 1;
  bool endless_ = false;
};

/// Throws InputError for a kind that the simulator does not know.
std::unique_ptr<Model> make_model(const experiment::Experiment& experiment);

/// The parts of make_model.
std::unique_ptr<Model> make_discrete(const experiment::Model& spec);
std::unique_ptr<Model> make_poisson(const experiment::Experiment& experiment);
std::unique_ptr<Model> make_gaussian(const experiment::Model& spec);

}  // namespace calor::simulator
