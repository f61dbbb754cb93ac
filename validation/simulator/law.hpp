#pragma once
// The law of what the simulator draws: ln of the density (probability, for jump) of Theta at a point of time given B.
// It is the law of the scheme itself, Euler steps included, so that estimators that need known likelihoods get the
// right ones for these samples, and <e^{-sigma}> = 1 holds at any step.

#include <memory>
#include <string>

#include "validation/simulator/simulate.hpp"

namespace calor::simulator {

class Law {
 public:
  virtual ~Law() = default;

  /// At point `t` of the experiment's times; `statistic` as in Sample. For jump theta is one of the states.
  virtual double log_density(std::size_t t, const double* theta, const double* statistic) = 0;
};

/// gaussian-mean (langevin with constant mobility and temperature, full-batch sgld): closed form. jump: master
/// equation. One parameter and discrete x (langevin, sgld full or minibatch, sgd-diffusion): Chapman–Kolmogorov on a
/// uniform grid, densities to about 1e-10. Otherwise nothing, and `why` says so. The experiment must outlive the law;
/// not thread-safe.
std::unique_ptr<Law> make_law(const experiment::Experiment& experiment, const Options& options, std::string& why);

struct Setting;
/// The parts of make_law.
std::unique_ptr<Law> grid_law(Setting setting);

}  // namespace calor::simulator
