#include "run/real_kernels.hpp"

#include "sampler/ou.hpp"

namespace calor::run {

using num::Matrix;

const thermo::XKernels& RealKernels::ou(double decay) {
  const std::lock_guard lock(guard_);
  auto& kernels = known_[{true, decay}];
  if (!kernels.empty()) return kernels;
  const Eigen::Index states = axes_.mean.rows(), columns = spaces_.x_weight.size();
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

const thermo::XKernels& RealKernels::heat_bath(double kept) {
  const std::lock_guard lock(guard_);
  auto& kernels = known_[{false, kept}];
  if (!kernels.empty()) return kernels;
  const Eigen::Index columns = spaces_.x_weight.size();
  for (Eigen::Index i = 0; i < axes_.mean.rows(); ++i) {
    Matrix<double> kernel = Matrix<double>::Zero(columns, columns);
    Eigen::Index first = 0;
    for (const auto& x : axes_.grid) {  // the row of the design stays
      const auto own = spaces_.conditional.row(i).segment(first, x.size);
      kernel.block(first, first, x.size, x.size) =
          (1 - kept) * x.spacing * own.transpose() * Eigen::RowVectorXd::Ones(x.size);
      first += x.size;
    }
    kernel.diagonal().array() += kept;
    kernels.push_back(std::move(kernel));
  }
  return kernels;
}

}  // namespace calor::run
