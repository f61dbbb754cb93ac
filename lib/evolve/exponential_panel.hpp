#pragma once
// u' = -lambda u + s(t) for many lambda >= 0 at once, with s known at Gauss-Legendre nodes of a panel of time: s is
// interpolated, the exponential is exact (exponential collocation; M. Hochbruck, A. Ostermann, Acta Numerica 19, 209
// (2010), section 2.1), so stiffness costs nothing. Exponential convergence in the number of nodes where s is smooth.

#include <span>
#include <vector>

#include "num/eigen.hpp"

namespace calor::evolve {

/// Nodes and weights in [0, 1], and what the weights of exponential collocation are made of.
class PanelRule {
 public:
  explicit PanelRule(int order);

  const num::Vector<double>& node() const { return node_; }
  const num::Vector<double>& weight() const { return weight_; }
  Eigen::Index order() const { return node_.size(); }

  /// (order + 1) x order: int_0^c exp(-z (c - s)) l_k(s) ds for c at every node and, last, c = 1.
  num::Matrix<double> integrals(double z) const;

 private:
  /// l_k(x), k = 0 ...
  num::Vector<double> lagrange(double x) const;

  num::Vector<double> node_, weight_, barycentric_;
  num::Vector<double> inner_node_, inner_weight_;  // quadrature of the integrals, on [0, 1]
  std::vector<num::Matrix<double>> inner_;         // [c]: l_k(c - c x_q), one row a q
};

/// One panel of length h for one set of decay rates.
class PanelDecay {
 public:
  PanelDecay(const PanelRule& rule, const num::Vector<double>& rates, double h);

  /// Columns: u at the nodes and, last, at the end, from u at the start and the sources s at the nodes (n x order; may
  /// be empty for s = 0).
  num::Matrix<double> solve(const num::Vector<double>& start, const num::Matrix<double>& source) const;

 private:
  num::Matrix<double> decay_;                  // n x (order + 1)
  std::vector<num::Matrix<double>> integral_;  // [rate]: times h
};

/// A panel [start, start + length]; `point` is the index of the point at its end, -1 if there is none.
struct TimePanel {
  double start = 0, length = 0;
  int point = -1;
};

/// Panels from points[0] = 0 to the last point, cut at the points, of length at most `first` + their start.
std::vector<TimePanel> time_panels(std::span<const double> points, double first);

}  // namespace calor::evolve
