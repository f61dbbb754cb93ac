#pragma once
// An x on the real line that lags behind Theta: the kernels of X at each state or node of Theta, on the uniform grid of
// x in each row of a design. Double precision.
//
// X at fixed theta: `ou`, sampler/ou.hpp.

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
  explicit RealKernels(RealAxes axes) : axes_(std::move(axes)) {}

  /// `ou` over a time, decay = rate * time > 0.
  const thermo::XKernels& ou(double decay);

 private:
  RealAxes axes_;
  std::mutex guard_;
  std::map<double, thermo::XKernels> known_;
};

}  // namespace calor::run
