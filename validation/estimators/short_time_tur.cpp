#include "validation/estimators/short_time_tur.hpp"

#include <Eigen/Dense>
#include <cmath>

#include "num/errors.hpp"

namespace calor::estimators {

namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Takes the bias out of q = ⟨J⟩ᵀC⁻¹⟨J⟩ from n samples of m currents.
double unbiased(double q, double n, double m) { return (n - m - 2) / (n - 1) * q - m / n; }

/// q without one sample: the mean becomes J − z/(N−1), the scatter A − N/(N−1) zzᵀ (Sherman & Morrison), with
/// q, r = JᵀC⁻¹z and w = zᵀC⁻¹z of the whole sample.
double without(double q, double r, double w, double n) {
  const double a = (n - 1) / (n - 2), b = n / ((n - 1) * (n - 2)), c = 1 / (n - 1);
  const double own = q - 2 * c * r + c * c * w, cross = r - c * w;
  return (own + (b / a) * cross * cross / (1 - (b / a) * w)) / a;
}

}  // namespace

Result short_time_tur(std::span<const double> currents, std::size_t m, double dt) {
  const std::size_t samples = m == 0 ? 0 : currents.size() / m;
  if (m == 0 || currents.size() != samples * m || samples < m + 4 || !(dt > 0)) {
    throw InputError("short-time TUR: " + std::to_string(currents.size()) + " values of " + std::to_string(m) +
                     " currents over dt = " + std::to_string(dt) +
                     "; allowed: full rows, at least m + 4 of them, dt > 0");
  }
  const auto n = static_cast<double>(samples), d = static_cast<double>(m);
  Rows z = Eigen::Map<const Rows>(currents.data(), static_cast<Eigen::Index>(samples), static_cast<Eigen::Index>(m));
  if (!z.allFinite()) throw InputError("short-time TUR: a current is not finite; allowed: finite numbers");
  const Eigen::VectorXd mean = z.colwise().mean();
  z.rowwise() -= mean.transpose();
  const Eigen::MatrixXd covariance = z.transpose() * z / (n - 1);
  const Eigen::LDLT<Eigen::MatrixXd> factor(covariance);
  if (factor.vectorD().minCoeff() <= 1e-13 * covariance.diagonal().maxCoeff()) {
    throw InputError(
        "short-time TUR: the covariance of the currents is singular; allowed: independent currents that vary");
  }
  const Eigen::VectorXd weight = factor.solve(mean);
  const double q = mean.dot(weight);
  const Eigen::ArrayXd r = (z * weight).array();
  const Eigen::ArrayXd w =
      (z.transpose().cwiseProduct(factor.solve(z.transpose()))).colwise().sum().transpose().array();
  Eigen::ArrayXd left_out(r.size());
  for (Eigen::Index s = 0; s < r.size(); ++s) left_out[s] = unbiased(without(q, r[s], w[s], n), n - 1, d);
  const double error = std::sqrt((left_out - left_out.mean()).square().sum() * (n - 1) / n);
  Result result{2 / dt * unbiased(q, n, d), 2 / dt * error, samples, {}};
  result.conventions = {{"currents", std::to_string(m) + ", best linear combination"},
                        {"bias correction", "exact for Gaussian currents"},
                        {"standard error", "delete-one jackknife"}};
  return result;
}

}  // namespace calor::estimators
