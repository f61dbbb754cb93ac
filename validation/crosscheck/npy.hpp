#pragma once
// NumPy's file format, version 1.0 (numpy/lib/format.py): one array of doubles.

#include <span>
#include <string>
#include <vector>

namespace calor::crosscheck {

/// The bytes of a .npy file; `values` in C order, as many as the product of `shape`. Read it with numpy.load.
std::string npy(std::span<const double> values, const std::vector<std::size_t>& shape);

}  // namespace calor::crosscheck
