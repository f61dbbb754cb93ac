// Losses with an affine gradient H theta - k(B) (gaussian-mean, linear-regression): Theta stays Gaussian under the
// steps of a scheme, theta' = theta - p (H theta - k) + noise,
//   mean  m' = (1 - p H) m + p k,   covariance  C' = (1 - p H) C (1 - p H)^T + noise,
// with m = K m_0 + S k: K' = (1 - p H) K, S' = (1 - p H) S + p. Under sgd-diffusion of gaussian-mean the noise is
// (eta/m) dt Cov_i[grad l_i] + 2 T dt, the first with a weight of its own, as it depends on B.

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

class AffineLaw final : public Law {
 public:
  explicit AffineLaw(Setting setting) : s_(std::move(setting)), d_(s_.model->parameters()) {
    find_curvature();
    Moments now;
    now.keep = Matrix::Identity(d_, d_);
    now.share = now.covariance = now.gradient_noise = Matrix::Zero(d_, d_);
    for (Eigen::Index i = 0; i < d_; ++i) now.covariance(i, i) = square(s_.start_stddev[static_cast<std::size_t>(i)]);
    for (const auto& some : steps_of(s_)) {
      for (const StepKind& step : some) move(now, step);
      moments_.push_back(now);
    }
  }

  double log_density(std::size_t t, const double* theta, const double* statistic) override {
    const Moments& m = moments_[t];
    const Vector mean = m.keep * Eigen::Map<const Vector>(s_.start_mean.data(), d_) + m.share * pull(statistic);
    Matrix covariance = m.covariance;
    if (s_.mover == Mover::diffusion) covariance += m.gradient_noise * gradient_covariance(statistic);
    const Eigen::LLT<Matrix> root(covariance);
    const Vector z = root.matrixL().solve(Eigen::Map<const Vector>(theta, d_) - mean);
    double sum = z.squaredNorm() + static_cast<double>(d_) * log_two_pi;
    for (Eigen::Index i = 0; i < d_; ++i) sum += 2 * std::log(root.matrixLLT()(i, i));
    return -sum / 2;
  }

 private:
  struct Moments {
    Matrix keep, share, covariance, gradient_noise;
  };
  static double square(double x) { return x * x; }

  Vector gradient(const Vector& theta, const std::vector<double>& statistic) const {
    Vector out(d_);
    s_.model->gradient(theta.data(), statistic.data(), out.data());
    return out;
  }

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
    curvature_ = s_.weight_decay * Matrix::Identity(d_, d_);
    const Vector origin = gradient(Vector::Zero(d_), zero);
    for (Eigen::Index j = 0; j < d_; ++j) curvature_.col(j) += gradient(Vector::Unit(d_, j), zero) - origin;
  }

  /// k(B).
  Vector pull(const double* statistic) const {
    const Vector origin = Vector::Zero(d_);
    Vector out(d_);
    s_.model->gradient(origin.data(), statistic, out.data());
    return -out;
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

}  // namespace

std::unique_ptr<Law> affine_law(Setting setting) { return std::make_unique<AffineLaw>(std::move(setting)); }

}  // namespace calor::simulator
