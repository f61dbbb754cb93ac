#include "validation/estimators/mi_gaussian.hpp"

#include <Eigen/Dense>
#include <cmath>

#include "num/errors.hpp"

namespace calor::estimators {

namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr double singular = 1e-13;  // smallest pivot of the correlation matrix that is told apart from 0

/// Columns minus their means, divided by their norms: the scatter becomes the correlation matrix.
Rows normalised(Points points) {
  const auto n = static_cast<Eigen::Index>(points.size()), d = static_cast<Eigen::Index>(points.dimension);
  Rows m = Eigen::Map<const Rows>(points.values.data(), n, d);
  for (Eigen::Index c = 0; c < d; ++c) {
    const double scale = m.col(c).cwiseAbs().maxCoeff();
    if (scale > 0) m.col(c) /= scale;
    m.col(c).array() -= m.col(c).mean();
    const double norm = m.col(c).norm();
    if (!(norm > 1e-14 * std::sqrt(static_cast<double>(n)))) {
      throw InputError("a column is constant, so its covariance is singular; allowed: columns that vary");
    }
    m.col(c) /= norm;
  }
  return m;
}

struct Block {
  double log_det;             // of the correlation matrix
  Eigen::ArrayXd log_factor;  // ln det without sample s, minus ln det, but for what all s share
};

/// Leaving out sample s turns the scatter A into A − N/(N−1) z zᵀ: its determinant gets the factor 1 − N/(N−1) zᵀA⁻¹z.
Block analyse(const Rows& z, const char* what) {
  const Eigen::LLT<Eigen::MatrixXd> cholesky(z.transpose() * z);
  const Eigen::VectorXd pivots = cholesky.matrixLLT().diagonal();
  if (cholesky.info() != Eigen::Success || pivots.array().square().minCoeff() < singular) {
    throw InputError(std::string("the covariance of ") + what + " is singular: its columns determine one another; " +
                     "allowed: columns of which none is a linear function of the others");
  }
  const auto n = static_cast<double>(z.rows());
  const Eigen::MatrixXd half = cholesky.matrixL().solve(z.transpose());
  const Eigen::ArrayXd leverage = half.colwise().squaredNorm().transpose().array();
  return {2 * pivots.array().log().sum(), (1 - n / (n - 1) * leverage).max(1e-300).log()};
}

}  // namespace

Result mi_gaussian(Points x, Points y) {
  check_pairs(x, y);
  const std::vector<double> both = joined(x, y);
  const std::size_t n = x.size(), d = x.dimension + y.dimension;
  if (n < d + 2) {
    throw InputError("there are " + std::to_string(n) + " samples; allowed: at least " + std::to_string(d + 2) +
                     ", two more than there are columns");
  }
  const Rows z = normalised({both, d});
  const auto dx = static_cast<Eigen::Index>(x.dimension), dy = static_cast<Eigen::Index>(y.dimension);
  const Block of_x = analyse(z.leftCols(dx), "x"), of_y = analyse(z.rightCols(dy), "y"),
              of_xy = analyse(z, "x and y together");
  const Eigen::ArrayXd left_out = 0.5 * (of_x.log_factor + of_y.log_factor - of_xy.log_factor);
  const auto samples = static_cast<double>(n);
  const double square = (left_out - left_out.mean()).square().sum() * (samples - 1) / samples;
  const double value = 0.5 * (of_x.log_det + of_y.log_det - of_xy.log_det);
  Result result{std::max(0.0, value), std::sqrt(square), n, {}};
  result.conventions = {{"model", "jointly Gaussian, sample covariance"},
                        {"bias correction", "none"},
                        {"dimensions", std::to_string(dx) + " + " + std::to_string(dy)},
                        {"standard error", "delete-one jackknife"}};
  return result;
}

}  // namespace calor::estimators
