// One step of sgd-diffusion by Euler–Maruyama with D_B(theta) (theory.md section 2). The entropy given to the medium is
// the Stratonovich integral of D^{-1}(f - div D): trapezoidal in the force along the step. (The ratio of the scheme's
// own kernels does not tend to it where D depends on theta.) Loops instead of a library of matrices, whose sums depend
// on the processor.

#include <cmath>

#include "num/errors.hpp"
#include "validation/simulator/elementary.hpp"
#include "validation/simulator/walk.hpp"

namespace calor::simulator {

namespace {

using Entries = std::vector<double>;

/// Row by row.
struct Square {
  explicit Square(std::size_t size) : d(size), entry(size * size, 0.0) {}
  double& operator()(std::size_t i, std::size_t j) { return entry[i * d + j]; }
  double operator()(std::size_t i, std::size_t j) const { return entry[i * d + j]; }

  std::size_t d;
  Entries entry;
};

/// Lower triangular L with L L^T = m (Cholesky); false if m is not positive definite.
bool factorise(const Square& m, Square& lower) {
  for (std::size_t j = 0; j < m.d; ++j)
    for (std::size_t i = j; i < m.d; ++i) {
      double sum = m(i, j);
      for (std::size_t k = 0; k < j; ++k) sum -= lower(i, k) * lower(j, k);
      if (i == j && !(sum > 0)) return false;
      lower(i, j) = i == j ? std::sqrt(sum) : sum / lower(j, j);
    }
  return true;
}

/// (L L^T)^{-1} v.
Entries solved(const Square& lower, Entries v) {
  const std::size_t d = lower.d;
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t k = 0; k < i; ++k) v[i] -= lower(i, k) * v[k];
    v[i] /= lower(i, i);
  }
  for (std::size_t i = d; i-- > 0;) {
    for (std::size_t k = i + 1; k < d; ++k) v[i] -= lower(k, i) * v[k];
    v[i] /= lower(i, i);
  }
  return v;
}

double product(const Entries& a, const Entries& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// ln N(deviation; 0, 2 dt L L^T).
double log_normal_of(const Entries& deviation, const Square& lower, double dt) {
  const double spread = 2 * dt;
  double sum = product(deviation, solved(lower, deviation)) / spread;
  for (std::size_t i = 0; i < lower.d; ++i) sum += log_two_pi + logarithm(spread) + 2 * logarithm(lower(i, i));
  return -sum / 2;
}

/// A place of Theta and what a step sees there.
struct Place {
  explicit Place(Entries at) : theta(std::move(at)), drift(theta.size()), lower(theta.size()) {}
  Entries theta, drift;
  Square lower;
};

/// D_B(theta) = (eta/2m) Cov_i[grad l_i] + T.
class Noise {
 public:
  Noise(const Model& model, const std::vector<Entries>& examples, double scale, double temperature)
      : model_(model), examples_(examples), scale_(scale), temperature_(temperature) {}

  Square at(const Entries& theta) const {
    const std::size_t d = theta.size();
    Square out(d);
    Entries mean(d, 0.0), g(d), t(static_cast<std::size_t>(model_.statistics()));
    for (const auto& x : examples_) {
      model_.statistic(x.data(), t.data());
      model_.gradient(theta.data(), t.data(), g.data());
      for (std::size_t i = 0; i < d; ++i) {
        mean[i] += g[i];
        for (std::size_t j = 0; j < d; ++j) out(i, j) += g[i] * g[j];
      }
    }
    const auto n = static_cast<double>(examples_.size());
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j < d; ++j)
        out(i, j) = scale_ * (out(i, j) / n - mean[i] / n * (mean[j] / n)) + (i == j ? temperature_ : 0);
    return out;
  }

  /// (div D)_i = sum_j d_j D_ij by central differences.
  Entries divergence(const Entries& theta) const {
    const double h = 1e-5;
    Entries out(theta.size(), 0.0);
    for (std::size_t j = 0; j < theta.size(); ++j) {
      Entries up = theta, down = theta;
      up[j] += h;
      down[j] -= h;
      const Square above = at(up), below = at(down);
      for (std::size_t i = 0; i < theta.size(); ++i) out[i] += (above(i, j) - below(i, j)) / (2 * h);
    }
    return out;
  }

  /// D^{-1}(f - div D).
  Entries force(const Place& place) const {
    Entries out = divergence(place.theta);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = place.drift[i] - out[i];
    return solved(place.lower, out);
  }

 private:
  const Model& model_;
  const std::vector<Entries>& examples_;
  double scale_, temperature_;
};

}  // namespace

void Walk::move_diffusion(double dt) {
  const std::size_t d = theta_.size();
  const double middle = time_ + dt / 2;
  const Noise noise(*setting_.model, examples_, setting_.learning_rate.at(middle) / (2.0 * setting_.batch),
                    setting_.temperature.at(middle));
  const auto look = [&](Place& place) {
    slope(place.theta.data(), statistic_.data(), place.drift.data());
    for (double& f : place.drift) f = -f;
    if (!factorise(noise.at(place.theta), place.lower))
      throw InputError(setting_.experiment->at("learner.temperature") +
                       "the gradient noise is singular for some data sets; allowed: a temperature > 0");
  };
  Place old(theta_);
  look(old);
  Entries kick(d), normal(d);
  for (double& z : normal) z = theta_random_.normal();
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t k = 0; k <= i; ++k) kick[i] += old.lower(i, k) * normal[k];
  Entries next(d), change(d), there(d), back(d);
  for (std::size_t i = 0; i < d; ++i) {
    change[i] = dt * old.drift[i] + std::sqrt(2 * dt) * kick[i];
    next[i] = theta_[i] + change[i];
  }
  Place now(next);
  look(now);
  for (std::size_t i = 0; i < d; ++i) {
    there[i] = change[i] - dt * old.drift[i];
    back[i] = -change[i] - dt * now.drift[i];
  }
  sums_.forward += log_normal_of(there, old.lower, dt);
  sums_.backward += log_normal_of(back, now.lower, dt);
  sums_.medium += (product(noise.force(old), change) + product(noise.force(now), change)) / 2;
  sums_.heat_theta += loss(next.data(), statistic_.data()) - loss(theta_.data(), statistic_.data());
  theta_ = next;
}

}  // namespace calor::simulator
