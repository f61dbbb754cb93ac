#include <doctest/doctest.h>

#include <algorithm>

#include "tests/estimators/draws.hpp"
#include "validation/estimators/kd_tree.hpp"
#include "validation/estimators/neighbour_statistics.hpp"

namespace calor::neighbours_test {

using namespace estimators;
using test::Draws;

namespace {

std::vector<Neighbour> by_pairs(Points points, std::size_t i, std::size_t k, Norm norm) {
  std::vector<Neighbour> all;
  for (std::size_t j = 0; j < points.size(); ++j) {
    if (j != i) all.push_back({distance(points.row(i), points.row(j), points.dimension, norm), j});
  }
  std::sort(all.begin(), all.end());
  all.resize(k);
  return all;
}

std::size_t count_by_pairs(Points points, std::size_t i, double radius, bool strict, Norm norm) {
  std::size_t found = 0;
  for (std::size_t j = 0; j < points.size(); ++j) {
    const double d = distance(points.row(i), points.row(j), points.dimension, norm);
    if (j != i && (strict ? d < radius : d <= radius)) ++found;
  }
  return found;
}

/// Continuous points, or points of a coarse lattice with many ties and repeats.
std::vector<double> cloud(std::size_t n, std::size_t d, bool lattice, std::uint64_t seed) {
  Draws draws(seed);
  std::vector<double> values;
  for (std::size_t i = 0; i < n * d; ++i)
    values.push_back(lattice ? std::floor(6 * draws.uniform()) * 0.1 : draws.gaussian());
  return values;
}

}  // namespace

TEST_CASE("neighbours and counts of the tree are those of a loop over pairs, ties included") {
  for (const std::size_t d : {1, 2, 3, 5}) {
    for (const bool lattice : {false, true}) {
      for (const Norm norm : {Norm::max, Norm::euclidean}) {
        const auto values = cloud(300, d, lattice, d);
        const Points points{values, d};
        const KdTree tree(points, norm);
        bool nearest = true, counts = true;
        for (std::size_t i = 0; i < points.size(); ++i) {
          const auto expected = by_pairs(points, i, 7, norm);
          nearest = nearest && tree.nearest(i, 7) == expected;
          for (const bool strict : {true, false}) {
            const double radius = expected.back().distance;  // a point lies exactly on the boundary
            counts = counts && tree.count(i, radius, strict) == count_by_pairs(points, i, radius, strict, norm);
          }
        }
        CHECK(nearest);
        CHECK(counts);
      }
    }
  }
}

TEST_CASE("marginal counts are those of a loop over pairs, on the line too") {
  for (const std::size_t d : {1, 2}) {
    for (const bool lattice : {false, true}) {
      const auto values = cloud(250, d, lattice, 7 + d);
      const Points points{values, d};
      std::vector<double> radius;
      for (std::size_t i = 0; i < points.size(); ++i)
        radius.push_back(by_pairs(points, i, 4, Norm::max).back().distance);
      for (const bool strict : {true, false}) {
        const auto found = counts_within(points, radius, strict);
        bool same = true;
        for (std::size_t i = 0; i < points.size(); ++i) {
          same = same && found[i] == count_by_pairs(points, i, radius[i], strict, Norm::max);
        }
        CHECK(same);
      }
    }
  }
}

TEST_CASE("the tree takes repeated points and all neighbours") {
  const std::vector<double> same(40, 2.5);
  const KdTree tree({same, 2}, Norm::euclidean);
  const auto all = tree.nearest(5, 19);
  CHECK(all.size() == 19);
  CHECK(all.front() == Neighbour{0, 0});
  CHECK(all.back() == Neighbour{0, 19});
  CHECK(tree.count(5, 0, true) == 0);
  CHECK(tree.count(5, 0, false) == 19);
}

}  // namespace calor::neighbours_test
