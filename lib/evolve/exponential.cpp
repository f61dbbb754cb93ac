#include "evolve/exponential.hpp"

#include <algorithm>
#include <vector>

#include "num/errors.hpp"

namespace calor::evolve {

using num::Matrix;
using num::Vector;

template <num::Real R>
Vector<R> ToeplitzPlusDiagonal<R>::apply(const Vector<R>& v) const {
  const Eigen::Index n = v.size();
  Vector<R> out(n);
  for (Eigen::Index i = 0; i < n; ++i) out[i] = (toeplitz[0] + diagonal[i]) * v[i];
  for (Eigen::Index i = 0; i < n; ++i) {  // pair the neighbours at equal distance: half the multiplications
    R sum = 0;
    const Eigen::Index near = std::min(i, n - 1 - i);
    for (Eigen::Index k = 1; k <= near; ++k) sum += toeplitz[k] * (v[i - k] + v[i + k]);
    for (Eigen::Index k = near + 1; k <= i; ++k) sum += toeplitz[k] * v[i - k];
    for (Eigen::Index k = near + 1; k < n - i; ++k) sum += toeplitz[k] * v[i + k];
    out[i] += sum;
  }
  return out;
}

template <num::Real R>
Matrix<R> ToeplitzPlusDiagonal<R>::dense() const {
  const Eigen::Index n = diagonal.size();
  Matrix<R> h(n, n);
  for (Eigen::Index j = 0; j < n; ++j)
    for (Eigen::Index i = 0; i < n; ++i) h(i, j) = toeplitz[i > j ? i - j : j - i];
  h.diagonal() += diagonal;
  return h;
}

template <num::Real R>
R ToeplitzPlusDiagonal<R>::upper(const R& symbol_maximum) const {
  return symbol_maximum + diagonal.maxCoeff();
}

template <num::Real R>
Matrix<R> exponential_by_eigenvectors(const ToeplitzPlusDiagonal<R>& h, const Vector<R>& v, std::span<const R> times) {
  using std::exp;
  const Eigen::SelfAdjointEigenSolver<Matrix<R>> solver(h.dense());
  if (solver.info() != Eigen::Success) throw InternalError("spectral: the eigenvalue iteration did not converge");
  const Vector<R> c = solver.eigenvectors().transpose() * v;
  const auto m = static_cast<Eigen::Index>(times.size());
  Matrix<R> coefficients(v.size(), m);
  for (Eigen::Index j = 0; j < m; ++j) {
    const R& t = times[static_cast<std::size_t>(j)];
    for (Eigen::Index k = 0; k < v.size(); ++k) {
      // H >= 0; the computed spectrum may dip below by truncation and round-off only
      const R decay = t * std::max(solver.eigenvalues()[k], R(0));
      coefficients(k, j) = decay > 745 && std::same_as<R, double> ? R(0) : c[k] * exp(-decay);
    }
  }
  return solver.eigenvectors() * coefficients;
}

template <num::Real R>
std::vector<R> scaled_bessel(const R& z) {
  using std::log, std::sqrt;
  const double x = num::to_double(z), decades = 2.31 * (num::digits10<R>() + 5);
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

template <num::Real R>
Matrix<R> exponential_by_chebyshev(const ToeplitzPlusDiagonal<R>& h, const Vector<R>& v, std::span<const R> times,
                                   const R& upper) {
  using std::fabs;
  const auto m = static_cast<Eigen::Index>(times.size());
  // exp(-tH) = exp(-z) [I_0(z) + 2 sum_k I_k(z) T_k(X)], z = t upper/2, X = 1 - 2H/upper
  std::vector<std::vector<R>> bessel;
  std::size_t terms = 1;
  for (const auto& t : times) {
    bessel.push_back(scaled_bessel<R>(t * upper / 2));
    while (bessel.back().size() > 1 && bessel.back().back() < num::epsilon<R>() / 16) bessel.back().pop_back();
    terms = std::max(terms, bessel.back().size());
  }
  const auto apply = [&](const Vector<R>& x) -> Vector<R> { return x - h.apply(x) * (2 / upper); };
  Matrix<R> out = Matrix<R>::Zero(v.size(), m);
  Vector<R> before = v, here = apply(v);
  for (std::size_t k = 0; k < terms; ++k) {
    const Vector<R>& t_k = k == 0 ? before : here;
    for (Eigen::Index j = 0; j < m; ++j) {
      const auto& b = bessel[static_cast<std::size_t>(j)];
      if (k >= b.size()) continue;
      const R c = k ? 2 * b[k] : b[0];
      if (fabs(c) < num::epsilon<R>() / 16) continue;
      for (Eigen::Index i = 0; i < v.size(); ++i) out(i, j) += c * t_k[i];
    }
    if (k == 0) continue;
    Vector<R> next = 2 * apply(here) - before;
    before = std::move(here);
    here = std::move(next);
  }
  return out;
}

#define CALOR_INSTANTIATE(R)                                                                                        \
  template struct ToeplitzPlusDiagonal<R>;                                                                          \
  template Matrix<R> exponential_by_chebyshev(const ToeplitzPlusDiagonal<R>&, const Vector<R>&, std::span<const R>, \
                                              const R&);                                                            \
  template std::vector<R> scaled_bessel(const R&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
template Matrix<double> exponential_by_eigenvectors(const ToeplitzPlusDiagonal<double>&, const Vector<double>&,
                                                    std::span<const double>);

}  // namespace calor::evolve
