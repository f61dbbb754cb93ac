#include "proven/regression.hpp"

#include "proven/matrix.hpp"

namespace calor::proven {

namespace {

using num::Rational;

/// What the experiment says, exactly.
struct Given {
  long dimension;
  BallMatrix moment, inputs, initial_mean, initial_variance,
      gradient;  // M, rows u_j, columns, diagonal, E[g] as a column
  Ball variance, mobility, temperature, weight_decay, noise, square;  // s², ..., s*²/N, E[(1/N) sum y²]
  bool fixed;
};

Given read(const experiment::Experiment& e) {
  const auto& u = e.model.inputs;
  const long n = static_cast<long>(u.size()), d = static_cast<long>(u.front().size());
  const bool fixed = e.data.source == experiment::Data::Source::values;
  Given out{d, {d, d}, {n, d}, {d, 1}, {d, d}, {d, 1}, {}, {}, {}, {}, {}, {}, fixed};
  const auto size = static_cast<std::size_t>(d);
  std::vector<std::vector<Rational>> moment(size, std::vector<Rational>(size, 0));
  std::vector<Rational> gradient(size, 0);
  Rational square = fixed ? Rational(0) : e.data.variance.front();
  for (std::size_t j = 0; j < u.size(); ++j) {
    Rational y = fixed ? e.data.values[j].front() : Rational(0);
    if (!fixed)
      for (std::size_t a = 0; a < size; ++a) y += e.data.weights[a] * u[j][a];
    square += y * y / n;
    for (std::size_t a = 0; a < size; ++a) {
      out.inputs.set(static_cast<long>(j), static_cast<long>(a), Ball(u[j][a]));
      gradient[a] += y * u[j][a] / n;
      for (std::size_t b = 0; b < size; ++b) moment[a][b] += u[j][a] * u[j][b] / n;
    }
  }
  for (std::size_t a = 0; a < size; ++a) {
    const auto i = static_cast<long>(a);
    const auto& l = e.learner;
    out.gradient.set(i, 0, Ball(gradient[a]));
    out.initial_mean.set(i, 0, Ball(l.initial_mean[a]));
    out.initial_variance.set(i, i, Ball(Rational(l.initial_stddev[a] * l.initial_stddev[a])));
    for (std::size_t b = 0; b < size; ++b) out.moment.set(i, static_cast<long>(b), Ball(moment[a][b]));
  }
  out.variance = Ball(Rational(e.model.stddev * e.model.stddev));
  out.mobility = Ball(e.learner.mobility.values.front());
  out.temperature = Ball(e.learner.temperature.values.front());
  out.weight_decay = Ball(e.learner.weight_decay);
  out.noise = fixed ? Ball(0) : Ball(Rational(e.data.variance.front() / n));
  out.square = Ball(square);
  return out;
}

/// e^{-Gt} and int_0^t e^{-Gr} dr, by the exponential of t [[-G, 1], [0, 0]].
std::pair<BallMatrix, BallMatrix> relaxation(const BallMatrix& g, const Ball& t) {
  const long d = g.rows();
  BallMatrix block(2 * d, 2 * d);
  for (long i = 0; i < d; ++i) {
    block.set(i, d + i, t);
    for (long j = 0; j < d; ++j) block.set(i, j, -(t * g.at(i, j)));
  }
  const BallMatrix both = exp(block);
  BallMatrix decay(d, d), integral(d, d);
  for (long i = 0; i < d; ++i)
    for (long j = 0; j < d; ++j) {
      decay.set(i, j, both.at(i, j));
      integral.set(i, j, both.at(i, d + j));
    }
  return {decay, integral};
}

Ball trace(const BallMatrix& a) {
  Ball sum(0);
  for (long i = 0; i < a.rows(); ++i) sum += a.at(i, i);
  return sum;
}

/// uᵀ a u for row j of `rows`.
Ball form(const BallMatrix& rows, long j, const BallMatrix& a) {
  Ball sum(0);
  for (long i = 0; i < a.rows(); ++i)
    for (long k = 0; k < a.rows(); ++k) sum += rows.at(j, i) * a.at(i, k) * rows.at(j, k);
  return sum;
}

BallRow at_time(const Given& p, const Ball& t) {
  const long d = p.dimension, n = p.inputs.rows();
  BallMatrix h = (1 / p.variance) * p.moment;
  for (long i = 0; i < d; ++i) h.add(i, i, p.weight_decay);
  const auto [decay, integral] = relaxation(p.mobility * h, t);
  const auto twice = relaxation(2 * p.mobility * h, t).second;
  const BallMatrix response = (p.mobility / p.variance) * integral;
  const BallMatrix v = decay * p.initial_variance * decay + (2 * p.mobility * p.temperature) * twice;
  const BallMatrix spread = p.noise * (response * p.moment * response);
  const BallMatrix mean = decay * p.initial_mean + response * p.gradient, both = v + spread;
  const BallMatrix second = both + mean * mean.transposed();  // E[θθᵀ]
  const Ball log_unit = log(2 * num::pi<Ball>()), e_unit = log_unit + 1;

  BallRow row;
  const Ball log_det = log(v.determinant());
  row["m_info"] = log(both.determinant()) / 2 - log_det / 2;
  row["lautum_info"] = trace(v.inverse() * spread) - row["m_info"];
  row["entropy_theta_given_b"] = (Ball(d) * e_unit + log_det) / 2;
  row["entropy_theta"] = row["entropy_theta_given_b"] + row["m_info"];

  const Ball linear = (p.gradient.transposed() * mean).at(0, 0);
  const Ball shared = p.noise * trace(response * p.moment);  // of g·θ, within one data set
  const Ball constant = (log_unit + log(p.variance)) / 2;
  const Ball test = constant + (p.square - 2 * linear + trace(p.moment * second)) / (2 * p.variance);
  row["loss_train"] = test - shared / p.variance;
  row["_loss"] = row["loss_train"] + p.weight_decay * trace(second) / 2;
  row["_free"] = row["_loss"] / p.temperature - row["entropy_theta_given_b"];
  if (!p.fixed) {
    row["loss_test"] = test;
    row["generalization_gap"] = shared / p.variance;
  }

  // X is a row of the design and its response: averages over the rows
  Ball given(0), all(0);
  for (long j = 0; j < n; ++j) {
    const Ball noisy = p.variance + form(p.inputs, j, v);
    given += (e_unit + log(noisy)) / 2;
    all += (e_unit + log(noisy + form(p.inputs, j, spread))) / 2;
  }
  row["entropy_x_given_b"] = given / Ball(n);
  row["entropy_x"] = all / Ball(n);
  row["entropy_x_given_theta"] = (e_unit + log(p.variance)) / 2;
  row["l_info"] = row["entropy_x"] - row["entropy_x_given_b"];
  row["r_info"] = row["m_info"] - row["l_info"];
  row["info_x_theta"] = row["entropy_x"] - row["entropy_x_given_theta"];
  row["info_x_theta_given_b"] = row["entropy_x_given_b"] - row["entropy_x_given_theta"];
  row["fisher_dissipation"] = p.mobility * p.temperature * t * trace(p.moment) / p.variance;
  row["ift_theta"] = row["ift_x"] = Ball(1);
  return row;
}

}  // namespace

std::vector<BallRow> regression_book(const experiment::Experiment& e, const std::vector<Rational>& points) {
  const Given given = read(e);
  std::vector<BallRow> rows;
  for (const auto& t : points) rows.push_back(at_time(given, Ball(t)));
  for (auto& row : rows) {
    parameter_thermodynamics(given.temperature, rows.front(), row);
    equilibrium_sampler(rows.front(), row);
    observers(rows.front(), row);
  }
  for (std::size_t j = 0; j < rows.size(); ++j) exact_zeros(j == 0, given.fixed, rows[j]);
  return rows;
}

}  // namespace calor::proven
