#include "proven/poisson.hpp"

#include <cmath>

namespace calor::proven {

namespace {

Ball ratio(const Ball& mean, long last) { return mean / Ball(last + 2); }

}  // namespace

Ball poisson_tail_upper(const Ball& next, const Ball& mean, long last) { return next / (1 - ratio(mean, last)); }

Ball poisson_excess_upper(const Ball& next, const Ball& mean, long last) {
  const Ball q = ratio(mean, last), rest = 1 - q;
  return next * q / (rest * rest);
}

PoissonSeries poisson_series(const Ball& mean, long bits) {
  const double m = num::to_double(mean);
  PoissonSeries out;
  Ball small(1), weight = exp(-mean);
  arb_mul_2exp_si(small.get(), small.get(), -bits);
  for (long k = 0;; ++k) {
    out.weight.push_back(weight);
    weight *= mean / Ball(k + 1);
    if (static_cast<double>(k) < 2 * m) continue;
    out.tail_upper = poisson_tail_upper(weight, mean, k);
    out.excess_upper = poisson_excess_upper(weight, mean, k);
    if (out.tail_upper < small && out.excess_upper < small) return out;
  }
}

}  // namespace calor::proven
