// gaussian-mean: x in R^d, p(x|theta) = N(theta, s^2 1).
//   -ln p = (d/2) ln(2 pi s^2) + |theta|^2/2s^2 - x.theta/s^2 + |x|^2/2s^2:  T = (1, x_1..x_d, |x|^2).

#include "model/registry.hpp"
#include "num/errors.hpp"

namespace calor::model {

constexpr int most_dimension = 10'000;

void read_gaussian_mean(const experiment::Value& section, experiment::Model& m) {
  m.stddev = section.get("stddev", "the standard deviation of the model").positive();
  if (const auto dimension = section.find("dimension")) m.dimension = dimension->integer(1, most_dimension);
}

void write_gaussian_mean(const experiment::Model& m, experiment::Json& json) {
  json.add("stddev", {experiment::write(m.stddev), {}});
  json.add("dimension", {experiment::write(m.dimension), {}});
}

experiment::ModelForm gaussian_mean_form() {
  return {.kind = "gaussian-mean",
          .lines = {"x in R^d, N(theta, stddev^2)", "d parameters: the mean"},
          .keys = {{"stddev", "known standard deviation of x, > 0"}, {"dimension", "d, default 1"}},
          .parameters = [](const experiment::Model& m) { return m.dimension; },
          .read = read_gaussian_mean,
          .write = write_gaussian_mean};
}

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
  bool constant(int component) const override { return component == d_ + 1; }
  int dimension() const override { return d_; }
  std::vector<R> mean(std::span<const R> theta, int) const override { return {theta.begin(), theta.end()}; }
  std::vector<R> real_statistic(std::span<const R> x, int) const override {
    std::vector<R> t(x.size() + 2, R(0));
    t[0] = 1;
    for (std::size_t i = 0; i < x.size(); ++i) {
      t[i + 1] = x[i];
      t.back() += x[i] * x[i];
    }
    return t;
  }
  std::vector<R> expected_statistic(std::span<const R> theta) const override {
    auto t = real_statistic(theta, 0);
    t.back() += d_ * s_ * s_;
    return t;
  }
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

CALOR_REGISTER_MODEL(gaussian_mean)

}  // namespace calor::model
