#pragma once
// Samples of an experiment: data sets B, trajectories of the parameters and of what the model generates, and heat, work
// and path probabilities along them (theory.md sections 1 to 3, 5, 6).
//
// Theta: jump by Gillespie's direct method; gaussian-mean with constant langevin by its exact Gaussian transition; sgld
// by definition; any other langevin and sgd-diffusion by Euler–Maruyama in equal steps of at most `step` between the
// points of time (weak order 1). X: at equilibrium drawn from p(.|theta) at the points of time (with `follow`: after
// every move of Theta); lagging samplers by their exact kernel at fixed theta after every step of Theta (exactly, jump
// by jump, for jump learners), or in turns where the experiment has time.step. Temperature schedules of jump are held
// over each step.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "experiment/experiment.hpp"

namespace calor::simulator {

struct Options {
  std::uint64_t seed = 1;
  std::uint64_t first = 0;        // number of the first replicate
  std::size_t replicates = 1000;  // [first, first + replicates)
  double step = 0;                // longest step of Theta; 0: see setting.hpp
  int threads = 0;                // 0: all cores; does not change the result
  bool follow = false;            // equilibrium sampler: redraw X after every move of Theta, for heat_x and work_x
  std::size_t copies = 1;         // learners a data set: replicate r is taught data set r / copies
  bool transitions = false;       // jump: keep transitions and dwell
  bool examples = false;          // keep the examples of B (not for a stream)
  bool batches = false;           // a stream: keep the statistic of each step's examples
};

/// Arrays by replicate r, point of time t and entry; index (r times + t) width + i. Sums are from t = 0.
struct Sample {
  std::size_t replicates = 0, times = 0, parameters = 0, width = 0, statistics = 0, size = 0;
  std::vector<double> time;       // [t]
  std::vector<double> theta;      // [r][t][parameters]
  std::vector<double> x;          // [r][t][width]: outcome index; x; (row, response) for linear-regression
  std::vector<double> statistic;  // [r][t][statistics] for a stream (0 before the first example), else [r][statistics]
  std::vector<double> examples;   // [r][size][width], if asked for
  std::size_t steps = 0;          // of a stream, if asked for
  std::vector<double> batches;    // [r][step][statistics], if asked for: the mean over the examples of each step
  std::vector<int> state;         // [r][t], jump only

  std::vector<int> transitions;  // [r][from][to], jump, if asked for: over the whole time
  std::vector<double> dwell;     // [r][state]

  // [r][t] each
  std::vector<double> heat_theta;  // sum of changes of L_B (Sekimoto); a stream: of the loss of each step's examples
  std::vector<double> work_theta;  // a stream's, else 0
  std::vector<double> medium;    // entropy given to the medium by Theta: -đQ/T, sgld ln K/K^R, diffusion Stratonovich
  std::vector<double> forward;   // ln of the probability (density) of Theta's moves under the scheme
  std::vector<double> backward;  // the same of the moves undone in reverse order (minibatches averaged over; a stream:
                                 // the same examples). forward - backward estimates the entropy given to the medium,
                                 // except for sgd-diffusion where D depends on theta
  std::vector<double> heat_x, work_x;  // 0 at equilibrium without `follow`

  /// What a law is given of replicate r's data: the statistic; of a stream (which needs `batches`) those of all steps.
  std::vector<double> given(std::size_t r) const {
    const auto& all = steps > 0 ? batches : statistic;
    const std::size_t each = statistics * std::max<std::size_t>(1, steps);
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(r * each);
    return {begin, begin + static_cast<std::ptrdiff_t>(each)};
  }
};

/// Throws InputError for what cannot be simulated.
Sample simulate(const experiment::Experiment& experiment, const Options& options);

/// The longest step of Theta that `simulate` uses with these options (0 where the transition is exact or discrete).
double step_used(const experiment::Experiment& experiment, const Options& options);

}  // namespace calor::simulator
