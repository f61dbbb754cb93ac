#pragma once
// Products of matrices in double. By BLIS, which has kernels for the processor that it finds itself on, where the build
// has it (Meson option `blis`) and it knows the processor; else by Eigen, compiled for any processor of its kind. The
// two differ by round-off.

#include "num/eigen.hpp"

namespace calor::num {

using ConstBlock = Eigen::Ref<const Matrix<double>, 0, Eigen::OuterStride<>>;
using Block = Eigen::Ref<Matrix<double>, 0, Eigen::OuterStride<>>;

/// out = a b; out must not overlap a and b.
void multiply(const ConstBlock& a, const ConstBlock& b, Block out);
/// out += a b; out must not overlap a and b.
void add_product(const ConstBlock& a, const ConstBlock& b, Block out);

}  // namespace calor::num
