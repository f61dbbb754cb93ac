#pragma once
// An experiment in doubles, as the walk needs it.

#include <algorithm>
#include <memory>
#include <vector>

#include "experiment/experiment.hpp"
#include "validation/simulator/model.hpp"

namespace calor::simulator {

/// A constant, or piecewise linear in time and constant beyond its ends.
class Schedule {
 public:
  Schedule() = default;
  explicit Schedule(const experiment::Schedule& schedule);
  bool constant() const { return times_.empty(); }
  double at(double t) const;
  double least() const { return *std::min_element(values_.begin(), values_.end()); }

 private:
  std::vector<double> times_, values_{0};
};

enum class Mover { euler, gaussian, sgld, diffusion, jump };

struct Setting {
  const experiment::Experiment* experiment = nullptr;
  std::unique_ptr<Model> model;
  Mover mover = Mover::euler;
  Schedule mobility, temperature, learning_rate;
  double weight_decay = 0;
  std::vector<double> start_mean, start_stddev;

  // jump
  std::vector<std::vector<double>> states;
  std::vector<double> start_probability;
  double jump_rate = 1;
  std::string acceptance;

  // data
  std::vector<double> target;                      // discrete: p*
  std::vector<double> target_mean, target_stddev;  // Gaussian, a dimension; linear-regression: weights, one stddev;
                                                   // counts: theta of the target if it has no list
  std::vector<std::vector<double>> examples;       // fixed data: x of each example
  int size = 0;                                    // N; 0 for a stream
  int batch = 0;                                   // examples a step of sgld sees; 0: all
  bool stream = false;

  // x
  std::string sampler;
  double rate = 0, probability = 1;
  int sweeps = 0;
  double turn = 0;  // time.step; 0: continuous

  std::vector<double> times;
  double micro = 0;  // longest step of Theta

  /// Steps of Theta over a span of time in which it moves by itself.
  long steps_over(double span) const;
  bool equilibrium() const { return sampler == "equilibrium"; }
};

/// `step`: longest step of Theta in units of time, 0 for the default: 0.02 over the largest rate (mobility times
/// curvature of the loss, and rate of X's moves if X lags). The experiment must outlive the setting. Throws InputError.
Setting make_setting(const experiment::Experiment& experiment, double step);

}  // namespace calor::simulator
