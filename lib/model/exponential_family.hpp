#pragma once
// p(x|theta) = exp(theta . t(x)) / Z(theta) over finitely many outcomes with integer features t(x):
// l_0 = ln Z, l_a = -theta_a. Bernoulli, categorical and Ising models are of this kind.

#include <utility>

#include "model/model.hpp"

namespace calor::model {

template <Real R>
class ExponentialFamily final : public Model<R> {
 public:
  /// features[x] has d integers, one a parameter.
  explicit ExponentialFamily(std::vector<std::vector<int>> features);

  int parameters() const override { return static_cast<int>(features_.front().size()); }
  int components() const override { return parameters() + 1; }
  int outcomes() const override { return static_cast<int>(features_.size()); }
  void components_at(std::span<const R> theta, std::span<Jet<R>> out) const override;
  std::vector<int> statistic(int outcome) const override;

  /// All phases of Z(theta + iy) stay in a half plane while |y| (max t - min t) < pi, so Z has no zero there.
  R analytic_strip() const override;
  /// n (e^{s theta} + e^{t theta}) is 0 on the imaginary axis only.
  bool imaginary_singularities() const override {
    return parameters() == 1 && distinct_.size() == 2 && distinct_[0].second == distinct_[1].second;
  }

 private:
  std::vector<std::vector<int>> features_;
  std::vector<std::pair<std::vector<int>, int>> distinct_;  // feature vector, how many outcomes share it
};

}  // namespace calor::model
