#pragma once
// Weights and tails of the Poisson distribution of mean m > 0, for uniformization: e^{tW} = sum_k w_k U^k.

#include <vector>

#include "proven/ball.hpp"

namespace calor::proven {

struct PoissonSeries {
  std::vector<Ball> weight;  // w_0 .. w_K
  Ball tail_upper;           // >= sum_{k>K} w_k
  Ball excess_upper;         // >= sum_{k>K} P(N > k)
};

/// >= sum_{k>K} w_k. `next` = w_{K+1}; the ratio of neighbours w_{k+1}/w_k = m/(k+1) is at most q = m/(K+2) < 1 from
/// there on, so the sum is at most next/(1 - q).
Ball poisson_tail_upper(const Ball& next, const Ball& mean, long last);

/// >= sum_{k>K} P(N > k) = sum_{j>K+1} (j - K - 1) w_j. With w_{K+2} = next m/(K+2) and the ratio q as above the sum is
/// at most w_{K+2} (1 + 2q + 3q² + ...) = next m/(K+2)/(1 - q)².
Ball poisson_excess_upper(const Ball& next, const Ball& mean, long last);

/// As many terms as leave less than 2^-bits of both.
PoissonSeries poisson_series(const Ball& mean, long bits);

}  // namespace calor::proven
