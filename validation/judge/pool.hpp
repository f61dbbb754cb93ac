#pragma once
// The samples of one experiment that its estimators share, and what is known exactly of them.

#include <memory>
#include <string>
#include <vector>

#include "validation/judge/judge.hpp"
#include "validation/simulator/law.hpp"
#include "validation/simulator/setting.hpp"
#include "validation/simulator/stream.hpp"

namespace calor::judge {

/// A value of the data's statistic with its probability. Gaussian means of one dimension: nodes of a quadrature.
struct Type {
  std::vector<double> statistic;
  double weight = 0;
};

struct Exact;

/// Trajectories at t = 0 and at the experiment's last point; replicate r of the judgement uses [r most, r most + n).
struct Pool {
  experiment::Experiment experiment;  // its times are 0 and the last
  num::Rational first_time;           // the first point after 0 of the experiment as it was; 0 for none
  simulator::Options options;
  simulator::Setting setting;
  std::size_t most = 0;  // trajectories a replicate
  simulator::Sample sample;
  std::unique_ptr<simulator::Law> law;  // none: `no_law` says why
  std::string no_law;
  std::vector<Type> types;     // empty where there are too many or they do not exist
  bool discrete_data = false;  // `types` are all the values there are
  std::size_t letters = 0;  // outcomes of a discrete x; of counts: beyond them lies less than 1e-13 for the thetas seen
  std::vector<int> type;    // [trajectory], discrete data
  std::shared_ptr<const Exact> exact;  // see exact.hpp; may be none
  std::vector<double> log_given;       // [trajectory][type]: ln rho_t(theta | B), where law and types are there

  std::size_t last(std::size_t trajectory) const { return trajectory * sample.times + sample.times - 1; }
  const double* theta(std::size_t trajectory) const { return &sample.theta[last(trajectory) * sample.parameters]; }
  const double* x(std::size_t trajectory) const { return &sample.x[last(trajectory) * sample.width]; }
  const double* statistic(std::size_t trajectory) const {
    return &sample.statistic[(setting.stream ? last(trajectory) : trajectory) * sample.statistics];
  }
  bool fixed_data() const { return !setting.examples.empty(); }
  bool discrete_x() const { return letters > 0; }
};

/// Throws InputError for what cannot be simulated.
std::shared_ptr<Pool> make_pool(const experiment::Experiment& experiment, const Options& options);

/// All types of the data with their probabilities; empty if there are none or more than 3000.
std::vector<Type> types_of(const experiment::Experiment& experiment, const simulator::Setting& setting);

/// The columns of the data's statistic that the learner sees, row by row, of trajectories [from, from + n).
std::vector<double> data_columns(const Pool& pool, std::size_t from, std::size_t n, std::size_t& dimension);

/// p(x | type), [type][x], at the last time; only with discrete data and x, the law, and the equilibrium sampler.
std::vector<double> outcome_given_type(const Pool& pool);

/// Appends the subjects of one kind.
void add_information(Case& test, const std::shared_ptr<Pool>& pool, const Options& options);
void add_entropies(Case& test, const std::shared_ptr<Pool>& pool, const Options& options);
void add_thermodynamics(Case& test, const std::shared_ptr<Pool>& pool, const Options& options);

/// The exact value of a quantity at the last time, or nothing (and why, in test.left_out).
bool exact_value(Case& test, const Pool& pool, const std::string& quantity, double& value);

}  // namespace calor::judge
