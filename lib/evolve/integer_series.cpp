#include "evolve/integer_series.hpp"

#include <algorithm>

namespace calor::evolve {

using num::Matrix;
using num::Mp100;
using num::Vector;

namespace {

Mp100 largest(const ChebyshevSeries& c) {
  Mp100 out = 0;
  for (const Mp100& x : c) out = std::max(out, Mp100(abs(x)));
  return out;
}

/// Bits of the coefficients.
std::vector<long> bits_of(std::size_t times, std::span<const int> integrated, long point, long rough) {
  std::vector<long> out(times, rough > 0 ? std::min(rough, point) : point);
  for (const int j : integrated) out[static_cast<std::size_t>(j)] = point;
  out.resize(times + integrated.size(), point);
  return out;
}

}  // namespace

ChebyshevSeries without_tail(ChebyshevSeries c, const Mp100& epsilon) {
  const Mp100 small = largest(c) * epsilon / 16;
  while (c.size() > 1 && abs(c.back()) < small) c.pop_back();
  return c;
}

Propagated<Mp100> chebyshev_sums(const std::vector<ChebyshevSeries>& functions, std::span<const int> integrated,
                                 long rough, const Vector<Mp100>& v, long point,
                                 const std::function<void(Integers&, Integers&, Integers&)>& twice) {
  const Eigen::Index n = v.size();
  const auto columns = static_cast<Eigen::Index>(functions.size());
  const Eigen::Index times = columns - static_cast<Eigen::Index>(integrated.size());
  const auto bits = bits_of(static_cast<std::size_t>(times), integrated, point, rough);
  const long top = exponent(v.cwiseAbs().maxCoeff());
  std::vector<long> scale;  // the largest |c| of a function is below 2^scale
  std::size_t terms = 1;
  for (const auto& c : functions) {
    scale.push_back(exponent(largest(c)));
    terms = std::max(terms, c.size());
  }
  Integers before(n), here(n), next(n), sum(n * columns);
  for (Eigen::Index i = 0; i < n; ++i) to_integer(here.at(i), v[i], point - top);
  fmpz_t c;
  fmpz_init(c);
  for (std::size_t k = 0; k < terms; ++k) {
    for (std::size_t j = 0; j < functions.size(); ++j) {
      if (k >= functions[j].size()) continue;
      to_integer(c, functions[j][k], bits[j] - scale[j]);
      _fmpz_vec_scalar_addmul_fmpz(sum.at(static_cast<Eigen::Index>(j) * n), here.at(0), n, c);
    }
    if (k + 1 == terms) break;
    twice(here, before, next);
    if (k == 0) _fmpz_vec_scalar_fdiv_q_2exp(next.at(0), next.at(0), n, 1);  // T_1 = X
    before.swap(here);
    here.swap(next);
  }
  fmpz_clear(c);
  Matrix<Mp100> out(n, columns);
  for (Eigen::Index j = 0; j < columns; ++j)
    for (Eigen::Index i = 0; i < n; ++i) {
      const auto f = static_cast<std::size_t>(j);
      out(i, j) = from_integer(sum.at(j * n + i), top - point + scale[f] - bits[f]);
    }
  return {out.leftCols(times), out.rightCols(columns - times)};
}

}  // namespace calor::evolve
