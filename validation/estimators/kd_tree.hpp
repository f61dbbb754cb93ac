#pragma once
// k nearest neighbours and ball counts among n points, in the max or the Euclidean norm. Distances are those that a
// loop over all pairs computes, bit for bit: strict and non-strict counting differ by the points exactly on the
// boundary.

#include <cstddef>
#include <vector>

#include "validation/estimators/points.hpp"

namespace calor::estimators {

double distance(const double* a, const double* b, std::size_t dimension, Norm norm);

struct Neighbour {
  double distance = 0;
  std::size_t index = 0;
  friend auto operator<=>(const Neighbour&, const Neighbour&) = default;
};

class KdTree {
 public:
  KdTree(Points points, Norm norm);

  /// The k points nearest to point i, itself excluded, nearest first; of equally near points the smaller index. 1 <= k
  /// < n.
  std::vector<Neighbour> nearest(std::size_t i, int k) const;

  /// Number of points other than i at a distance from point i that is < radius (strict) or <= radius.
  std::size_t count(std::size_t i, double radius, bool strict) const;

  /// All points, near ones together: the order in which queries use the cache best.
  const std::vector<std::size_t>& order() const { return order_; }

 private:
  struct Node {
    std::size_t begin, end;   // in order_
    std::size_t left, right;  // in nodes_; 0: a leaf
  };

  std::size_t build(std::size_t begin, std::size_t end);
  std::size_t widest(std::size_t node) const;
  double nearest_distance(std::size_t node, const double* query) const;
  double farthest_distance(std::size_t node, const double* query) const;
  void search(std::size_t node, std::size_t i, std::size_t k, std::vector<Neighbour>& heap) const;
  std::size_t count_below(std::size_t node, const double* query, double radius, bool strict) const;

  const double* low(std::size_t node) const { return boxes_.data() + 2 * node * dimension_; }
  const double* high(std::size_t node) const { return low(node) + dimension_; }
  const double* place(std::size_t p) const { return sorted_.data() + p * dimension_; }

  std::size_t dimension_;
  Norm norm_;
  std::vector<std::size_t> order_, rank_;  // point at a place of the tree; place of a point
  std::vector<double> sorted_;             // coordinates by place
  std::vector<Node> nodes_;
  std::vector<double> boxes_;  // lowest, then highest coordinates of each node
};

}  // namespace calor::estimators
