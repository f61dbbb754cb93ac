// Losses with an affine gradient H theta - k(B) (gaussian-mean, linear-regression): Theta stays Gaussian under the
// steps of a scheme, theta' = theta - p (H theta - k) + noise,
//   mean  m' = (1 - p H) m + p k,   covariance  C' = (1 - p H) C (1 - p H)^T + noise,
// with m = K m_0 + S k: K' = (1 - p H) K, S' = (1 - p H) S + p. Under sgd-diffusion of gaussian-mean the noise is
// (eta/m) dt Cov_i[grad l_i] + 2 T dt, the first with a weight of its own, as it depends on B. In a stream every step
// has an H and k of its own.

#include <Eigen/Dense>
#include <cmath>
#include <vector>

#include "num/errors.hpp"
#include "validation/simulator/law.hpp"
#include "validation/simulator/law_steps.hpp"

namespace calor::simulator {

namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

/// ln N(deviation; 0, covariance).
double log_gaussian(const Vector& deviation, const Matrix& covariance) {
  const Eigen::LLT<Matrix> root(covariance);
  const Vector z = root.matrixL().solve(deviation);
  double sum = z.squaredNorm() + static_cast<double>(z.size()) * log_two_pi;
  for (Eigen::Index i = 0; i < z.size(); ++i) sum += 2 * std::log(root.matrixLLT()(i, i));
  return -sum / 2;
}

/// Of the loss without weight decay.
Vector gradient(const Setting& s, const Vector& theta, const double* statistic) {
  Vector out(theta.size());
  s.model->gradient(theta.data(), statistic, out.data());
  return out;
}

/// k of the examples with this statistic.
Vector pull(const Setting& s, const double* statistic) {
  return -gradient(s, Vector::Zero(s.model->parameters()), statistic);
}

/// H of the same, weight decay included.
Matrix curvature_of(const Setting& s, const double* statistic) {
  const Eigen::Index d = s.model->parameters();
  Matrix out = s.weight_decay * Matrix::Identity(d, d);
  const Vector k = pull(s, statistic);
  for (Eigen::Index j = 0; j < d; ++j) out.col(j) += gradient(s, Vector::Unit(d, j), statistic) + k;
  return out;
}

Matrix start_covariance(const Setting& s) {
  return Eigen::Map<const Vector>(s.start_stddev.data(), s.model->parameters()).cwiseAbs2().asDiagonal();
}

class AffineLaw final : public Law {
 public:
  explicit AffineLaw(Setting setting) : s_(std::move(setting)), d_(s_.model->parameters()) {
    find_curvature();
    Moments now;
    now.keep = Matrix::Identity(d_, d_);
    now.share = now.gradient_noise = Matrix::Zero(d_, d_);
    now.covariance = start_covariance(s_);
    for (const auto& some : steps_of(s_)) {
      for (const StepKind& step : some) move(now, step);
      moments_.push_back(now);
    }
  }

  double log_density(std::size_t t, const double* theta, const double* statistic) override {
    const Moments& m = moments_[t];
    const Vector mean = m.keep * Eigen::Map<const Vector>(s_.start_mean.data(), d_) + m.share * pull(s_, statistic);
    Matrix covariance = m.covariance;
    if (s_.mover == Mover::diffusion) covariance += m.gradient_noise * gradient_covariance(statistic);
    return log_gaussian(Eigen::Map<const Vector>(theta, d_) - mean, covariance);
  }

 private:
  struct Moments {
    Matrix keep, share, covariance, gradient_noise;
  };
  static double square(double x) { return x * x; }

  /// H does not depend on the responses or, for gaussian-mean, on the data at all.
  void find_curvature() {
    std::vector<double> zero(static_cast<std::size_t>(s_.model->statistics()), 0.0);
    const auto& rows = s_.experiment->model.inputs;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double x[2] = {static_cast<double>(i), 0};
      std::vector<double> t(zero.size());
      s_.model->statistic(x, t.data());
      for (std::size_t a = 0; a < t.size(); ++a) zero[a] += t[a] / static_cast<double>(rows.size());
    }
    curvature_ = curvature_of(s_, zero.data());
  }

  /// Cov_i[grad l_i] of gaussian-mean: Cov_i[b_i]/s^4.
  Matrix gradient_covariance(const double* statistic) const {
    const double precision = 1 / square(s_.model->stddev(nullptr));
    Matrix out = Matrix::Zero(d_, d_);
    if (s_.examples.empty()) {  // one dimension
      out(0, 0) = statistic[1] - square(statistic[0]);
    } else {
      const Eigen::Map<const Vector> mean(statistic, d_);
      for (const auto& x : s_.examples) {
        const Vector deviation = Eigen::Map<const Vector>(x.data(), d_) - mean;
        out += deviation * deviation.transpose() / static_cast<double>(s_.examples.size());
      }
    }
    return square(precision) * out;
  }

  void move(Moments& m, const StepKind& step) const {
    const double middle = step.start + step.length / 2;
    double push = step.length, noise = 0;
    if (s_.mover == Mover::sgld) {
      push = s_.learning_rate.at(step.start);
      noise = 2 * push * s_.temperature.at(step.start);
    } else if (s_.mover == Mover::diffusion) {
      noise = 2 * s_.temperature.at(middle) * step.length;
    } else {
      push = s_.mobility.at(middle) * step.length;
      noise = 2 * push * s_.temperature.at(middle);
    }
    const Matrix factor = Matrix::Identity(d_, d_) - push * curvature_;
    m.keep = factor * m.keep;
    m.share = factor * m.share + push * Matrix::Identity(d_, d_);
    m.covariance = factor * m.covariance * factor.transpose() + noise * Matrix::Identity(d_, d_);
    if (s_.mover != Mover::diffusion) return;
    const double weight = s_.learning_rate.at(middle) / s_.batch * step.length;
    m.gradient_noise = factor * m.gradient_noise * factor.transpose() + weight * Matrix::Identity(d_, d_);
  }

  Setting s_;
  Eigen::Index d_;
  Matrix curvature_;
  std::vector<Moments> moments_;
};

/// A stream.
class AffineStreamLaw final : public Law {
 public:
  explicit AffineStreamLaw(Setting setting)
      : s_(std::move(setting)), d_(s_.model->parameters()), steps_(steps_of(s_)) {}

  double log_density(std::size_t t, const double* theta, const double* statistic) override {
    const std::vector<double> given(statistic, statistic + given_size(s_));
    Vector mean = Eigen::Map<const Vector>(s_.start_mean.data(), d_);
    Matrix covariance = start_covariance(s_);
    for (std::size_t j = 0; j <= t; ++j)
      for (const StepKind& step : steps_[j]) {
        const auto seen = seen_at(s_, given, step);
        const double eta = s_.learning_rate.at(step.start);
        const Matrix factor = Matrix::Identity(d_, d_) - eta * curvature_of(s_, seen.data());
        mean = factor * mean + eta * pull(s_, seen.data());
        covariance = factor * covariance * factor.transpose() +
                     2 * eta * s_.temperature.at(step.start) * Matrix::Identity(d_, d_);
      }
    return log_gaussian(Eigen::Map<const Vector>(theta, d_) - mean, covariance);
  }

 private:
  Setting s_;
  Eigen::Index d_;
  std::vector<std::vector<StepKind>> steps_;
};

}  // namespace

std::unique_ptr<Law> affine_stream_law(Setting setting) {
  return std::make_unique<AffineStreamLaw>(std::move(setting));
}

std::unique_ptr<Law> affine_law(Setting setting) { return std::make_unique<AffineLaw>(std::move(setting)); }

}  // namespace calor::simulator
