#pragma once
// A table as quantities by times, and its experiment in words: what the formats for people share.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "table/table.hpp"

namespace calor::table {

/// Quantities as rows, times as columns.
struct Sheet {
  std::vector<std::string> times;
  std::vector<std::string> quantities;          // in the order in which the rows bring them up
  std::vector<std::vector<const Cell*>> cells;  // [quantity][time]; nullptr where absent. They point into the table.
};

Sheet sheet(const Table& table);

/// ("model", "bernoulli"), ("data", "size 8, target [0.3, 0.7]"), ..., ("method", "spectral, double"). Long values are
/// cut.
std::vector<std::pair<std::string, std::string>> summary(const Table& table);

/// "sampler.rate = 10, data.size = 8"; "" without a sweep.
std::string coordinates(const Table& table);

/// "estimated", "proven" or "mixed" (some of each), "" without cells.
std::string guarantees(const Table& table);

/// "I1, I2, I10", each identity once, in order.
std::string identities(const Table& table);

}  // namespace calor::table
