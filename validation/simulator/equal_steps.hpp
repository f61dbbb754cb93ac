#pragma once
// Many equal steps of a density on a grid at once. A density is far smoother than the kernel of one short step, so
// every m-th node determines it (sinc interpolation); the step becomes a small matrix, and n steps its n-th power.

#include <cstddef>
#include <vector>

namespace calor::simulator {

/// Where a node's probability goes in one step: to the nodes `first`, `first` + 1, ..., in these shares.
struct Band {
  std::size_t first = 0;
  std::vector<double> value;
};

/// One step of `density` on the nodes of `bands`.
void one_step(const std::vector<Band>& bands, std::vector<double>& density);

/// Whether a density was seen to reach the ends of its grid.
struct Reached {
  bool low = false, high = false;
};

/// `steps` equal steps: through a coarser grid where that is less work and loses less than 1e-11 of the density's
/// largest value (as every second of its nodes shows on the way), one by one elsewhere. A coarser grid makes 0 of what
/// is below 2e-14 of the largest value. Where the result says that an end of the grid was reached, `density` is of no
/// use.
Reached equal_steps(const std::vector<Band>& bands, long steps, std::vector<double>& density);

}  // namespace calor::simulator
