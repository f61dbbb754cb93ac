#include "validation/estimators/kd_tree.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace calor::estimators {

namespace {

constexpr std::size_t leaf_size = 12;

/// Adds one coordinate's difference d >= 0. Rounding is monotone, so bounds from boxes never exceed what points give.
double add(double so_far, double d, Norm norm) { return norm == Norm::max ? std::max(so_far, d) : so_far + d * d; }

double finish(double sum, Norm norm) { return norm == Norm::max ? sum : std::sqrt(sum); }

bool inside(double distance, double radius, bool strict) { return strict ? distance < radius : distance <= radius; }

}  // namespace

double distance(const double* a, const double* b, std::size_t dimension, Norm norm) {
  if (dimension == 1) return std::abs(*a - *b);
  double sum = 0;
  for (std::size_t c = 0; c < dimension; ++c) sum = add(sum, std::abs(a[c] - b[c]), norm);
  return finish(sum, norm);
}

KdTree::KdTree(Points points, Norm norm)
    : dimension_(points.dimension),
      norm_(points.dimension == 1 ? Norm::max : norm),
      order_(points.size()),
      rank_(points.size()) {
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  sorted_.assign(points.values.begin(), points.values.end());  // by index while building
  nodes_.reserve(4 * (points.size() / leaf_size + 1));
  build(0, points.size());
  for (std::size_t p = 0; p < order_.size(); ++p) {
    rank_[order_[p]] = p;
    std::copy_n(points.row(order_[p]), dimension_, sorted_.data() + p * dimension_);
  }
}

std::size_t KdTree::widest(std::size_t node) const {
  std::size_t best = 0;
  for (std::size_t c = 1; c < dimension_; ++c) {
    if (high(node)[c] - low(node)[c] > high(node)[best] - low(node)[best]) best = c;
  }
  return best;
}

std::size_t KdTree::build(std::size_t begin, std::size_t end) {
  const std::size_t node = nodes_.size();
  nodes_.push_back({begin, end, 0, 0});
  boxes_.resize(2 * (node + 1) * dimension_);
  for (std::size_t c = 0; c < dimension_; ++c) {
    const auto less = [&](std::size_t a, std::size_t b) { return place(a)[c] < place(b)[c]; };
    const auto range = std::minmax_element(order_.begin() + begin, order_.begin() + end, less);
    boxes_[2 * node * dimension_ + c] = place(*range.first)[c];
    boxes_[(2 * node + 1) * dimension_ + c] = place(*range.second)[c];
  }
  const std::size_t axis = widest(node), middle = begin + (end - begin) / 2;
  if (end - begin <= leaf_size || !(high(node)[axis] > low(node)[axis])) return node;
  std::nth_element(order_.begin() + begin, order_.begin() + middle, order_.begin() + end,
                   [&](std::size_t a, std::size_t b) { return place(a)[axis] < place(b)[axis]; });
  const std::size_t left = build(begin, middle), right = build(middle, end);
  nodes_[node].left = left;
  nodes_[node].right = right;
  return node;
}

double KdTree::nearest_distance(std::size_t node, const double* query) const {
  double sum = 0;
  for (std::size_t c = 0; c < dimension_; ++c) {
    sum = add(sum, std::max({low(node)[c] - query[c], query[c] - high(node)[c], 0.0}), norm_);
  }
  return finish(sum, norm_);
}

double KdTree::farthest_distance(std::size_t node, const double* query) const {
  double sum = 0;
  for (std::size_t c = 0; c < dimension_; ++c) {
    sum = add(sum, std::max(std::abs(low(node)[c] - query[c]), std::abs(high(node)[c] - query[c])), norm_);
  }
  return finish(sum, norm_);
}

void KdTree::search(std::size_t node, std::size_t i, std::size_t k, std::vector<Neighbour>& heap) const {
  const double* query = place(rank_[i]);
  const Node& n = nodes_[node];
  if (n.left == 0) {
    for (std::size_t p = n.begin; p < n.end; ++p) {
      if (order_[p] == i) continue;
      const Neighbour candidate{distance(query, place(p), dimension_, norm_), order_[p]};
      if (heap.size() == k && !(candidate < heap.front())) continue;
      if (heap.size() == k) {
        std::pop_heap(heap.begin(), heap.end());
        heap.pop_back();
      }
      heap.push_back(candidate);
      std::push_heap(heap.begin(), heap.end());
    }
    return;
  }
  const double to_left = nearest_distance(n.left, query), to_right = nearest_distance(n.right, query);
  const bool left_first = to_left <= to_right;
  // Equal distances are searched too: a smaller index may win.
  if (heap.size() < k || std::min(to_left, to_right) <= heap.front().distance)
    search(left_first ? n.left : n.right, i, k, heap);
  if (heap.size() < k || std::max(to_left, to_right) <= heap.front().distance)
    search(left_first ? n.right : n.left, i, k, heap);
}

std::vector<Neighbour> KdTree::nearest(std::size_t i, int k) const {
  std::vector<Neighbour> heap;
  heap.reserve(static_cast<std::size_t>(k));
  search(0, i, static_cast<std::size_t>(k), heap);
  std::sort_heap(heap.begin(), heap.end());
  return heap;
}

std::size_t KdTree::count_below(std::size_t node, const double* query, double radius, bool strict) const {
  const Node& n = nodes_[node];
  if (!inside(nearest_distance(node, query), radius, strict)) return 0;
  if (inside(farthest_distance(node, query), radius, strict)) return n.end - n.begin;
  if (n.left != 0) return count_below(n.left, query, radius, strict) + count_below(n.right, query, radius, strict);
  std::size_t found = 0;
  for (std::size_t p = n.begin; p < n.end; ++p) {
    if (inside(distance(query, place(p), dimension_, norm_), radius, strict)) ++found;
  }
  return found;
}

std::size_t KdTree::count(std::size_t i, double radius, bool strict) const {
  const std::size_t with_itself = count_below(0, place(rank_[i]), radius, strict);
  return with_itself - (inside(0, radius, strict) ? 1 : 0);
}

}  // namespace calor::estimators
