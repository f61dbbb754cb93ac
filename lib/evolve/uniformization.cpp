#include "evolve/uniformization.hpp"

#include <Eigen/Core>
#include <cmath>

namespace calor::evolve {

namespace {

using Array = Eigen::ArrayXd;

/// Poisson weights of mean m from k = first on. Ratios from the mode outwards, then normalised: no logarithms of large
/// numbers.
struct Weights {
  std::size_t first = 0;
  std::vector<double> value;
};

Weights poisson(double mean) {
  const double mode = std::floor(mean), smallest = uniformization_truncation / 100;
  std::vector<double> below, above{1};
  for (double k = mode, w = 1; k > 0 && w > smallest; --k) below.push_back(w *= k / mean);
  for (double k = mode + 1, w = 1; w > smallest; ++k) above.push_back(w *= mean / k);
  Weights out;
  out.first = static_cast<std::size_t>(mode) - below.size();
  out.value.assign(below.rbegin(), below.rend());
  out.value.insert(out.value.end(), above.begin(), above.end());
  double sum = 0, lost = 0;
  for (double w : out.value) {
    const double next = sum + (lost += w);
    lost -= next - sum;
    sum = next;
  }
  for (double& w : out.value) w /= sum;
  return out;
}

/// p <- P p by the currents between neighbours, so that the sum of p stays; `lost` carries what rounding took from p
/// (Kahan), else changes of less than an ulp a step would never happen. With q = 2 fastest() no current takes more than
/// half of a p_i.
class Stepper {
 public:
  Stepper(const Chain& chain, std::span<const double> start)
      : n_(static_cast<Eigen::Index>(chain.size())),
        rate_(2 * chain.fastest()),
        up_(Eigen::Map<const Array>(chain.up.data(), n_ - 1) / rate_),
        down_(Eigen::Map<const Array>(chain.down.data(), n_ - 1) / rate_),
        p_(Eigen::Map<const Array>(start.data(), n_)),
        lost_(Array::Zero(n_)),
        next_(n_),
        current_(n_ - 1) {}

  void step() {
    current_ = up_ * p_.head(n_ - 1) - down_ * p_.tail(n_ - 1);
    lost_.head(n_ - 1) -= current_;
    lost_.tail(n_ - 1) += current_;
    next_ = p_ + lost_;
    lost_ -= next_ - p_;
    p_.swap(next_);
  }

  double rate() const { return rate_; }
  const Array& state() const { return p_; }

 private:
  Eigen::Index n_;
  double rate_;
  Array up_, down_, p_, lost_, next_, current_;
};

/// sum += w p with what rounding takes carried along: windows hold 27 sqrt(q t) terms of one sign.
struct Accumulator {
  Array sum, lost, next;

  explicit Accumulator(Eigen::Index n) : sum(Array::Zero(n)), lost(Array::Zero(n)), next(n) {}

  void add(double w, const Array& p) {
    lost += w * p;
    next = sum + lost;
    lost -= next - sum;
    sum.swap(next);
  }
};

}  // namespace

double uniformization_steps(const Chain& chain, double t) {
  const double mean = 2 * chain.fastest() * t;
  // a Poisson weight of exp(-100) lies within 14.2 standard deviations where these are many, within 100 jumps where few
  return mean + 14.2 * std::sqrt(mean) + 100;
}

std::vector<std::vector<double>> exponential_by_uniformization(const Chain& chain, std::span<const double> start,
                                                               std::span<const double> times) {
  Stepper stepper(chain, start);
  std::vector<Weights> weights;
  std::size_t last = 0;
  for (double t : times) {
    weights.push_back(poisson(stepper.rate() * t));
    last = std::max(last, weights.back().first + weights.back().value.size());
  }
  std::vector<Accumulator> sums(times.size(), Accumulator(stepper.state().size()));
  for (std::size_t k = 0; k < last; ++k) {
    if (k) stepper.step();
    for (std::size_t j = 0; j < times.size(); ++j) {
      const Weights& w = weights[j];
      if (k >= w.first && k - w.first < w.value.size()) sums[j].add(w.value[k - w.first], stepper.state());
    }
  }
  std::vector<std::vector<double>> out;
  for (const Accumulator& a : sums) out.emplace_back(a.sum.begin(), a.sum.end());
  return out;
}

}  // namespace calor::evolve
