#include "info/information.hpp"

#include <algorithm>

#include "num/sum.hpp"

namespace calor::info {

using num::Matrix;
using num::Vector;

namespace {

template <num::Real R>
R largest(const R& a, const R& b) {
  return a < b ? b : a;
}

/// Round-off of compensated sums (num/sum.hpp) of terms of this total size: some half-ulps in every term.
template <num::Real R>
R summation(const R& absolute_sum) {
  return 8 * num::epsilon<R>() * absolute_sum;
}

/// sum_B p(B) D(f_B || mean): mutual information as an average of relative entropies.
template <num::Real R>
Raw<R> divergence(const Vector<R>& weight, const Matrix<R>& f, const Matrix<R>& round_off, const Vector<R>& probability,
                  const Vector<R>& mean) {
  using std::log, std::fabs;
  Raw<R> sum;
  num::Sum<R> value;
  R absolute = 1;
  for (Eigen::Index b = 0; b < f.cols(); ++b)
    for (Eigen::Index i = 0; i < f.rows(); ++i) {
      const R share = probability[b] * weight[i],
              unsure = share * largest<R>(round_off(i, b), f(i, b) > 0 ? R(0) : fabs(f(i, b)));
      if (!(f(i, b) > 0) || !(mean[i] > 0)) {
        if (unsure > 0) sum.noise += unsure * (1 + fabs(log(R(unsure / share))));
        continue;
      }
      sum.noise += unsure * (1 + fabs(log(R(f(i, b) / mean[i]))));
      const R term = share * f(i, b) * log(R(f(i, b) / mean[i]));
      value.add(term);
      absolute += fabs(term);
    }
  sum.value = value.value();
  sum.noise += summation<R>(absolute);
  return sum;
}

/// a^T b summed in pairs of halves: blocks of 128 rows carry round-off of 8 epsilon (sqrt(128) half-ulps, as if they
/// were random, and some more), and halving adds one half-ulp a level.
template <num::Real R>
Matrix<R> product(const Matrix<R>& a, const Matrix<R>& b, Eigen::Index from, Eigen::Index rows) {
  if (rows <= 128) return a.middleRows(from, rows).transpose() * b.middleRows(from, rows);
  const Eigen::Index half = rows / 2;
  return product(a, b, from, half) + product(a, b, from + half, rows - half);
}

/// The average over the data sets of numbers with their round-off.
template <num::Real R>
class Mean {
 public:
  void add(const R& probability, const Raw<R>& raw) {
    value_.add(probability * raw.value);
    noise_ += probability * raw.noise;
  }
  Raw<R> raw() const { return {value_.value(), noise_}; }

 private:
  num::Sum<R> value_;
  R noise_ = 0;
};

/// sum_B p(B) f_B and its round-off; rounding adds at most an epsilon a data set to a density.
template <num::Real R>
std::pair<Vector<R>, Vector<R>> mixture(const Snapshot<R>& at) {
  const R rounding = num::epsilon<R>() * R(static_cast<double>(at.probability.size()));
  const Vector<R> weight = rounding * at.probability;
  return {at.density * at.probability, at.round_off * at.probability + at.density.cwiseAbs() * weight};
}

}  // namespace

template <num::Real R>
Raw<R> entropy(const Vector<R>& weight, const Vector<R>& f, const Vector<R>& round_off) {
  using std::log, std::fabs;
  Raw<R> s;
  num::Sum<R> value;
  R absolute = 0;
  for (Eigen::Index i = 0; i < f.size(); ++i) {
    const R noise = round_off.size() ? round_off[i] : R(0);
    if (f[i] > 0) {
      const R term = weight[i] * f[i] * log(f[i]);
      value.add(-term);
      absolute += fabs(term) + weight[i] * f[i];
    }
    const R level = largest<R>(fabs(f[i]), noise);
    if (noise > 0) s.noise += weight[i] * noise * (1 + fabs(log(level)));
  }
  s.value = value.value();
  s.noise += summation(absolute);
  return s;
}

template <num::Real R>
Raw<R> average(const Vector<R>& weight, const Vector<R>& f, const Vector<R>& round_off, const Vector<R>& g) {
  using std::fabs;
  Raw<R> s;
  num::Sum<R> value;
  R absolute = 0;
  for (Eigen::Index i = 0; i < f.size(); ++i) {
    const R term = weight[i] * f[i] * g[i];
    value.add(term);
    absolute += fabs(term);
    if (round_off.size()) s.noise += weight[i] * round_off[i] * fabs(g[i]);
  }
  s.value = value.value();
  s.noise += summation(absolute);
  return s;
}

template <num::Real R>
Raw<R> average_of_normalised(const Vector<R>& weight, const Vector<R>& f, const Vector<R>& round_off,
                             const Vector<R>& g) {
  using std::fabs;
  Raw<R> s = average<R>(weight, f, Vector<R>(), g);
  for (Eigen::Index i = 0; i < f.size(); ++i) s.noise += weight[i] * round_off[i] * fabs(g[i] - s.value);
  return s;
}

template <num::Real R>
void parameter_information(const Spaces<R>& spaces, const Snapshot<R>& at, Row<R>& row) {
  using std::log, std::fabs, std::min;
  const auto [mean, mean_noise] = mixture(at);
  const Raw<R> total = entropy<R>(spaces.theta_weight, mean, mean_noise);
  Mean<R> sets;
  for (Eigen::Index b = 0; b < at.probability.size(); ++b)
    sets.add(at.probability[b], entropy<R>(spaces.theta_weight, at.density.col(b), at.round_off.col(b)));
  const Raw<R> given_b = sets.raw();
  Raw<R> lautum;
  // D(p(theta)p(B) || p(theta,B)) = sum_B p(B) int rho-bar (ln rho-bar - ln rho_B)
  R absolute = 0;
  num::Sum<R> value;
  for (Eigen::Index i = 0; i < mean.size(); ++i) {
    if (!(mean[i] > 0)) continue;
    const R share = spaces.theta_weight[i] * mean[i], log_mean = log(mean[i]);
    R log_noise = 0, difference = 0, size = 0;
    for (Eigen::Index b = 0; b < at.probability.size(); ++b) {
      const R& l = at.log_density(i, b);
      const R& uncertain = at.log_round_off(i, b);
      if (!(uncertain < R(1))) {  // only known to be small: bound ln rho_B by four times the logarithm of the round-off
        const R bound = fabs(log(largest<R>(at.round_off(i, b), (std::numeric_limits<R>::min)())));
        log_noise += at.probability[b] * (1 + 4 * bound + 4 * fabs(log_mean));
        continue;
      }
      difference += at.probability[b] * (log_mean - l);
      size += at.probability[b] * (fabs(log_mean) + fabs(l));
      log_noise += at.probability[b] * uncertain;
    }
    value.add(share * difference);
    lautum.noise += share * log_noise;
    absolute += share * size;
  }
  lautum.value = value.value();
  lautum.noise += summation(absolute) + total.noise;
  row["entropy_theta"] = total;
  row["entropy_theta_given_b"] = given_b;
  row["m_info"] = total - given_b;
  row["_m_info_relative"] = divergence<R>(spaces.theta_weight, at.density, at.round_off, at.probability, mean);
  row["lautum_info"] = lautum;
}

template <num::Real R>
R unrelaxed(const Spaces<R>& spaces, const Snapshot<R>& at,
            const std::function<const Vector<R>&(Eigen::Index)>& loss_of, const R& temperature) {
  using std::exp, std::log, std::fabs;
  const Vector<R> mean = at.density * at.probability;
  R out = 0;
  for (Eigen::Index b = 0; b < at.probability.size(); ++b) {
    const Vector<R>& loss = loss_of(b);
    const R lowest = loss.minCoeff();
    R norm = 0, sum = 0;
    for (Eigen::Index i = 0; i < loss.size(); ++i)
      norm += spaces.theta_weight[i] * exp(R((lowest - loss[i]) / temperature));
    const R log_norm = log(norm);
    for (Eigen::Index i = 0; i < loss.size(); ++i) {
      if (!(at.log_round_off(i, b) < R(1))) continue;  // as in lautum_info, whose error covers it
      const R defect =
          fabs(at.log_density(i, b) + (loss[i] - lowest) / temperature + log_norm) - at.log_round_off(i, b);
      if (defect > 0) sum += spaces.theta_weight[i] * fabs(at.density(i, b) + mean[i]) * defect;
    }
    out += at.probability[b] * sum;
  }
  return out;
}

template <num::Real R>
void equilibrium_information(const Spaces<R>& spaces, const Snapshot<R>& at, Row<R>& row) {
  using std::log, std::fabs;
  const Matrix<R> weighted = spaces.theta_weight.asDiagonal() * at.density;
  const Matrix<R> noisy = spaces.theta_weight.asDiagonal() * at.round_off;
  const Matrix<R> x_given_b = product<R>(spaces.conditional, weighted, 0, weighted.rows());
  const Matrix<R> x_noise = spaces.conditional.transpose() * noisy;
  Mean<R> by_b, by_theta;
  for (Eigen::Index b = 0; b < at.probability.size(); ++b) {
    by_b.add(at.probability[b], entropy<R>(spaces.x_weight, x_given_b.col(b), x_noise.col(b)));
    by_theta.add(at.probability[b],
                 average<R>(spaces.theta_weight, at.density.col(b), at.round_off.col(b), spaces.x_entropy));
  }
  const Raw<R> given_b = by_b.raw(), given_theta = by_theta.raw();
  const Raw<R> total = entropy<R>(spaces.x_weight, x_given_b * at.probability, x_noise * at.probability);
  row["entropy_x"] = total;
  row["entropy_x_given_b"] = given_b;
  row["entropy_x_given_theta"] = given_theta;
  row["l_info"] = total - given_b;
  row["info_x_theta"] = total - given_theta;
  row["info_x_theta_given_b"] = given_b - given_theta;
  row["r_info"] = row["m_info"] - row["l_info"];
  const Vector<R> mean = x_given_b * at.probability;
  row["_l_info_relative"] = divergence<R>(spaces.x_weight, x_given_b, x_noise, at.probability, mean);
  row["_r_info_relative"] = row["_m_info_relative"] - row["_l_info_relative"];
  // I(X;Theta) = int rho-bar(theta) D(p(x|theta) || p(x)), the joint density summed directly
  const Vector<R> share = weighted * at.probability;
  num::Sum<R> joint;
  R absolute = 1;
  for (Eigen::Index i = 0; i < share.size(); ++i) {
    R each = 0;
    for (Eigen::Index k = 0; k < mean.size(); ++k) {
      const R& p = spaces.conditional(i, k);
      if (p > 0 && mean[k] > 0 && share[i] > 0) each += spaces.x_weight[k] * p * log(R(p / mean[k]));
    }
    joint.add(share[i] * each);
    absolute += fabs(share[i] * each);
  }
  row["_info_x_theta_relative"] = {joint.value(), summation<R>(absolute)};
}

#define CALOR_INSTANTIATE(R)                                                                                       \
  template Raw<R> entropy(const Vector<R>&, const Vector<R>&, const Vector<R>&);                                   \
  template Raw<R> average(const Vector<R>&, const Vector<R>&, const Vector<R>&, const Vector<R>&);                 \
  template Raw<R> average_of_normalised(const Vector<R>&, const Vector<R>&, const Vector<R>&, const Vector<R>&);   \
  template void parameter_information(const Spaces<R>&, const Snapshot<R>&, Row<R>&);                              \
  template R unrelaxed(const Spaces<R>&, const Snapshot<R>&, const std::function<const Vector<R>&(Eigen::Index)>&, \
                       const R&);                                                                                  \
  template void equilibrium_information(const Spaces<R>&, const Snapshot<R>&, Row<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::info
