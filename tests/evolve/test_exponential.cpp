// exp(-tH) v and its time integral: eigenvectors in double against the Chebyshev expansion in multiprecision.

#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <latch>
#include <vector>

#include "evolve/chebyshev.hpp"
#include "evolve/sinc.hpp"
#include "evolve/toeplitz.hpp"
#include "num/errors.hpp"
#include "num/parallel.hpp"

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

TEST_CASE("Chebyshev polynomials in double: against multiprecision, with a wide spectrum and many terms") {
  using num::Mp100;
  const double spacing = 0.13, diffusion = 0.14, temperature = 0.25;
  for (const int n : {150, 331}) {  // a learning coin: L = ln 2cosh(theta/2) - 0.1 theta
    ToeplitzPlusDiagonal<double> h{num::Vector<double>(n), num::Vector<double>(n)};
    num::Vector<double> v(n);
    for (int i = 0; i < n; ++i) {
      const double x = (i - n / 2) * spacing, slope = std::tanh(x / 2) / 2 - 0.1,
                   bend = 0.25 - std::pow(std::tanh(x / 2), 2) / 4;
      h.toeplitz[i] = -diffusion / (spacing * spacing) * sinc_second<double>(i);
      h.diagonal[i] = diffusion / temperature * (slope * slope / (4 * temperature) - bend / 2);
      v[i] = std::exp(-x * x / 0.3 + (std::log(2 * std::cosh(x / 2)) - 0.1 * x) / (2 * temperature));
    }
    const ToeplitzPlusDiagonal<Mp100> fine{h.toeplitz.cast<Mp100>(), h.diagonal.cast<Mp100>()};
    const double upper = h.upper(diffusion * M_PI * M_PI / (spacing * spacing));
    const std::vector<double> times{0, 0.1, 2, 60};
    const std::vector<Mp100> same(times.begin(), times.end());
    const std::vector<int> integrated{1, 3};
    const double epsilon = num::epsilon<double>();
    const auto rough = exponential_by_chebyshev(h, v, times, upper, epsilon, integrated);
    const auto exact = exponential_by_chebyshev(fine, v.cast<Mp100>(), same, Mp100(upper), Mp100("1e-25"), integrated);
    for (int j = 0; j < 4; ++j) {
      const double t = times[static_cast<std::size_t>(j)], allowed = epsilon * v.norm() * (4 + upper * t / 50);
      CAPTURE(t);
      CHECK((rough.state.col(j) - exact.state.col(j).cast<double>()).cwiseAbs().maxCoeff() < allowed);
      if (j % 2 == 0) continue;
      CHECK((rough.integral.col(j / 2) - exact.integral.col(j / 2).cast<double>()).cwiseAbs().maxCoeff() < t * allowed);
    }
  }
}

TEST_CASE("Toeplitz products in integers are those of matrices, up to the epsilon asked for") {
  using num::Mp100;
  constexpr int n = 23;
  num::Vector<Mp100> symbol(2 * n - 1);
  num::Matrix<Mp100> dense(n, n), columns(n, 3);
  for (int k = 0; k < 2 * n - 1; ++k) symbol[k] = Mp100((k * k) % 17 - 7) / (k + 3) * 1000;  // neither even nor odd
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) dense(i, j) = symbol[n - 1 + i - j];
    columns(i, 0) = Mp100(1) / (i + 1);
    columns(i, 1) = Mp100((i * 5) % 7 - 3) / 3 * Mp100("1e-40");
    columns(i, 2) = 0;
  }
  const num::Matrix<Mp100> exact = dense * columns;
  for (const char* epsilon : {"1e-20", "1e-60", "1e-99"}) {
    const num::Matrix<Mp100> off = toeplitz_times<Mp100>(symbol, columns, Mp100(epsilon)) - exact;
    for (int j = 0; j < 3; ++j) {
      const Mp100 scale = symbol.cwiseAbs().maxCoeff() * columns.col(j).cwiseAbs().maxCoeff();
      CHECK(off.col(j).cwiseAbs().maxCoeff() <= Mp100(epsilon) * scale);
    }
  }
  const num::Matrix<double> rough =
      toeplitz_times<double>(symbol.cast<double>(), columns.cast<double>(), num::epsilon<double>());
  CHECK((rough - exact.cast<double>()).cwiseAbs().maxCoeff() < 1e-11);
  columns(3, 1) = num::infinity<Mp100>();
  CHECK_THROWS_AS(toeplitz_times<Mp100>(symbol, columns, Mp100("1e-20")), InternalError);
}

TEST_CASE("threads that end leave no numbers of FLINT's behind") {
  const auto resident = [] {
    std::ifstream file("/proc/self/statm");
    long total = 0, pages = -1;
    file >> total >> pages;
    return pages * sysconf(_SC_PAGESIZE);
  };
  const long before = resident();
  for (int round = 0; round < 60; ++round) {
    std::latch both(2);
    num::parallel_for(2, 2, [&](int) {
      both.arrive_and_wait();  // an item each
      Integers many(40000);
      for (Eigen::Index i = 0; i < 40000; ++i) fmpz_set_ui(many.at(i), 1), fmpz_mul_2exp(many.at(i), many.at(i), 400);
    });
  }
  CHECK(resident() - before < 60'000'000);  // 200 MB without flint_cleanup
}

TEST_CASE("a Chebyshev expansion for fewer digits is as exact as asked") {
  using num::Mp100;
  constexpr int n = 31;
  ToeplitzPlusDiagonal<Mp100> h{num::Vector<Mp100>::Zero(n), num::Vector<Mp100>(n)};
  num::Vector<Mp100> v(n);
  for (int i = 0; i < n; ++i) {
    h.toeplitz[i] = i == 0 ? 2 : i == 1 ? -1 : 0;
    h.diagonal[i] = Mp100(i * i) / 200;
    v[i] = Mp100(1) / (1 + i);
  }
  const std::vector<Mp100> times{Mp100("0.3"), Mp100(40)};
  const std::vector<int> integrated{1};
  const auto exact = exponential_by_chebyshev(h, v, times, Mp100(9), num::epsilon<Mp100>(), integrated);
  for (const char* epsilon : {"1e-15", "1e-45"}) {
    const auto rough = exponential_by_chebyshev(h, v, times, Mp100(9), Mp100(epsilon), integrated);
    const Mp100 state = (rough.state - exact.state).cwiseAbs().maxCoeff(),
                integral = (rough.integral - exact.integral).cwiseAbs().maxCoeff();
    CHECK(state < Mp100(epsilon));
    CHECK(integral < 40 * Mp100(epsilon));
    CHECK(state + integral > 0);
  }
  v[2] = num::infinity<Mp100>();
  CHECK_THROWS_AS(exponential_by_chebyshev(h, v, times, Mp100(9), Mp100("1e-20")), InternalError);
}

}  // namespace calor::evolve
