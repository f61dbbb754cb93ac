#include "run/tensor_ensemble.hpp"

#include <algorithm>
#include <cmath>

#include "data/design.hpp"

namespace calor::run {

namespace {

/// A parameter in a well of curvature c: how far the mean has followed a shift of the well at time t, as a share, and
/// the variance; of a schedule, so that share²/variance is the most that it can be.
struct Followed {
  double share, variance;
};

Followed followed(const learner::Langevin<double>& l, double curvature, double v0, double t) {
  const double kappa = l.mobility * curvature, temperature = l.course.empty() ? l.temperature : l.coldest;
  return {-std::expm1(-kappa * t),
          v0 * std::exp(-2 * kappa * t) - temperature / curvature * std::expm1(-2 * kappa * t)};
}

/// Trapezoidal spacing for a weight of width 1 times functions narrower by (1 + signal to noise)^½, down to
/// exp(-decades).
double spacing_for(double signal_to_noise, double decades) {
  return M_PI * std::sqrt(2 / (decades * (1 + signal_to_noise)));
}

/// An axis of the ensemble for each principal axis k of the design (gaussian-mean: each dimension): along it the loss
/// is a well of curvature m_k/s² + lambda, whose place follows data of variance noise_k m_k.
std::vector<double> wells(const Study<double>& s, const TensorResolution& r, const std::vector<double>& m,
                          const std::vector<double>& noise) {
  const double precision = 1 / std::pow(num::from_rational<double>(s.experiment->model.stddev), 2);
  const double v0 = std::pow(*std::min_element(s.learner.initial_stddev.begin(), s.learner.initial_stddev.end()), 2);
  std::vector<double> out;
  for (std::size_t k = 0; k < m.size(); ++k) {
    const double curvature = m[k] * precision + s.learner.weight_decay;
    double worst = 0;
    for (const double t : s.points) {
      const auto f = followed(s.learner, curvature, v0, t);
      const double shift = f.share * precision / curvature;
      worst = std::max(worst, shift * shift * noise[k] * m[k] / f.variance);
    }
    out.push_back(spacing_for(worst, 1.6 * r.spacing));
  }
  return out;
}

std::vector<double> regression(const Study<double>& s, const TensorResolution& r) {
  const auto& e = *s.experiment;
  const data::Design<double> design(e.model.inputs);
  std::vector<double> m;
  for (int k = 0; k < design.rank; ++k) m.push_back(design.eigenvalue[k]);
  const double noise = num::from_rational<double>(e.data.variance.front()) / e.data.size;
  return wells(s, r, m, std::vector<double>(m.size(), noise));
}

/// sgd-diffusion of one weight, where every example is an axis. (The gradient noise widens the density beyond what the
/// temperature does.)
std::vector<double> examples(const Study<double>& s, const TensorResolution& r) {
  const auto& e = *s.experiment;
  double longest = 0, sum = 0;  // of u_j²
  for (const auto& row : e.model.inputs) {
    const double u = num::from_rational<double>(row.front());
    longest = std::max(longest, u * u);
    sum += u * u;
  }
  if (sum == 0) return {spacing_for(0, 1.6 * r.spacing)};
  const double n = e.data.size, m = sum / n;
  return wells(s, r, {m}, {num::from_rational<double>(e.data.variance.front()) * longest / (n * n * m)});
}

std::vector<double> means(const Study<double>& s, const TensorResolution& r) {
  std::vector<double> noise;
  for (const auto& v : s.experiment->data.variance)
    noise.push_back(num::from_rational<double>(v) / s.experiment->data.size);
  return wells(s, r, std::vector<double>(noise.size(), 1.0), noise);
}

/// gaussian: theta_0 sits in a well of curvature w = exp(-2 theta_1), which shifts with the mean of the data. Narrow
/// wells are rare: their share is what the start, or the scatter s² of the data by exp(-(theta_1 + w s²/2)/T), leaves
/// of them. theta_1 sits in a well of curvature 2, which shifts by half of the logarithm of the scatter.
std::vector<double> widths(const Study<double>& s, const TensorResolution& r) {
  const auto& e = *s.experiment;
  const auto& l = s.learner;
  const double variance = num::from_rational<double>(e.data.variance.front());
  const int freedom = std::max(e.data.size - 1, 1);
  const double z = std::sqrt(2 * r.spacing), centre = l.initial_mean[1], reach = z * l.initial_stddev[1];
  const double low = std::min(centre - reach, std::log(variance) / 2 - 4);
  std::vector<double> out{spacing_for(0, 1.6 * r.spacing), spacing_for(0, 1.6 * r.spacing)};
  for (const double t : s.points) {
    for (double theta = std::max(low, centre - reach - l.mobility * t); theta < centre + reach; theta += 0.02) {
      const double w = std::exp(-2 * theta);
      double share = r.spacing;
      for (double u = -12; u < 3; u += 0.1) {  // ln (s²/v*), and -ln of its probability
        const double scatter = variance * std::exp(u), rare = freedom * (std::exp(u) - 1 - u) / 2;
        const double depth = (theta + w * scatter / 2 - std::log(scatter) / 2 - 0.5) / l.temperature;
        const double start = std::pow((theta - centre) / l.initial_stddev[1], 2) / 2;
        share = std::min(share, rare + std::min(depth, start));
      }
      if (share >= r.spacing) continue;
      const auto f = followed(l, w + l.weight_decay, l.initial_stddev[0] * l.initial_stddev[0], t);
      out[0] = std::min(out[0],
                        spacing_for(f.share * f.share * variance / e.data.size / f.variance, 1.6 * r.spacing - share));
    }
    const auto f = followed(l, 2 + l.weight_decay, l.initial_stddev[1] * l.initial_stddev[1], t);
    out[1] = std::min(out[1], spacing_for(f.share * f.share / (2.0 * freedom) / f.variance, 1.6 * r.spacing));
  }
  return out;
}

}  // namespace

std::vector<double> ensemble_spacing(const Study<double>& s, const TensorResolution& r) {
  const auto& e = *s.experiment;
  if (s.model->outcomes() > 0 || e.data.source != experiment::Data::Source::target) return {1.0};
  if (e.model.kind == "gaussian") return widths(s, r);
  if (e.model.kind == "gaussian-mean") return means(s, r);
  return e.learner.kind == "sgd-diffusion" ? examples(s, r) : regression(s, r);
}

}  // namespace calor::run
