// Discrete x. p(x|theta) = e^{g_x(theta)} / sum_y e^{g_y(theta)}: bernoulli, categorical and ising with g = theta .
// f(x), statistic f(x); rbm with its hidden units summed out, g = a . v + sum_j ln(1 + e^{b_j + sum_i v_i W_ij}), whose
// statistic is the indicator of each outcome.

#include <algorithm>

#include "validation/simulator/model.hpp"

namespace calor::simulator {

namespace {

std::size_t size(int n) { return static_cast<std::size_t>(n); }

/// Index of the outcome that the cumulated weights reach at `u` of their sum.
double pick(const std::vector<double>& weight, double u) {
  double sum = 0;
  for (const double w : weight) sum += w;
  double left = u * sum;
  std::size_t x = 0;
  while (x + 1 < weight.size() && left >= weight[x]) left -= weight[x++];
  return static_cast<double>(x);
}

class Coin final : public Model {
 public:
  Coin() {
    parameters_ = statistics_ = sites_ = 1;
    outcomes_ = 2;
  }
  void statistic(const double* x, double* t) const override { t[0] = x[0]; }
  double energy(const double* theta, const double* t) const override { return softplus(theta[0]) - theta[0] * t[0]; }
  void gradient(const double* theta, const double* t, double* out) const override {
    out[0] = logistic(theta[0]) - t[0];
  }
  void draw(const double* theta, Stream& random, double* x) const override {
    x[0] = random.uniform() < logistic(theta[0]) ? 1 : 0;
  }
  double curvature(const double*) const override { return 0.25; }
};

class ExponentialFamily final : public Model {
 public:
  ExponentialFamily(std::vector<std::vector<double>> features, int sites) : features_(std::move(features)) {
    parameters_ = statistics_ = static_cast<int>(features_.front().size());
    outcomes_ = static_cast<int>(features_.size());
    sites_ = sites;
  }
  void statistic(const double* x, double* t) const override {
    const auto& f = features_[static_cast<std::size_t>(x[0])];
    std::copy(f.begin(), f.end(), t);
  }
  double energy(const double* theta, const double* t) const override {
    double inner = 0;
    for (int a = 0; a < parameters_; ++a) inner += theta[a] * t[a];
    return log_partition(theta) - inner;
  }
  void gradient(const double* theta, const double* t, double* out) const override {
    log_partition(theta);
    const auto& w = weights();
    double sum = 0;
    for (const double v : w) sum += v;
    for (int a = 0; a < parameters_; ++a) {
      double mean = 0;
      for (std::size_t x = 0; x < w.size(); ++x) mean += w[x] * features_[x][size(a)];
      out[a] = mean / sum - t[a];
    }
  }
  void draw(const double* theta, Stream& random, double* x) const override {
    log_partition(theta);
    x[0] = pick(weights(), random.uniform());
  }
  double curvature(const double*) const override {
    double sum = 0;  // a variance is at most a quarter of the range squared
    for (int a = 0; a < parameters_; ++a) {
      const auto less = [a](const auto& f, const auto& g) { return f[size(a)] < g[size(a)]; };
      const auto [low, high] = std::minmax_element(features_.begin(), features_.end(), less);
      const double range = (*high)[size(a)] - (*low)[size(a)];
      sum += range * range / 4;
    }
    return sum;
  }

 private:
  static std::vector<double>& weights() {
    thread_local std::vector<double> w;
    return w;
  }

  /// ln Z; leaves the weights e^{g - max g} behind.
  double log_partition(const double* theta) const {
    auto& w = weights();
    w.assign(features_.size(), 0.0);
    double top = 0;
    for (std::size_t x = 0; x < w.size(); ++x) {
      for (std::size_t a = 0; a < features_[x].size(); ++a) w[x] += theta[a] * features_[x][a];
      top = x == 0 ? w[x] : std::max(top, w[x]);
    }
    double sum = 0;
    for (double& v : w) sum += v = exponential(v - top);
    return top + logarithm(sum);
  }

  std::vector<std::vector<double>> features_;
};

class Rbm final : public Model {
 public:
  Rbm(int visible, int hidden, bool biases) : v_(visible), h_(hidden), biases_(biases) {
    parameters_ = v_ * h_ + (biases ? v_ + h_ : 0);
    outcomes_ = statistics_ = 1 << v_;
    sites_ = v_;
  }
  void statistic(const double* x, double* t) const override {
    std::fill(t, t + statistics_, 0.0);
    t[static_cast<std::size_t>(x[0])] = 1;
  }
  double energy(const double* theta, const double* t) const override {
    auto& g = levels();
    double inner = 0, total = 0;
    const double log_z = all(theta);
    for (std::size_t x = 0; x < g.size(); ++x) {
      inner += t[x] * g[x];
      total += t[x];
    }
    return total * log_z - inner;
  }
  void gradient(const double* theta, const double* t, double* out) const override {
    auto& g = levels();
    const double log_z = all(theta);
    double total = 0;
    for (std::size_t x = 0; x < g.size(); ++x) total += t[x];
    std::fill(out, out + parameters_, 0.0);
    for (std::size_t x = 0; x < g.size(); ++x) add_slope(theta, x, total * exponential(g[x] - log_z) - t[x], out);
  }
  void draw(const double* theta, Stream& random, double* x) const override {
    auto& g = levels();
    const double log_z = all(theta);
    for (double& v : g) v = exponential(v - log_z);
    x[0] = pick(g, random.uniform());
  }
  void alternate(const double* theta, Stream& random, double* x) const override {
    const auto before = static_cast<std::size_t>(x[0]);
    std::size_t hidden = 0, after = 0;
    for (int j = 0; j < h_; ++j)
      if (random.uniform() < logistic(field(theta, before, j))) hidden |= std::size_t{1} << j;
    for (int i = 0; i < v_; ++i) {
      double sum = biases_ ? theta[v_ * h_ + i] : 0;
      for (int j = 0; j < h_; ++j) sum += on(hidden, j) ? theta[i * h_ + j] : 0;
      if (random.uniform() < logistic(sum)) after |= std::size_t{1} << i;
    }
    x[0] = static_cast<double>(after);
  }
  double curvature(const double*) const override { return 0.25 * parameters_; }

 private:
  static std::vector<double>& levels() {
    thread_local std::vector<double> g;
    return g;
  }
  static bool on(std::size_t x, int i) { return ((x >> i) & 1U) != 0; }

  /// The field on hidden unit j.
  double field(const double* theta, std::size_t x, int j) const {
    double sum = biases_ ? theta[v_ * h_ + v_ + j] : 0;
    for (int i = 0; i < v_; ++i) sum += on(x, i) ? theta[i * h_ + j] : 0;
    return sum;
  }

  /// Fills the levels g_x; returns ln Z.
  double all(const double* theta) const {
    auto& g = levels();
    g.assign(size(outcomes_), 0.0);
    for (std::size_t x = 0; x < g.size(); ++x) {
      for (int i = 0; biases_ && i < v_; ++i) g[x] += on(x, i) ? theta[v_ * h_ + i] : 0;
      for (int j = 0; j < h_; ++j) g[x] += softplus(field(theta, x, j));
    }
    const double top = *std::max_element(g.begin(), g.end());
    double sum = 0;
    for (const double v : g) sum += exponential(v - top);
    return top + logarithm(sum);
  }

  /// out += weight * gradient of g_x.
  void add_slope(const double* theta, std::size_t x, double weight, double* out) const {
    for (int j = 0; j < h_; ++j) {
      const double active = weight * logistic(field(theta, x, j));
      for (int i = 0; i < v_; ++i) out[i * h_ + j] += on(x, i) ? active : 0;
      if (biases_) out[v_ * h_ + v_ + j] += active;
    }
    for (int i = 0; biases_ && i < v_; ++i) out[v_ * h_ + i] += on(x, i) ? weight : 0;
  }

  int v_, h_;
  bool biases_;
};

std::vector<std::vector<double>> categorical(int outcomes) {
  std::vector<std::vector<double>> f(size(outcomes), std::vector<double>(size(outcomes - 1), 0.0));
  for (int x = 1; x < outcomes; ++x) f[size(x)][size(x - 1)] = 1;
  return f;
}

std::vector<std::vector<double>> ising(const experiment::Model& spec) {
  std::vector<std::vector<double>> f(std::size_t{1} << spec.spins);
  const auto spin = [](std::size_t x, int site) { return ((x >> site) & 1U) != 0 ? 1.0 : -1.0; };
  for (std::size_t x = 0; x < f.size(); ++x) {
    for (const auto& [i, j] : spec.edges) f[x].push_back(spin(x, i) * spin(x, j));
    for (int i = 0; spec.fields && i < spec.spins; ++i) f[x].push_back(spin(x, i));
  }
  return f;
}

}  // namespace

std::unique_ptr<Model> make_discrete(const experiment::Model& spec) {
  if (spec.kind == "bernoulli") return std::make_unique<Coin>();
  if (spec.kind == "categorical")
    return std::make_unique<ExponentialFamily>(categorical(spec.outcomes), spec.outcomes == 2 ? 1 : 0);
  if (spec.kind == "ising") return std::make_unique<ExponentialFamily>(ising(spec), spec.spins);
  if (spec.kind == "rbm") return std::make_unique<Rbm>(spec.visible, spec.hidden, spec.biases);
  return nullptr;
}

}  // namespace calor::simulator
