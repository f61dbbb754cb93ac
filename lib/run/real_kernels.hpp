#pragma once
// An x on the real line that lags behind Theta: the kernels of X at each state or node of Theta, on the uniform grid of
// x in each row of a design. Double precision.
//
// X at fixed theta: `ou`, sampler/ou.hpp; `heat-bath`, P -> f P + (1 - f) p(.|theta) int P, f = exp(-rate time) or 1 -
// probability; f = 0: X is drawn anew.

#include <map>
#include <mutex>

#include "grid/grid.hpp"
#include "thermo/lagged.hpp"

namespace calor::run {

/// Where p(x|theta) lies: one grid a row of the design.
struct RealAxes {
  std::vector<grid::Grid<double>> grid;
  num::Matrix<double> mean;    // states (or nodes) x rows
  num::Vector<double> stddev;  // [state]
};

/// X's kernels at all states, made once for all data sets.
class RealKernels {
 public:
  RealKernels(RealAxes axes, info::Spaces<double> spaces) : axes_(std::move(axes)), spaces_(std::move(spaces)) {}

  /// `ou` over a time, decay = rate * time > 0.
  const thermo::XKernels& ou(double decay);
  /// A share `kept` in [0, 1) of X stays, the rest is drawn anew.
  const thermo::XKernels& heat_bath(double kept);

 private:
  RealAxes axes_;
  info::Spaces<double> spaces_;
  std::mutex guard_;
  std::map<std::pair<bool, double>, thermo::XKernels> known_;
};

}  // namespace calor::run
