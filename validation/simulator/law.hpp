#pragma once
// The law of what the simulator draws: ln of the density (probability, for jump) of Theta at a point of time given B.
// It is the law of the scheme itself, Euler steps included, so that estimators that need known likelihoods get the
// right ones for these samples, and <e^{-sigma}> = 1 holds at any step.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "validation/simulator/simulate.hpp"

namespace calor::simulator {

class Law {
 public:
  virtual ~Law() = default;

  /// At point `t` of the experiment's times; `statistic` as Sample::given. For jump theta is one of the states.
  virtual double log_density(std::size_t t, const double* theta, const double* statistic) = 0;

  /// Works out the densities for these statistics, on `threads` threads (0: all cores). Afterwards log_density and
  /// averages of them may be called from several threads.
  virtual void prepare(const std::vector<std::vector<double>>& /*statistics*/, int /*threads*/) {}

  /// At point `t`, of the loss with weight decay and of -ln of the density; `total` is the integral of the density, as
  /// far from 1 as it is wrong. Nothing where it is not at hand.
  struct Averages {
    double loss = 0, entropy = 0, total = 0;
  };
  virtual std::optional<Averages> averages(std::size_t /*t*/, const double* /*statistic*/) { return std::nullopt; }
};

/// Closed forms: gaussian-mean (langevin, sgld full or of a stream; sgd-diffusion in one dimension or of given data)
/// and linear-regression (langevin, sgld full or of a stream). jump: master equation. One parameter (langevin, sgld
/// full or minibatch or a stream, sgd-diffusion; counts: minibatches and sgd-diffusion not) and two (the same, as far
/// as the work is bearable; gaussian: langevin, full-batch sgld): Chapman–Kolmogorov on a uniform grid, densities to
/// about 1e-10 and 1e-9. Otherwise nothing, and `why` says so. The experiment must outlive the law.
std::unique_ptr<Law> make_law(const experiment::Experiment& experiment, const Options& options, std::string& why);

struct Setting;
/// The parts of make_law.
std::unique_ptr<Law> grid_law(Setting setting);
std::unique_ptr<Law> affine_law(Setting setting);
std::unique_ptr<Law> affine_stream_law(Setting setting);
std::unique_ptr<Law> plane_law(Setting setting, const Options& options, std::string& why);

}  // namespace calor::simulator
