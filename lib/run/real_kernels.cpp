#include "run/real_kernels.hpp"

#include "sampler/ou.hpp"

namespace calor::run {

using num::Matrix;

const thermo::XKernels& RealKernels::ou(double decay) {
  const std::lock_guard lock(guard_);
  auto& kernels = known_[decay];
  if (!kernels.empty()) return kernels;
  const Eigen::Index states = axes_.mean.rows();
  Eigen::Index columns = 0;
  for (const auto& x : axes_.grid) columns += x.size;
  kernels.assign(static_cast<std::size_t>(states), Matrix<double>::Zero(columns, columns));
  Eigen::Index first = 0;
  for (std::size_t row = 0; row < axes_.grid.size(); ++row) {
    const auto& x = axes_.grid[row];
    std::map<double, sampler::OuTransition> of_width;
    for (Eigen::Index i = 0; i < states; ++i) {
      const auto& transition = of_width.try_emplace(axes_.stddev[i], x, axes_.stddev[i], decay).first->second;
      kernels[static_cast<std::size_t>(i)].block(first, first, x.size, x.size) =
          transition.at(axes_.mean(i, static_cast<Eigen::Index>(row)));
    }
    first += x.size;
  }
  return kernels;
}

}  // namespace calor::run
