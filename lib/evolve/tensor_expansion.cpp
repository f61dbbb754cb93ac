#include "evolve/tensor_expansion.hpp"

#include <algorithm>
#include <cmath>

#include "evolve/chebyshev.hpp"
#include "num/product.hpp"

namespace calor::evolve {

namespace {

constexpr Eigen::Index block = 32;  // Chebyshev vectors that are added up at a time

/// Coefficients of exp(-tH) = sum_k c_k T_k(1 - 2H/upper): exp(-z)(I_0, 2I_1, 2I_2, ...), z = t upper/2.
std::vector<double> coefficients(double time, double upper) {
  auto c = scaled_bessel<double>(time * upper / 2);
  while (c.size() > 1 && c.back() < num::epsilon<double>() / 32) c.pop_back();
  for (std::size_t k = 1; k < c.size(); ++k) c[k] *= 2;
  return c;
}

}  // namespace

double to_conserve(double mass) { return std::fabs(mass - 1) < 1e-4 ? 1 / mass : 1; }

TensorExpansion::TensorExpansion(const TensorProblem& p) : p_(p) {
  const Vector<double> half = -(p.loss.array() - p.loss.minCoeff()) / (2 * p.temperature);
  root_ = half.array().exp();
  // where sqrt(w) is 0 in double, so is rho, and psi is left out
  start_ = (half.array() > -700 && p.log_initial.array() > p.least).select((p.log_initial - half).array().exp(), 0.0);
  condition_ = start_.maxCoeff() / std::exp(p.log_initial.maxCoeff());
}

void TensorExpansion::begin(double time, Vector<double> psi) {
  start_time_ = time;
  start_ = std::move(psi);
}

TensorExpansion::RoundOff TensorExpansion::round_off() const {
  const double first = 4 * largest_noise_, size = root_.norm();
  return {absolute_noise_ + first / size, relative_noise_ + first * size * p_.grid->cell()};
}

void TensorExpansion::set_diagonal(const Vector<double>& diagonal, double upper) {
  upper_ = upper;
  diagonal_ = 2 - diagonal.array() * (4 / upper);
}

void TensorExpansion::step(const Vector<double>& here, Vector<double>& before) const {
  before = diagonal_.cwiseProduct(here) - before;
  couple(here, before);
}

void TensorExpansion::group(double start, std::span<const double> times, std::size_t first, Vector<double>& psi,
                            LinearAverages* averages, std::size_t& next, const Visit& visit) {
  const auto m = static_cast<Eigen::Index>(times.size()), n = psi.size();
  std::vector<std::vector<double>> c;
  for (const double t : times) c.push_back(coefficients(t - start, upper_));
  const auto terms = static_cast<Eigen::Index>(c.back().size());
  // Expansions of 130 to 150 terms against chains of short ones, 66 data sets of two parameters: what differs stays
  // below 8 epsilon psi_i + 0.5 epsilon max psi at the start of the expansion.
  absolute_noise_ =
      num::epsilon<double>() * psi.cwiseAbs().maxCoeff() * std::max(1.0, std::sqrt(static_cast<double>(terms) / 150));
  relative_noise_ = num::epsilon<double>() * std::max(8.0, std::sqrt(static_cast<double>(terms)));
  largest_noise_ = std::max(largest_noise_, absolute_noise_);
  Matrix<double> table = Matrix<double>::Zero(block, m), out = Matrix<double>::Zero(n, m), basis(n, block);
  const bool linear = averages != nullptr;
  Matrix<double> moments(linear ? averages->weight->cols() : 0, terms);
  const Matrix<double> functionals =
      linear ? Matrix<double>((root_ * p_.grid->cell()).asDiagonal() * *averages->weight) : Matrix<double>();

  Vector<double> before = Vector<double>::Zero(n), here = psi;
  for (Eigen::Index from = 0; from < terms; from += block) {
    const Eigen::Index count = std::min(block, terms - from);
    for (Eigen::Index k = 0; k < count; ++k) {
      basis.col(k) = here;
      if (from + k + 1 == terms) break;
      if (from + k == 0) {  // T_1 = X
        step(here, before);
        before /= 2;
      } else {
        step(here, before);
      }
      std::swap(before, here);
    }
    if (linear) moments.middleCols(from, count).noalias() = functionals.transpose() * basis.leftCols(count);
    Eigen::Index quiet = 0;  // times whose expansion has ended, all at the front
    while (quiet < m && static_cast<Eigen::Index>(c[static_cast<std::size_t>(quiet)].size()) <= from) ++quiet;
    for (Eigen::Index j = quiet; j < m; ++j)
      for (Eigen::Index k = 0; k < count; ++k) {
        const auto at = static_cast<std::size_t>(from + k);
        const auto& row = c[static_cast<std::size_t>(j)];
        table(k, j) = at < row.size() ? row[at] : 0.0;
      }
    num::add_product(basis.leftCols(count), table.topRightCorner(count, m - quiet), out.rightCols(m - quiet));
  }
  for (; linear && next < averages->times.size() && averages->times[next] <= times.back(); ++next) {
    const auto row = coefficients(averages->times[next] - start, upper_);
    const Eigen::Map<const Vector<double>> series(row.data(), std::min(terms, static_cast<Eigen::Index>(row.size())));
    averages->value.col(static_cast<Eigen::Index>(next)) =
        moments.leftCols(series.size()) * series + functionals.transpose() * root_ * stationary_;
  }
  for (Eigen::Index j = 0; j < m; ++j) {
    psi = out.col(j) + stationary_ * root_;
    visit(first + static_cast<std::size_t>(j), psi);
  }
  psi = out.col(m - 1);
}

std::vector<double> TensorExpansion::series(double time) const { return coefficients(time, upper_); }

Vector<double> TensorExpansion::propagate(const std::vector<double>& series, const Vector<double>& psi) const {
  Vector<double> before = Vector<double>::Zero(psi.size()), here = psi, out = series[0] * psi;
  for (std::size_t k = 1; k < series.size(); ++k) {
    step(here, before);
    if (k == 1) before /= 2;
    std::swap(before, here);
    out += series[k] * here;
  }
  return out;
}

void TensorExpansion::run(std::span<const double> times, int columns, std::span<const int> restart,
                          LinearAverages* averages, const Visit& visit) {
  stationary_ = p_.confined ? root_.dot(start_) / root_.squaredNorm() : 0;
  Vector<double> psi = start_ - stationary_ * root_;
  double now = start_time_;
  std::size_t next = 0, cut = 0;
  if (averages)
    averages->value = Matrix<double>::Zero(averages->weight->cols(), static_cast<Eigen::Index>(averages->times.size()));
  for (std::size_t at = 0; at < times.size();) {
    std::size_t end = std::min(times.size(), at + static_cast<std::size_t>(columns));
    while (cut < restart.size() && static_cast<std::size_t>(restart[cut]) < at) ++cut;
    if (cut < restart.size()) end = std::min(end, static_cast<std::size_t>(restart[cut]) + 1);
    group(now, times.subspan(at, end - at), at, psi, averages, next, visit);
    at = end;
    now = times[at - 1];
  }
}

}  // namespace calor::evolve
