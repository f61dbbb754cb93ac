// gaussian-mean: x in R^d, p(x|theta) = N(theta, s^2 1).
//   -ln p = (d/2) ln(2 pi s^2) + |theta|^2/2s^2 - x.theta/s^2 + |x|^2/2s^2:  T = (1, x_1..x_d, |x|^2).

#include "model/registry.hpp"
#include "num/errors.hpp"

namespace calor::model {

constexpr std::string_view gaussian_mean_name = "gaussian-mean";

template <Real R>
class GaussianMean final : public Model<R> {
 public:
  GaussianMean(int dimension, const R& stddev) : d_(dimension), s_(stddev) {}

  int parameters() const override { return d_; }
  int components() const override { return d_ + 2; }
  int outcomes() const override { return 0; }

  void components_at(std::span<const R> theta, std::span<Jet<R>> out) const override {
    using std::log;
    const auto d = static_cast<std::size_t>(d_);
    const R precision = 1 / (s_ * s_);
    for (auto& jet : out) {
      jet.value = 0;
      jet.gradient.assign(d, R(0));
      jet.hessian.assign(d * d, R(0));
    }
    out[0].value = R(d_) / 2 * log(2 * num::pi<R>() * s_ * s_);
    for (std::size_t i = 0; i < d; ++i) {
      out[0].value += theta[i] * theta[i] * precision / 2;
      out[0].gradient[i] = theta[i] * precision;
      out[0].hessian[i * d + i] = precision;
      out[i + 1].value = -theta[i] * precision;
      out[i + 1].gradient[i] = -precision;
    }
    out[d + 1].value = precision / 2;
  }

  std::vector<int> statistic(int) const override { throw InternalError("gaussian-mean has no discrete outcomes"); }
  std::vector<R> statistic_of(const R& x) const override { return {R(1), x, x * x}; }
  R stddev(std::span<const R>) const override { return s_; }
  R analytic_strip() const override { return num::infinity<R>(); }

 private:
  int d_;
  R s_;
};

template <Real R>
std::unique_ptr<Model<R>> make_gaussian_mean(const experiment::Model& spec) {
  return std::make_unique<GaussianMean<R>>(spec.dimension, num::from_rational<R>(spec.stddev));
}

CALOR_REGISTER_MODEL(gaussian_mean, "stddev, dimension (default 1)", "x in R^d, N(theta, stddev^2 1); theta: the mean")

}  // namespace calor::model
