// exp(-tH) v and its time integral: eigenvectors in double against the Chebyshev expansion in multiprecision.

#include <doctest/doctest.h>

#include <vector>

#include "evolve/chebyshev.hpp"

namespace calor::evolve {

TEST_CASE("eigenvectors and Chebyshev polynomials give the same exponential and the same integral") {
  constexpr int n = 7;
  ToeplitzPlusDiagonal<double> h{num::Vector<double>::Zero(n), num::Vector<double>(n)};
  ToeplitzPlusDiagonal<num::Mp100> fine{num::Vector<num::Mp100>::Zero(n), num::Vector<num::Mp100>(n)};
  num::Vector<double> v(n);
  num::Vector<num::Mp100> w(n);
  for (int i = 0; i < n; ++i) {
    h.toeplitz[i] = i == 0 ? 2 : i == 1 ? -1 : 0;  // positive definite
    h.diagonal[i] = 0.125 * i;
    v[i] = i % 3 - 0.5;
    fine.toeplitz[i] = h.toeplitz[i], fine.diagonal[i] = h.diagonal[i], w[i] = v[i];
  }
  const std::vector<double> times{0, 0.25, 2, 64};
  const std::vector<num::Mp100> same(times.begin(), times.end());
  const std::vector<int> integrated{1, 2, 3};
  const auto a = exponential_by_eigenvectors<double>(h, v, times, integrated);
  const auto b = exponential_by_chebyshev(fine, w, same, num::Mp100(5), num::epsilon<num::Mp100>(), integrated);
  CHECK((a.state - b.state.cast<double>()).cwiseAbs().maxCoeff() < 1e-14);
  CHECK((a.integral - b.integral.cast<double>()).cwiseAbs().maxCoeff() < 1e-14);
  // d/dt of the integral is the state: H integral(t) = v - state(t), in multiprecision
  for (int j = 0; j < 3; ++j)
    for (int i = 0; i < n; ++i) {
      const num::Vector<num::Mp100> column = b.integral.col(j), left = fine.dense() * column;
      CHECK(abs(num::Mp100(left[i] - (w[i] - b.state(i, j + 1)))) < num::Mp100(1e-46));
    }
}

}  // namespace calor::evolve
