#include "validation/simulator/law.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <map>
#include <vector>

#include "num/errors.hpp"
#include "validation/simulator/elementary.hpp"
#include "validation/simulator/setting.hpp"

namespace calor::simulator {

namespace {

/// gaussian-mean under its exact transitions: Theta = b̄ share + start keep + noise, coordinate by coordinate.
class GaussianLaw final : public Law {
 public:
  explicit GaussianLaw(Setting setting) : s_(std::move(setting)) {
    for (const double t : s_.times) {
      const double mobility = s_.mobility.at(0), precision = 1 / square(s_.model->stddev(nullptr));
      const double kappa = mobility * (precision + s_.weight_decay);
      const double keep = std::exp(-kappa * t), share = -mobility * precision / kappa * std::expm1(-kappa * t);
      const double noise = -mobility * s_.temperature.at(0) / kappa * std::expm1(-2 * kappa * t);
      moments_.push_back({share, keep, noise});
    }
  }

  double log_density(std::size_t t, const double* theta, const double* statistic) override {
    double sum = 0;
    for (std::size_t i = 0; i < s_.start_mean.size(); ++i) {
      const auto& m = moments_[t];
      const double variance = square(m.keep * s_.start_stddev[i]) + m.noise;
      const double deviation = theta[i] - m.keep * s_.start_mean[i] - m.share * statistic[i];
      sum -= (log_two_pi + std::log(variance) + deviation * deviation / variance) / 2;
    }
    return sum;
  }

 private:
  struct Moments {
    double share, keep, noise;
  };
  static double square(double x) { return x * x; }

  Setting s_;
  std::vector<Moments> moments_;
};

/// jump: dp/dt = W p, by scaling and squaring of the positive series of e^{tW} (uniformization).
class JumpLaw final : public Law {
 public:
  explicit JumpLaw(Setting setting) : s_(std::move(setting)) {}

  double log_density(std::size_t t, const double* theta, const double* statistic) override {
    const auto& law = known(statistic);
    for (std::size_t i = 0; i < s_.states.size(); ++i)
      if (std::equal(s_.states[i].begin(), s_.states[i].end(), theta))
        return std::log(law[t][static_cast<Eigen::Index>(i)]);
    throw InternalError("law: theta is no state of the jump learner");
  }

  void prepare(const std::vector<std::vector<double>>& statistics, int) override {
    for (const auto& statistic : statistics) known(statistic.data());
  }

 private:
  using Vector = Eigen::VectorXd;
  using Matrix = Eigen::MatrixXd;

  const std::vector<Vector>& known(const double* statistic) {
    const std::vector<double> key(statistic, statistic + s_.model->statistics());
    auto [place, is_new] = known_.try_emplace(key);
    if (is_new) place->second = evolve(key);
    return place->second;
  }

  double accepted(double u) const {
    if (s_.acceptance == "metropolis") return std::min(1.0, std::exp(-u));
    return s_.acceptance == "heat-bath" ? 1 / (1 + std::exp(u)) : std::exp(-u / 2);
  }

  Matrix generator(const std::vector<double>& loss, double temperature) const {
    const auto n = static_cast<Eigen::Index>(loss.size());
    Matrix w = Matrix::Zero(n, n);
    for (Eigen::Index i = 0; i + 1 < n; ++i) {
      const double u = (loss[static_cast<std::size_t>(i + 1)] - loss[static_cast<std::size_t>(i)]) / temperature;
      w(i + 1, i) = s_.jump_rate * accepted(u);
      w(i, i + 1) = s_.jump_rate * accepted(-u);
    }
    for (Eigen::Index i = 0; i < n; ++i) w(i, i) = -w.col(i).sum();
    return w;
  }

  static Matrix exponential_of(const Matrix& w, double t) {
    const double q = -w.diagonal().minCoeff();
    const int squarings = std::max(0, static_cast<int>(std::ceil(std::log2(std::max(q * t, 1e-300)))));
    const double small = std::ldexp(q * t, -squarings);  // at most 1
    const Matrix p = Matrix::Identity(w.rows(), w.cols()) + w / q;
    Matrix power = Matrix::Identity(w.rows(), w.cols()), sum = power;
    double weight = 1;
    for (int k = 1; k < 25; ++k) {
      power = p * power;
      weight *= small / k;
      sum += weight * power;
    }
    sum *= std::exp(-small);
    for (int k = 0; k < squarings; ++k) sum = sum * sum;
    return sum;
  }

  std::vector<Vector> evolve(const std::vector<double>& statistic) const {
    std::vector<double> loss;
    for (const auto& state : s_.states) {
      double square = 0;
      for (const double v : state) square += v * v;
      loss.push_back(s_.model->energy(state.data(), statistic.data()) + s_.weight_decay / 2 * square);
    }
    Vector p = Eigen::Map<const Vector>(s_.start_probability.data(), static_cast<Eigen::Index>(loss.size()));
    std::vector<Vector> out;
    double now = 0;
    for (const double t : s_.times) {
      while (now < t) {  // as the simulator holds a scheduled temperature
        const double stop = s_.temperature.constant() ? t : std::min(t, now + s_.micro);
        p = exponential_of(generator(loss, s_.temperature.at((now + stop) / 2)), stop - now) * p;
        now = stop;
      }
      out.push_back(p);
    }
    return out;
  }

  Setting s_;
  std::map<std::vector<double>, std::vector<Vector>> known_;
};

}  // namespace

std::unique_ptr<Law> make_law(const experiment::Experiment& experiment, const Options& options, std::string& why) {
  Setting s = make_setting(experiment, options.step);
  why.clear();
  if (s.mover == Mover::jump) return std::make_unique<JumpLaw>(std::move(s));
  if (s.mover == Mover::gaussian) return std::make_unique<GaussianLaw>(std::move(s));
  if (s.mover == Mover::sgld && !(s.temperature.least() > 0)) {
    why = "the law of a learner without noise is not at hand";
    return nullptr;
  }
  const auto& kind = experiment.model.kind;
  const bool affine = kind == "gaussian-mean" || kind == "linear-regression", full = s.batch == 0;
  if (affine && s.stream) return affine_stream_law(std::move(s));
  const bool gaussian_noise =
      kind == "gaussian-mean" && s.mover == Mover::diffusion && (s.model->parameters() == 1 || !s.examples.empty());
  if (affine && (full || gaussian_noise)) return affine_law(std::move(s));
  const bool by_statistic = full || s.stream || s.model->outcomes() > 0;
  if (!affine && by_statistic && s.model->parameters() == 1) return grid_law(std::move(s));
  if (!affine && by_statistic && s.model->parameters() == 2) return plane_law(std::move(s), options, why);
  why = by_statistic && !affine ? "the law of Theta given B is at hand for one and two parameters"
                                : "the law of Theta given B is not at hand, as more of B decides than its statistic";
  return nullptr;
}

}  // namespace calor::simulator
