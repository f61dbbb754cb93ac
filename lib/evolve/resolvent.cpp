#include "evolve/resolvent.hpp"

#include <Eigen/SparseCholesky>
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "evolve/chebyshev.hpp"
#include "evolve/integer_series.hpp"
#include "evolve/toeplitz.hpp"
#include "num/errors.hpp"

namespace calor::evolve {

namespace {

using num::Matrix;
using num::Mp100;
using num::Mp200;
using num::Vector;

constexpr double polynomial_reach = 900;  // t |H| until which polynomials of H are taken
constexpr double widest = 16;             // ratio of the times that share a resolvent

double decimals(const Mp100& epsilon) { return -num::to_double(Mp100(log10(epsilon))); }

[[noreturn]] void refuse_long_times() {
  throw AccuracyError(
      "the spectral solver cannot go over times so much longer than the fastest wave of the grid; allowed: about 1e16 "
      "times as long");
}

/// Cholesky's factor of a positive definite matrix, dense or, where most of it is 0, sparse.
class Factor {
 public:
  explicit Factor(const ToeplitzPlusDiagonal<double>& m) {
    const Eigen::Index n = m.diagonal.size(), band = m.band();
    if (4 * band > n) {
      dense_.compute(m.dense());
      if (dense_.info() != Eigen::Success) refuse_long_times();
      return;
    }
    Eigen::SparseMatrix<double> lower(n, n);
    lower.reserve(Eigen::VectorXi::Constant(n, static_cast<int>(band) + 1));
    for (Eigen::Index j = 0; j < n; ++j)
      for (Eigen::Index i = j; i < n && i <= j + band; ++i)
        lower.insert(i, j) = m.toeplitz[i - j] + (i == j ? m.diagonal[i] : 0);
    sparse_ = std::make_unique<Sparse>(lower);
    if (sparse_->info() != Eigen::Success) refuse_long_times();
  }

  void solve(Vector<double>& x) const {
    if (!sparse_)
      dense_.solveInPlace(x);
    else
      x = Vector<double>(sparse_->solve(x));
  }

 private:
  using Sparse = Eigen::SimplicialLLT<Eigen::SparseMatrix<double>, Eigen::Lower, Eigen::NaturalOrdering<int>>;
  Eigen::LLT<Matrix<double>> dense_;
  std::unique_ptr<Sparse> sparse_;
};

/// x = A v, A = (1 + gamma H)^-1. With M = 1 + gamma H and |M| < 2^excess, N = M/2^excess and what is left of the
/// right-hand side are integers in units of 2^-point_; a correction found in double has 60 bits at most, so that N
/// needs no more than the bits that it and the remainder have between them.
class Resolvent {
 public:
  Resolvent(const ToeplitzPlusDiagonal<Mp100>& h, const Mp100& upper, const Mp100& gamma, long point)
      : n_(h.diagonal.size()),
        excess_(exponent(1 + gamma * upper)),
        given_(point),
        point_(point + excess_ + guard),
        band_(h.band()),
        factor_(in_double(h, gamma)),
        toeplitz_(band_ + 1),
        diagonal_(n_),
        rest_(n_),
        step_(n_) {
    for (Eigen::Index k = 0; k < n_; ++k) to_integer(diagonal_.at(k), 1 + gamma * h.diagonal[k], point_ - excess_);
    for (Eigen::Index k = 0; k <= band_; ++k) to_integer(toeplitz_.at(k), gamma * h.toeplitz[k], point_ - excess_);
  }

  /// v and x in units of 2^-point.
  void times(Integers& v, Integers& x) {
    _fmpz_vec_scalar_mul_2exp(rest_.at(0), v.at(0), n_, guard);
    _fmpz_vec_zero(x.at(0), n_);
    Vector<double> delta(n_);
    long before = 1L << 30;
    while (true) {
      const long bits = std::labs(_fmpz_vec_max_bits(rest_.at(0), n_));
      if (bits <= guard - 8) break;
      if (bits > before - 4) refuse_long_times();
      before = bits;
      for (Eigen::Index i = 0; i < n_; ++i) delta[i] = scaled(rest_.at(i), bits);
      factor_.solve(delta);
      // what x is off by, in its units: delta 2^(bits + excess)
      int top = 0;
      std::frexp(delta.cwiseAbs().maxCoeff(), &top);
      const long length = std::min<long>(60, bits + excess_ + top), shift = bits + excess_ + top - length;
      if (length <= 0) break;
      for (Eigen::Index i = 0; i < n_; ++i)
        fmpz_set_si(step_.at(i), std::lrint(std::ldexp(delta[i], static_cast<int>(length) - top)));
      _fmpz_vec_scalar_addmul_si_2exp(x.at(0), step_.at(0), n_, 1, static_cast<ulong>(shift));
      subtract(shift, length);
    }
    _fmpz_vec_scalar_fdiv_q_2exp(x.at(0), x.at(0), n_, static_cast<ulong>(point_ - given_));
  }

 private:
  static constexpr long guard = 16;

  /// N without its last bits.
  struct Shortened {
    IntegerToeplitz toeplitz;
    Integers diagonal;
    Shortened(Eigen::Index n, Eigen::Index band) : toeplitz(n, band), diagonal(n) {}
  };

  static ToeplitzPlusDiagonal<double> in_double(const ToeplitzPlusDiagonal<Mp100>& h, const Mp100& gamma) {
    ToeplitzPlusDiagonal<double> m{Vector<double>(h.toeplitz.size()), Vector<double>(h.diagonal.size())};
    for (Eigen::Index k = 0; k < h.diagonal.size(); ++k) {
      m.toeplitz[k] = num::to_double(Mp100(gamma * h.toeplitz[k]));
      m.diagonal[k] = num::to_double(Mp100(1 + gamma * h.diagonal[k]));
    }
    return m;
  }

  static double scaled(const fmpz_t x, long bits) {
    slong e = 0;
    const double mantissa = fmpz_get_d_2exp(&e, x);
    return std::ldexp(mantissa, static_cast<int>(e - bits));
  }

  /// rest -= N step 2^shift, where |step| < 2^length.
  void subtract(long shift, long length) {
    const long digits_of_n = std::lrint(std::ceil(std::log2(static_cast<double>(n_))));
    const long spare = std::max<long>(0, point_ - shift - length - digits_of_n - 2) / 32 * 32;
    auto& n = shortened(spare);
    fmpz* product = n.toeplitz.times(step_);
    for (Eigen::Index i = 0; i < n_; ++i) fmpz_addmul(product + i, n.diagonal.at(i), step_.at(i));
    const long down = point_ - shift - spare;
    _fmpz_vec_scalar_fdiv_q_2exp(product, product, n_, static_cast<ulong>(down));
    _fmpz_vec_sub(rest_.at(0), rest_.at(0), product, n_);
  }

  Shortened& shortened(long spare) {
    auto& out = shortened_[spare];
    if (out) return *out;
    out = std::make_unique<Shortened>(n_, band_);
    const auto by = static_cast<ulong>(spare);
    _fmpz_vec_scalar_fdiv_q_2exp(out->diagonal.at(0), diagonal_.at(0), n_, by);
    for (Eigen::Index k = 0; k <= band_; ++k)
      for (const Eigen::Index i : {band_ + k, band_ - k})
        fmpz_fdiv_q_2exp(out->toeplitz.symbol().at(i), toeplitz_.at(k), by);
    return *out;
  }

  Eigen::Index n_;
  long excess_, given_, point_;
  Eigen::Index band_;
  Factor factor_;
  Integers toeplitz_, diagonal_;  // of N
  Integers rest_, step_;
  std::map<long, std::unique_ptr<Shortened>> shortened_;
};

/// With X = 2A - 1 = cos(phi), H = tan²(phi/2)/gamma: the coefficients of exp(-tH) and of its integral over time come
/// from their values at Chebyshev points, in numbers that have more digits than epsilon, to which they fall.
template <num::Real R>
class CosineTransform {
 public:
  CosineTransform(std::size_t terms, const Mp100& gamma) : k_(terms), gamma_(gamma) {
    for (std::size_t i = 0; i < 4 * k_; ++i)
      cosine_.push_back(cos(num::pi<R>() * static_cast<long>(i) / (2 * static_cast<long>(k_))));
    for (std::size_t j = 0; j < k_; ++j) {
      const R& c = cosine_[2 * j + 1];
      rate_.push_back((1 - c) / (1 + c));  // tan²(phi/2)
    }
  }

  ChebyshevSeries exponential(const Mp100& t) const {
    std::vector<R> f;
    for (const R& r : rate_) f.push_back(exp(R(-R(t) / gamma_ * r)));
    return of(f);
  }

  ChebyshevSeries integral(const Mp100& t) const {
    std::vector<R> f;
    for (const R& r : rate_) f.push_back(-gamma_ / r * expm1(R(-R(t) / gamma_ * r)));
    return of(f);
  }

 private:
  ChebyshevSeries of(const std::vector<R>& values) const {
    ChebyshevSeries out;
    for (std::size_t k = 0; k < k_; ++k) {
      R sum = 0;
      for (std::size_t j = 0; j < k_; ++j) sum += values[j] * cosine_[k * (2 * j + 1) % (4 * k_)];
      out.emplace_back(R(sum * (k ? 2 : 1) / static_cast<long>(k_)));
    }
    return out;
  }

  std::size_t k_;
  R gamma_;
  std::vector<R> cosine_;  // of pi i/2k
  std::vector<R> rate_;    // gamma H at the points
};

/// t/gamma of the earliest time of a group; that of the latest is at most `widest` times as large (measured: the
/// fewest terms, about 110, 155, 230 for 30, 45, 70 digits).
double earliest(double decimals) { return 0.4 * decimals; }

std::size_t likely_terms(double decimals) { return static_cast<std::size_t>(24 + 3.2 * decimals); }

/// Of an expansion in polynomials of H.
double products_of_h(double z, double decimals) { return std::sqrt(z * M_LN10 * decimals); }

/// How many resolvents serve the times, until t |H| = z, that polynomials of H do not.
int groups_for(double z) {
  if (z <= polynomial_reach) return 0;
  return std::max(1, static_cast<int>(std::ceil(std::log(z / polynomial_reach) / std::log(widest))));
}

/// Whether the last of the coefficients are smaller than epsilon of the largest.
bool resolved(const ChebyshevSeries& c, const Mp100& epsilon) {
  return without_tail(c, epsilon).size() + c.size() / 16 < c.size();
}

/// exp(-tH) for all times, then its integrals.
template <num::Real R>
std::vector<ChebyshevSeries> functions_of(const Mp100& gamma, std::span<const Mp100> times, const Mp100& epsilon,
                                          std::span<const int> integrated) {
  std::vector<ChebyshevSeries> out;
  for (std::size_t terms = likely_terms(decimals(epsilon)); out.empty(); terms += terms / 4) {
    const CosineTransform<R> transform(terms, gamma);
    bool enough = true;
    const auto add = [&](const ChebyshevSeries& c) {
      enough = enough && resolved(c, epsilon);
      out.push_back(without_tail(c, epsilon));
    };
    for (std::size_t j = 0; enough && j < times.size(); ++j) add(transform.exponential(times[j]));
    for (std::size_t j = 0; enough && j < integrated.size(); ++j)
      add(transform.integral(times[static_cast<std::size_t>(integrated[j])]));
    if (!enough) out.clear();
  }
  return out;
}

Propagated<Mp100> by_one_resolvent(const ToeplitzPlusDiagonal<Mp100>& h, const Vector<Mp100>& v,
                                   std::span<const Mp100> times, const Mp100& upper, const Mp100& epsilon,
                                   std::span<const int> integrated, long rough) {
  const Mp100 gamma = times.front() / Mp100(earliest(decimals(epsilon)));
  const auto functions = decimals(epsilon) < 90 ? functions_of<Mp100>(gamma, times, epsilon, integrated)
                                                : functions_of<Mp200>(gamma, times, epsilon, integrated);
  const long point = point_for(epsilon);
  Resolvent resolvent(h, upper, gamma, point);
  const Eigen::Index n = v.size();
  return chebyshev_sums(functions, integrated, rough, v, point,
                        [&resolvent, n](Integers& here, Integers& before, Integers& out) {
                          resolvent.times(here, out);  // 2 (2 A - 1) here - before
                          _fmpz_vec_scalar_mul_2exp(out.at(0), out.at(0), n, 1);
                          _fmpz_vec_sub(out.at(0), out.at(0), here.at(0), n);
                          _fmpz_vec_scalar_mul_2exp(out.at(0), out.at(0), n, 1);
                          _fmpz_vec_sub(out.at(0), out.at(0), before.at(0), n);
                        });
}

}  // namespace

Propagated<Mp100> exponential_by_resolvents(const ToeplitzPlusDiagonal<Mp100>& h, const Vector<Mp100>& v,
                                            std::span<const Mp100> times, const Mp100& upper, const Mp100& epsilon,
                                            std::span<const int> integrated, long rough) {
  require_finite(h, v);
  const Mp100 early = Mp100(polynomial_reach) / upper;
  const double z = num::to_double(Mp100(times.back() * upper));
  const int groups = groups_for(z);
  const Mp100 ratio = groups > 0 ? std::pow(z / polynomial_reach, 1.0 / groups) : 1;
  Propagated<Mp100> out{Matrix<Mp100>(v.size(), static_cast<Eigen::Index>(times.size())),
                        Matrix<Mp100>(v.size(), static_cast<Eigen::Index>(integrated.size()))};
  Mp100 limit = early;
  std::size_t first_sum = 0;
  std::size_t first = 0, next = 0;
  for (int group = 0; group <= groups; ++group, first = next, limit *= ratio) {
    while (next < times.size() && (times[next] <= limit || group == groups)) ++next;
    std::vector<int> sums;
    while (first_sum + sums.size() < integrated.size() &&
           static_cast<std::size_t>(integrated[first_sum + sums.size()]) < next)
      sums.push_back(integrated[first_sum + sums.size()] - static_cast<int>(first));
    if (next == first) continue;
    const auto here = times.subspan(first, next - first);
    const auto part = group == 0 ? exponential_by_chebyshev(h, v, here, upper, epsilon, sums, rough)
                                 : by_one_resolvent(h, v, here, upper, epsilon, sums, rough);
    out.state.middleCols(static_cast<Eigen::Index>(first), part.state.cols()) = part.state;
    out.integral.middleCols(static_cast<Eigen::Index>(first_sum), part.integral.cols()) = part.integral;
    first_sum += sums.size();
  }
  return out;
}

bool resolvents_pay(double z, const Mp100& epsilon) {
  const double d = decimals(epsilon);
  return products_needed(z, d) < products_of_h(z, d);
}

double products_needed(double z, double d) {
  return std::min(products_of_h(z, d),
                  products_of_h(polynomial_reach, d) + 4.0 * groups_for(z) * static_cast<double>(likely_terms(d)));
}

}  // namespace calor::evolve
