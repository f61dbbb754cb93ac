#include "proven/relaxation.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "num/decompose.hpp"

namespace calor::proven {

namespace {

using num::Rational;

/// |L'| <= at + slope |x|, L' = A' - s_B + lambda theta.
struct Growth {
  Ball at, slope;
};

Growth force_growth(const Setting& s, const FamilyBounds& b, const Ball& statistic) {
  return {b.mean + abs(statistic) + s.weight_decay * (s.about() + b.strip), s.weight_decay * Ball(s.width)};
}

/// ln of a bound of |W| e^{-|x|}, W = V - D x²/width²; max(1, x²) <= e^{|x|}.
Ball log_potential(const Setting& s, const FamilyBounds& b, const Ball& statistic) {
  const auto f = force_growth(s, b, statistic);
  const Ball drift = s.mobility * (f.at * f.at + f.slope * f.slope) / (2 * s.temperature);
  const Ball curvature = s.mobility * (b.variance + s.weight_decay) / 2, y(s.strip), width(s.width);
  const Ball oscillator = 2 * s.mobility * s.temperature * (1 + y * y) / (width * width);
  return log(drift + curvature + oscillator);
}

Ball kinetic(const Setting& s, int j) {
  const Ball width(s.width);
  return s.mobility * s.temperature * Ball(2 * j + 1) / (width * width);
}

/// Of a residual (H - k) u, |u's coefficients|_2 <= 2, k <= the largest kinetic energy times 4.
Bound residual_bound(const Setting& s, const FamilyBounds& b, const Ball& statistic) {
  const Ball factor = 5 * kinetic(s, s.size) + exp(log_potential(s, b, statistic));
  const Envelope growth{log(2 * sqrt(Ball(s.size)) * factor), Ball(1), Ball(0)};
  return Bound{growth, growth} * hermite_bound(s.size, s.strip);
}

/// psi_0 = N(theta; m0, v0) e^{L/2T}: |Z(z)| <= Z(Re z), Re z² <= (Re z)².
Bound start_bound(const Setting& s, const FamilyBounds& b, const Ball& statistic) {
  const Ball c(s.centre), w(s.width), t2 = 2 * s.temperature, v = s.initial_variance, away = c - s.initial_mean;
  const Ball most = Ball(s.family.largest) + abs(statistic), lambda = s.weight_decay / (2 * t2);
  const Ball scale = b.strip * b.strip / (2 * v) - log(2 * num::pi<Ball>() * v) / 2 - away * away / (2 * v) +
                     log(Ball(s.family.count)) / t2 + most * abs(c) / t2 + lambda * c * c;
  const Envelope out{scale, w * (abs(away) / v + most / t2 + 2 * lambda * abs(c)), w * w * (1 / (2 * v) - lambda)};
  return {out, out};
}

/// Of g e^{-L/2T}, every functional g: |Z|^{-1/2T} <= (shrink/Z(Re))^{1/2T} and L_B(Re theta) >= 0.
Bound functional_bound(const Setting& s, const FamilyBounds& b) {
  const Ball t2 = 2 * s.temperature, theta = s.about() + b.strip + Ball(s.width);  // |theta| <= theta e^{|x|}
  const Ball a = log(Ball(s.family.count)) + Ball(s.family.largest) * theta + b.strip * b.mean;
  const Ball most = b.shrink + a + theta * theta + theta * b.mean + b.variance;
  const Ball boltzmann = log(b.shrink) / t2 + s.weight_decay * b.strip * b.strip / (2 * t2);
  const Envelope out{log(most) + boltzmann, Ball(2), Ball(0)};
  return {out, out};
}

/// Norms |g e^{-L/2T}| in L2: L_B >= lambda theta²/2, Gaussian moments with variance T/lambda.
std::vector<Ball> functional_norms(const Setting& s) {
  const Functionals f(s.family);
  const Ball variance = s.temperature / s.weight_decay, mass = sqrt(2 * num::pi<Ball>() * variance);
  const Ball most(s.family.largest), entropy = log(Ball(s.family.count));
  std::vector<Ball> square(f.count, Ball(1));
  square[f.a] = 2 * (entropy * entropy + most * most * variance);
  square[f.theta] = variance;
  square[f.square] = 3 * variance * variance;
  square[f.entropy] = entropy * entropy;
  square[f.fisher] = pow(most, 4);
  for (auto& q : square) q = sqrt(q * mass);
  return square;
}

/// Eigenpairs of a symmetric matrix: double precision, refined by T. Ogita, K. Aishima, Japan J. Indust. Appl. Math.
/// 35, 1007 (2018), algorithm 1, which doubles the digits. Midpoints only: nothing is claimed.
void eigenpairs(const BallMatrix& a, int refinements, BallMatrix& q, std::vector<Ball>& k) {
  const long n = a.rows();
  Eigen::MatrixXd rough(n, n);
  for (long i = 0; i < n; ++i)
    for (long j = 0; j < n; ++j) rough(i, j) = num::to_double(a.at(std::max(i, j), std::min(i, j)));
  const auto eigen = num::symmetric_eigen<double>(rough);
  for (long i = 0; i < n; ++i)
    for (long j = 0; j < n; ++j) q.set(i, j, Ball(eigen.vectors(i, j)));
  k.assign(static_cast<std::size_t>(n), Ball(0));
  for (int pass = 0; pass < refinements; ++pass) {
    const BallMatrix qt = q.transposed(), g = (qt * q).middle(), s = (qt * (a * q).middle()).middle();
    for (long i = 0; i < n; ++i) k[static_cast<std::size_t>(i)] = s.at(i, i) / g.at(i, i);
    BallMatrix step(n, n);
    for (long i = 0; i < n; ++i)
      for (long j = 0; j < n; ++j) {
        const auto& kj = k[static_cast<std::size_t>(j)];
        const Ball gap = kj - k[static_cast<std::size_t>(i)];
        if (i == j)
          step.set(i, i, 1 + (1 - g.at(i, i)) / 2);
        else if (!gap.contains_zero())
          step.set(i, j, (s.at(i, j) - kj * g.at(i, j)) / gap);
      }
    q = (q * step.middle()).middle();
  }
  for (auto& one : k) arb_get_mid_arb(one.get(), one.get());
}

/// (1 - e^{-k t})/k.
Ball decay_integral(const Ball& k, const Ball& t) { return k == Ball(0) ? t : -expm1(-(k * t)) / k; }

/// Upper bound of the root of a number that is >= 0.
Ball upper_root(const Ball& square) {
  Ball top;
  arb_get_ubound_arf(arb_midref(top.get()), square.get(), Precision::bits());
  return top > Ball(0) ? sqrt(top) : Ball(0);
}

}  // namespace

Trapezoid rule_for(const Setting& s, const Ball& statistic, double decades) {
  const auto bounds = s.bounds();
  const auto h = hermite_bound(s.size, s.strip), r = residual_bound(s, bounds, statistic),
             start = start_bound(s, bounds, statistic);
  Trapezoid out;
  double reach = 0;
  for (const auto& f : {r * r, start * start, start * h, functional_bound(s, bounds) * h}) {
    const auto rule = trapezoid_for(f, s.strip, decades);
    out.step = out.step > 0 ? std::min(out.step, rule.step) : rule.step;
    reach = std::max(reach, rule.step * static_cast<double>(rule.half));
  }
  out.half = static_cast<long>(std::ceil(reach / out.step));
  return out;
}

Relaxation::Relaxation(const Setting& s, const Rational& statistic)
    : statistic_(statistic),
      size_(static_cast<std::size_t>(s.size)),
      modes_(s.size, s.size),
      gram_(0, 0),
      functionals_(0, 0) {
  const long nodes = s.rule.size(), n = s.size;
  const Ball step(s.rule.step), width(s.width), d = s.mobility * s.temperature, half = 1 / (2 * s.temperature);
  const auto bounds = s.bounds();
  const auto transposed = s.values.transposed();

  // W h_j at the nodes, and the Galerkin matrix
  std::vector<Ball> potential, boltzmann;  // W, e^{-L/2T}
  BallMatrix scaled(nodes, n);
  for (long k = 0; k < nodes; ++k) {
    const auto& theta = s.theta[static_cast<std::size_t>(k)];
    const auto& c = s.cumulants[static_cast<std::size_t>(k)];
    const Ball force = c.mean - statistic_ + s.weight_decay * theta, x = s.rule.node(k);
    const Ball v = s.mobility * (force * force * half - c.variance - s.weight_decay) / 2;
    potential.push_back(v - d * x * x / (width * width));
    boltzmann.push_back(exp(-(c.a - statistic_ * theta + s.weight_decay * theta * theta / 2) * half));
    for (long j = 0; j < n; ++j) scaled.set(k, j, potential.back() * s.values.at(k, j));
  }
  BallMatrix galerkin = (transposed * scaled).middle();
  for (long i = 0; i < n; ++i)
    for (long j = 0; j < n; ++j) {
      Ball entry = galerkin.at(i, j) * step;
      if (i == j) entry += kinetic(s, static_cast<int>(j));
      galerkin.set(i, j, entry);
    }
  eigenpairs(galerkin.middle(), Precision::bits() > 300 ? 3 : 2, modes_, rate_);

  // residuals of the modes: H h_j, mixed, less k u
  for (long j = 0; j < n; ++j) {
    const Ball energy = kinetic(s, static_cast<int>(j));
    for (long k = 0; k < nodes; ++k) scaled.add(k, j, energy * s.values.at(k, j));
  }
  const BallMatrix raised = scaled * modes_, plain = s.values * modes_;
  const auto one_residual = residual_bound(s, bounds, statistic_);
  const Ball missed = trapezoid_error(s.rule, one_residual * one_residual, s.strip);
  BallMatrix residual(nodes, n);
  for (long k = 0; k < nodes; ++k)
    for (long m = 0; m < n; ++m)
      residual.set(k, m, raised.at(k, m) - rate_[static_cast<std::size_t>(m)] * plain.at(k, m));
  gram_ = residual.transposed() * residual;
  for (long m = 0; m < n; ++m) {
    Ball length(0);
    for (long j = 0; j < n; ++j) length += modes_.at(j, m) * modes_.at(j, m);
    // what residual_bound assumes
    const bool known = length < Ball(4) && abs(rate_[static_cast<std::size_t>(m)]) < 4 * kinetic(s, s.size);
    for (long i = 0; i < n; ++i)
      gram_.set(i, m, known ? (gram_.at(i, m) * step).widened(missed) : num::infinity<Ball>());
  }

  // the start
  std::vector<Ball> start;
  Ball norm(0);
  for (long k = 0; k < nodes; ++k) {
    const Ball away = s.theta[static_cast<std::size_t>(k)] - s.initial_mean;
    start.push_back(exp(-(away * away) / (2 * s.initial_variance)) /
                    (sqrt(2 * num::pi<Ball>() * s.initial_variance) * boltzmann[static_cast<std::size_t>(k)]));
    norm += start.back() * start.back();
  }
  const auto start_size = start_bound(s, bounds, statistic_);
  norm = (norm * step).widened(trapezoid_error(s.rule, start_size * start_size, s.strip)) * width;
  const auto pair = start_size * hermite_bound(s.size, s.strip);
  const Ball root = sqrt(width), pair_error = trapezoid_error(s.rule, pair, s.strip);
  Balls overlap;
  for (long j = 0; j < n; ++j) {
    Ball sum(0);
    for (long k = 0; k < nodes; ++k) sum += s.values.at(k, j) * start[static_cast<std::size_t>(k)];
    overlap.push_back((sum * step).widened(pair_error) * root);
  }
  for (long m = 0; m < n; ++m) {
    Ball a(0);
    for (long j = 0; j < n; ++j) a += modes_.at(j, m) * overlap[static_cast<std::size_t>(j)];
    arb_get_mid_arb(a.get(), a.get());
    amplitude_.push_back(a);
  }
  const Balls chosen = mixed(amplitude_);
  Ball distance = norm;
  for (std::size_t j = 0; j < size_; ++j) distance += chosen[j] * (chosen[j] - 2 * overlap[j]);
  start_error_ = upper_root(distance);

  // functionals
  const Functionals f(s.family);
  BallMatrix g(static_cast<long>(f.count), nodes);
  for (long k = 0; k < nodes; ++k) {
    const auto& theta = s.theta[static_cast<std::size_t>(k)];
    const auto& c = s.cumulants[static_cast<std::size_t>(k)];
    Balls here = s.family.probabilities(theta);
    here.insert(here.end(), {c.a, theta, theta * theta, c.a - theta * c.mean, c.variance});
    for (std::size_t i = 0; i < f.count; ++i)
      g.set(static_cast<long>(i), k, here[i] * boltzmann[static_cast<std::size_t>(k)]);
  }
  functionals_ = g * s.values;
  const auto size = functional_bound(s, bounds) * hermite_bound(s.size, s.strip);
  const Ball error = trapezoid_error(s.rule, size, s.strip);
  for (long i = 0; i < functionals_.rows(); ++i)
    for (long j = 0; j < n; ++j) functionals_.set(i, j, (functionals_.at(i, j) * step).widened(error) * root);
  functional_norm_ = functional_norms(s);
}

Balls Relaxation::mixed(const Balls& modes) const {
  Balls out(size_);
  for (std::size_t j = 0; j < size_; ++j)
    for (std::size_t m = 0; m < size_; ++m) out[j] += modes_.at(static_cast<long>(j), static_cast<long>(m)) * modes[m];
  return out;
}

Balls Relaxation::coefficients(const Ball& t) const {
  Balls modes;
  for (std::size_t m = 0; m < size_; ++m) modes.push_back(amplitude_[m] * exp(-(rate_[m] * t)));
  return mixed(modes);
}

Balls Relaxation::integrated(const Ball& t) const {
  Balls modes;
  for (std::size_t m = 0; m < size_; ++m) modes.push_back(amplitude_[m] * decay_integral(rate_[m], t));
  return mixed(modes);
}

Ball Relaxation::error(const Ball& t) const {
  Ball square(0);
  for (std::size_t m = 0; m < size_; ++m) {
    Ball row(0);
    for (std::size_t i = 0; i <= m; ++i)
      row += Ball(i < m ? 2 : 1) * amplitude_[i] * gram_.at(static_cast<long>(i), static_cast<long>(m)) *
             decay_integral(rate_[i] + rate_[m], t);
    square += row * amplitude_[m];
  }
  return start_error_ + sqrt(t) * upper_root(square);
}

Ball Relaxation::functional(std::size_t which, const Balls& c, const Ball& error) const {
  Ball out(0);
  for (std::size_t j = 0; j < size_; ++j) out += functionals_.at(static_cast<long>(which), static_cast<long>(j)) * c[j];
  return out.widened(functional_norm_[which] * error);
}

}  // namespace calor::proven
