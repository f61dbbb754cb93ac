#include "validation/crosscheck/npy.hpp"

#include <bit>
#include <cstring>
#include <functional>
#include <numeric>

#include "num/errors.hpp"

namespace calor::crosscheck {

std::string npy(std::span<const double> values, const std::vector<std::size_t>& shape) {
  if (std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>()) != values.size())
    throw InternalError("an array that does not have its shape");
  std::string header = std::string("{'descr': '") + (std::endian::native == std::endian::little ? "<" : ">") +
                       "f8', 'fortran_order': False, 'shape': (";
  for (const std::size_t n : shape) header += std::to_string(n) + ",";
  header += "), }";
  // Magic (6), version (2), length of the header (2, little endian), header: a multiple of 64 bytes that ends in \n.
  constexpr std::size_t before = 10;
  header.append(63 - (before + header.size()) % 64, ' ');
  header += '\n';
  std::string out = "\x93NUMPY";
  out += {'\x01', '\x00', static_cast<char>(header.size() & 255U), static_cast<char>(header.size() >> 8U)};
  out += header;
  const std::size_t at = out.size();
  out.resize(at + values.size_bytes());
  if (!values.empty()) std::memcpy(out.data() + at, values.data(), values.size_bytes());
  return out;
}

}  // namespace calor::crosscheck
