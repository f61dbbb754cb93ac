#include "evolve/exponential_panel.hpp"

#include <algorithm>
#include <cmath>

#include "evolve/time_nodes.hpp"

namespace calor::evolve {

namespace {

using Dense = num::Matrix<double>;
using Column = num::Vector<double>;

constexpr int inner_order = 28;
constexpr double reach = 40;  // e^{-40} is below half a unit round-off of 1

void gauss(int order, Column& node, Column& weight) {
  const std::vector<double> whole{1.0};
  const auto rule = gauss_nodes<double>(whole, 2, order);
  node = weight = Column(order);
  Eigen::Index k = 0;
  for (std::size_t j = 0; j < rule.times.size(); ++j)
    if (rule.weight[j] > 0) node[k] = rule.times[j], weight[k++] = rule.weight[j];
}

}  // namespace

PanelRule::PanelRule(int order) {
  gauss(order, node_, weight_);
  gauss(inner_order, inner_node_, inner_weight_);
  barycentric_ = Column::Ones(order);
  for (Eigen::Index k = 0; k < order; ++k)
    for (Eigen::Index l = 0; l < order; ++l)
      if (l != k) barycentric_[k] /= node_[k] - node_[l];
  for (Eigen::Index m = 0; m <= order; ++m) {
    const double c = m < order ? node_[m] : 1;
    inner_.emplace_back(inner_order, order);
    for (Eigen::Index q = 0; q < inner_order; ++q) inner_.back().row(q) = lagrange(c - c * inner_node_[q]).transpose();
  }
}

Column PanelRule::lagrange(double x) const {
  Column out(order());
  double product = 1;
  for (Eigen::Index k = 0; k < order(); ++k) {
    if (x == node_[k]) return Column::Unit(order(), k);
    product *= x - node_[k];
  }
  for (Eigen::Index k = 0; k < order(); ++k) out[k] = product * barycentric_[k] / (x - node_[k]);
  return out;
}

Dense PanelRule::integrals(double z) const {
  Dense out(order() + 1, order());
  for (Eigen::Index m = 0; m <= order(); ++m) {
    const double c = m < order() ? node_[m] : 1, range = std::min(c, reach / z);
    const Column weight = range * inner_weight_.array() * (-z * range * inner_node_.array()).exp();
    if (range == c) {
      out.row(m) = weight.transpose() * inner_[static_cast<std::size_t>(m)];
      continue;
    }
    Column sum = Column::Zero(order());
    for (Eigen::Index q = 0; q < inner_order; ++q) sum += weight[q] * lagrange(c - range * inner_node_[q]);
    out.row(m) = sum.transpose();
  }
  return out;
}

PanelDecay::PanelDecay(const PanelRule& rule, const Column& rates, double h) : decay_(rates.size(), rule.order() + 1) {
  for (Eigen::Index m = 0; m <= rule.order(); ++m) {
    const double c = m < rule.order() ? rule.node()[m] : 1;
    decay_.col(m) = (-h * c * rates.array()).exp();
  }
  for (const double rate : rates) integral_.push_back(h * rule.integrals(rate * h));
}

Dense PanelDecay::solve(const Column& start, const Dense& source) const {
  Dense out = start.asDiagonal() * decay_;
  if (source.size() == 0) return out;
  for (Eigen::Index j = 0; j < out.rows(); ++j)
    out.row(j) += source.row(j) * integral_[static_cast<std::size_t>(j)].transpose();
  return out;
}

std::vector<TimePanel> time_panels(std::span<const double> points, double first) {
  std::vector<TimePanel> out;
  double at = 0;
  for (std::size_t j = 1; j < points.size(); ++j) {
    while (at < points[j]) {
      const double end = 2 * at + first < points[j] ? 2 * at + first : points[j];
      out.push_back({at, end - at, end == points[j] ? static_cast<int>(j) : -1});
      at = end;
    }
  }
  return out;
}

}  // namespace calor::evolve
