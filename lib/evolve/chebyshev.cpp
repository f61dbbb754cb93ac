#include "evolve/chebyshev.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <unsupported/Eigen/FFT>
#include <vector>

#include "evolve/integer_series.hpp"
#include "evolve/toeplitz.hpp"
#include "num/errors.hpp"
#include "num/product.hpp"

namespace calor::evolve {

using num::Matrix;
using num::Mp100;
using num::Vector;

template <num::Real R>
std::vector<R> scaled_bessel(const R& z, const R& epsilon) {
  using std::log, std::sqrt;
  const double x = num::to_double(z), decades = 12 - num::to_double(R(log(epsilon)));
  // I_k/I_0 ~ exp(-k²/2z) for k < z and faster beyond: enough terms for epsilon, and half as many to start the
  // recurrence
  const int terms = static_cast<int>(std::sqrt(2 * x * decades) + decades) + 10;
  const int start = terms + terms / 2 + 20;
  if (x == 0) return {R(1)};
  std::vector<R> value(static_cast<std::size_t>(start) + 1, R(0));
  R above = 0, here = R(1e-200), sum = 0;
  for (int k = start; k >= 0; --k) {
    value[static_cast<std::size_t>(k)] = here;
    sum += k ? 2 * here : here;
    const R below = above + 2 * k / z * here;
    above = here;
    here = below;
    if (here > R(1e200)) {
      const R scale = R(1e-200);  // its square is 0 in double
      above *= scale, here *= scale, sum *= scale;
      for (int j = k; j <= start; ++j) value[static_cast<std::size_t>(j)] *= scale;
    }
  }
  for (auto& v : value) v /= sum;
  value.resize(static_cast<std::size_t>(terms));
  return value;
}

namespace {

/// Integrals G_k of exp(-y) I_k(y) from 0 to z from b_k = exp(-z) I_k(z): 2 (exp(-y) I_k)' = exp(-y) (I_{k-1} - 2 I_k +
/// I_{k+1}) (DLMF 10.29.1) gives G_{k-1} = 2 G_k - G_{k+1} + 2 b_k for k >= 1, hence G_k = 2 sum_{j>k} (j-k) b_j: all
/// terms positive.
template <num::Real R>
std::vector<R> integrated_bessel(const std::vector<R>& b) {
  std::vector<R> g(b.size(), R(0));
  R slope = 0;  // G_{k-1} - G_k
  for (std::size_t k = b.size(); k-- > 1;) {
    slope += 2 * b[k];
    g[k - 1] = g[k] + slope;
  }
  return g;
}

/// Coefficients of T_0, T_1, ...: b times `factor`, doubled beyond T_0, without what stays below epsilon.
template <num::Real R>
std::vector<R> coefficients(std::vector<R> b, const R& factor, const R& epsilon) {
  const R small = b.front() * epsilon / 16;
  while (b.size() > 1 && b.back() < small) b.pop_back();
  for (std::size_t k = 0; k < b.size(); ++k) b[k] *= k ? R(2 * factor) : factor;
  return b;
}

/// The coefficients for every time, exp(-z) [I_0(z) + 2 sum_k I_k(z) T_k(X)] with z = t upper/2, then those of the
/// integrals.
template <num::Real R>
std::vector<std::vector<R>> all_coefficients(std::span<const R> times, const R& upper, const R& epsilon,
                                             std::span<const int> integrated) {
  std::vector<std::vector<R>> bessel, out;
  for (const auto& t : times) bessel.push_back(scaled_bessel<R>(t * upper / 2, epsilon));
  for (const auto& b : bessel) out.push_back(coefficients<R>(b, R(1), epsilon));
  for (const int j : integrated)
    out.push_back(coefficients<R>(integrated_bessel<R>(bessel[static_cast<std::size_t>(j)]), R(2 / upper), epsilon));
  return out;
}

/// X = 1 - 2H/upper in units of 2^-point; |X_ij| <= 1, because 0 <= H <= upper.
class Scaled {
 public:
  Scaled(const ToeplitzPlusDiagonal<Mp100>& h, const Mp100& upper, long point)
      : point_(point), n_(h.diagonal.size()), toeplitz_(n_, h.band()), diagonal_(n_) {
    for (Eigen::Index k = 0; k < n_; ++k)
      to_integer(diagonal_.at(k), 1 - 2 * (h.toeplitz[0] + h.diagonal[k]) / upper, point);
    for (Eigen::Index k = 1, band = h.band(); k <= band; ++k)
      for (const Eigen::Index i : {band + k, band - k})
        to_integer(toeplitz_.symbol().at(i), -2 * h.toeplitz[k] / upper, point);
  }

  /// out = 2 X v - before.
  void twice(Integers& v, Integers& before, Integers& out) {
    fmpz* sum = toeplitz_.times(v);
    for (Eigen::Index i = 0; i < n_; ++i) fmpz_addmul(sum + i, diagonal_.at(i), v.at(i));
    _fmpz_vec_scalar_fdiv_q_2exp(sum, sum, n_, static_cast<ulong>(point_ - 1));
    _fmpz_vec_sub(out.at(0), sum, before.at(0), n_);
  }

 private:
  long point_;
  slong n_;
  IntegerToeplitz toeplitz_;
  Integers diagonal_;
};

/// A symmetric Toeplitz matrix as part of a circulant one.
class Circulant {
 public:
  explicit Circulant(const Vector<double>& toeplitz) : n_(static_cast<std::size_t>(toeplitz.size())) {
    fft_.SetFlag(Eigen::FFT<double>::HalfSpectrum);
    std::size_t size = 1;
    while (size < 2 * n_) size *= 2;
    in_.assign(size, 0);
    for (std::size_t k = 0; k < n_; ++k) {
      in_[k] = toeplitz[static_cast<Eigen::Index>(k)];
      if (k) in_[size - k] = in_[k];
    }
    fft_.fwd(symbol_, in_);
    std::fill(in_.begin(), in_.end(), 0.0);
  }

  /// out += T v.
  void add(const Vector<double>& v, Vector<double>& out) {
    std::copy(v.begin(), v.end(), in_.begin());
    fft_.fwd(waves_, in_);
    for (std::size_t k = 0; k < waves_.size(); ++k) waves_[k] *= symbol_[k].real();
    fft_.inv(product_, waves_, static_cast<Eigen::Index>(in_.size()));
    for (std::size_t i = 0; i < n_; ++i) out[static_cast<Eigen::Index>(i)] += product_[i];
  }

 private:
  std::size_t n_;
  Eigen::FFT<double> fft_;
  std::vector<double> in_, product_;  // in_: zeros beyond n
  std::vector<std::complex<double>> symbol_, waves_;
};

constexpr Eigen::Index vectors_at_once = 32;  // Chebyshev vectors that are added up at a time

}  // namespace

Propagated<Mp100> exponential_by_chebyshev(const ToeplitzPlusDiagonal<Mp100>& h, const Vector<Mp100>& v,
                                           std::span<const Mp100> times, const Mp100& upper, const Mp100& epsilon,
                                           std::span<const int> integrated, long rough) {
  require_finite(h, v);
  const auto functions = all_coefficients<Mp100>(times, upper, epsilon, integrated);
  const long point = point_for(epsilon);
  Scaled x(h, upper, point);
  return chebyshev_sums(functions, integrated, rough, v, point,
                        [&x](Integers& here, Integers& before, Integers& out) { x.twice(here, before, out); });
}

Propagated<double> exponential_by_chebyshev(const ToeplitzPlusDiagonal<double>& h, const Vector<double>& v,
                                            std::span<const double> times, const double& upper, const double& epsilon,
                                            std::span<const int> integrated) {
  require_finite(h, v);
  const auto c = all_coefficients<double>(times, upper, epsilon, integrated);
  std::size_t terms = 1;
  for (const auto& row : c) terms = std::max(terms, row.size());
  const auto columns = static_cast<Eigen::Index>(c.size()), n = v.size();
  Circulant toeplitz(-4 / upper * h.toeplitz);
  const Vector<double> diagonal = 2 - 4 / upper * h.diagonal.array();
  Vector<double> before = Vector<double>::Zero(n), here = v;
  Matrix<double> basis(n, vectors_at_once), table(vectors_at_once, columns), out = Matrix<double>::Zero(n, columns);
  for (std::size_t from = 0; from < terms; from += vectors_at_once) {
    const auto count = static_cast<Eigen::Index>(std::min<std::size_t>(vectors_at_once, terms - from));
    for (Eigen::Index k = 0; k < count; ++k) {
      basis.col(k) = here;
      before = diagonal.cwiseProduct(here) - before;  // 2 X T_k - T_{k-1}
      toeplitz.add(here, before);
      if (from == 0 && k == 0) before /= 2;  // T_1 = X
      before.swap(here);
    }
    for (Eigen::Index j = 0; j < columns; ++j)
      for (Eigen::Index k = 0; k < count; ++k) {
        const auto& row = c[static_cast<std::size_t>(j)];
        const std::size_t at = from + static_cast<std::size_t>(k);
        table(k, j) = at < row.size() ? row[at] : 0.0;
      }
    num::add_product(basis.leftCols(count), table.topRows(count), out);
  }
  const auto m = static_cast<Eigen::Index>(times.size());
  return {out.leftCols(m), out.rightCols(columns - m)};
}

template std::vector<double> scaled_bessel(const double&, const double&);

}  // namespace calor::evolve
