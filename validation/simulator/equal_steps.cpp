#include "validation/simulator/equal_steps.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <optional>

namespace calor::simulator {

namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using Index = Eigen::Index;

constexpr double lost = 1e-11;
constexpr double negligible = 2e-14;  // of the largest value

/// Weights of nodes 0, 1, ... in the interpolated value at x.
Vector sinc_weights(double x, Index nodes) {
  Vector out(nodes);
  for (Index j = 0; j < nodes; ++j) {
    const double z = M_PI * (x - static_cast<double>(j));
    out[j] = z == 0 ? 1 : std::sin(z) / z;
  }
  return out;
}

/// False if every second node does not determine the others.
bool smooth(const Vector& v) {
  const double top = v.cwiseAbs().maxCoeff();
  if (!std::isfinite(top)) return false;
  const Vector even = v(Eigen::seq(0, Eigen::last, 2));
  for (Index odd = 1; odd < v.size(); odd += 2)
    if (!(std::abs(sinc_weights(static_cast<double>(odd) / 2, even.size()).dot(even) - v[odd]) < lost * top))
      return false;
  return true;
}

/// The step on every m-th node.
Matrix thinned(const std::vector<Band>& bands, std::size_t m, Index nodes) {
  Matrix k = Matrix::Zero(nodes, nodes);
  for (std::size_t from = 0; from < bands.size(); ++from) {
    const Band& b = bands[from];
    const Vector share = sinc_weights(static_cast<double>(from) / static_cast<double>(m), nodes);
    for (std::size_t to = (b.first + m - 1) / m * m; to < b.first + b.value.size(); to += m)
      k.row(static_cast<Index>(to / m)) += b.value[to - b.first] * share.transpose();
  }
  return k;
}

/// Nothing if the density is not smooth enough. At an end of the grid it stops.
std::optional<Reached> thinned_steps(const std::vector<Band>& bands, std::size_t m, long steps,
                                     std::vector<double>& density) {
  const auto nodes = static_cast<Index>((density.size() - 1) / m + 1);
  Vector v(nodes);
  for (Index i = 0; i < nodes; ++i) v[i] = density[static_cast<std::size_t>(i) * m];
  if (!smooth(v)) return std::nullopt;
  Matrix power = thinned(bands, m, nodes);
  double floor = 0;
  for (long left = steps;; power = power * power) {
    if (left % 2 == 1) v = power * v;
    floor = negligible * v.maxCoeff();
    if (const Reached reached{v[0] > floor, v[nodes - 1] > floor}; reached.low || reached.high) return reached;
    if (!smooth(v)) return std::nullopt;
    if ((left /= 2) == 0) break;
  }
  for (std::size_t at = 0; at < density.size(); ++at) {
    const double sum = sinc_weights(static_cast<double>(at) / static_cast<double>(m), nodes).dot(v);
    density[at] = sum > floor ? sum : 0;
  }
  return Reached{};
}

}  // namespace

void one_step(const std::vector<Band>& bands, std::vector<double>& density) {
  std::vector<double> next(density.size());
  for (std::size_t i = 0; i < density.size(); ++i) {
    const double p = density[i];
    if (p == 0) continue;
    double* to = &next[bands[i].first];
    for (const double v : bands[i].value) *to++ += p * v;
  }
  density.swap(next);
}

Reached equal_steps(const std::vector<Band>& bands, long steps, std::vector<double>& density) {
  double one_by_one = 0;
  for (const Band& b : bands) one_by_one += static_cast<double>(b.value.size());
  one_by_one *= static_cast<double>(steps);
  for (std::size_t m = density.size() / 32; m > 1; m /= 2) {
    const double nodes = static_cast<double>(density.size()) / static_cast<double>(m);
    const double work = nodes * nodes * nodes * std::log2(static_cast<double>(steps) + 1) +
                        20 * nodes * static_cast<double>(density.size());
    if (work > one_by_one) break;
    if (const auto reached = thinned_steps(bands, m, steps, density)) return *reached;
  }
  for (; steps > 0; --steps) one_step(bands, density);
  return {};
}

}  // namespace calor::simulator
