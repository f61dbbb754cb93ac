// Counts (poisson) redrawn at a rate behind langevin, against finite volumes in theta and an integral over the time of
// the last redraw.

#include <doctest/doctest.h>

#include <Eigen/Eigenvalues>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <map>

#include "support.hpp"

namespace calor::run::test {

namespace {

constexpr double temperature = 0.5, rate = 2, final_time = 0.5;
constexpr int outcomes = 60;

/// On n nodes: rates T/h² exp(-dL/2T) between neighbours, in detailed balance.
std::map<std::string, double> by_volumes(int n) {
  using Vector = Eigen::VectorXd;
  using Matrix = Eigen::MatrixXd;
  const double start = -5, h = 8.0 / (n - 1);
  const Vector theta = Vector::LinSpaced(n, start, 3);
  // counts 1, 2, 0, 1: the mean is 1.25
  const Vector loss = theta.array().exp() - 1.25 * theta.array() + 0.15 * theta.array().square(),
               root = (-(loss.array() - loss.minCoeff()) / (2 * temperature)).exp();
  Matrix generator = Matrix::Zero(n, n);  // symmetrised
  const double hop = temperature / (h * h);
  for (int i = 0; i + 1 < n; ++i) {
    generator(i, i + 1) = generator(i + 1, i) = hop;
    generator(i, i) -= hop * root[i + 1] / root[i];
    generator(i + 1, i + 1) -= hop * root[i] / root[i + 1];
  }
  const Eigen::SelfAdjointEigenSolver<Matrix> modes(generator);
  Vector density = (-(theta.array() - 0.1).square() / 0.18).exp();
  density /= density.sum() * h;
  Matrix p(n, outcomes), energy(n, outcomes);
  for (int x = 0; x < outcomes; ++x) energy.col(x) = theta.array().exp() - x * theta.array() + std::lgamma(x + 1.0);
  p = (-energy.array()).exp();
  const Matrix back = modes.eigenvectors().transpose() * root.cwiseInverse().asDiagonal(),
               forth = root.asDiagonal() * modes.eigenvectors();
  const auto moved = [&](const Matrix& f, double t) -> Matrix {
    return forth * (t * modes.eigenvalues().array()).exp().matrix().asDiagonal() * (back * f);
  };
  using Gauss = boost::math::quadrature::gauss<double, 16>;
  const auto times = [](double t, auto visit) {
    for (std::size_t k = 0; k < Gauss::abscissa().size(); ++k)
      for (const double sign : {-1.0, 1.0})
        visit(t / 2 * (1 + sign * Gauss::abscissa()[k]), t / 2 * Gauss::weights()[k]);
  };
  const auto joint = [&](double t) {
    Matrix out = std::exp(-rate * t) * moved(density.asDiagonal() * p, t);
    times(t, [&](double s, double weight) {
      const Vector then = moved(density, s);
      out += weight * rate * std::exp(-rate * (t - s)) * moved(then.asDiagonal() * p, t - s);
    });
    return out;
  };
  const auto average = [&](const Matrix& f) { return h * f.cwiseProduct(energy).sum(); };
  const auto entropy = [](const Eigen::ArrayXXd& f) { return -(f * f.max(1e-300).log()).sum(); };
  double heat = 0;
  times(final_time, [&](double t, double weight) {
    const Matrix settled = moved(density, t).asDiagonal() * p;
    heat += weight * rate * (average(settled) - average(joint(t)));
  });
  const Matrix end = joint(final_time);
  const Vector by_theta = end.rowwise().sum(), by_x = h * end.colwise().sum();
  std::map<std::string, double> out;
  out["heat_x"] = heat;
  out["work_x"] = average(end) - average(density.asDiagonal() * p) - heat;
  out["entropy_x_given_b"] = entropy(by_x.array());
  out["info_x_theta_given_b"] = out["entropy_x_given_b"] + h * (entropy(by_theta.array()) - entropy(end.array()));
  return out;
}

}  // namespace

TEST_CASE("counts that lag behind langevin") {
  const auto coarse = by_volumes(151), fine = by_volumes(301);
  Options o = with(Method::automatic, 7);
  for (const auto& [name, value] : fine) o.quantities.push_back(name);
  const std::string common =
                        "[model]\nkind = \"poisson\"\n[data]\ncounts = [1, 2, 0, 1]\n[learner]\nkind = \"langevin\"\n"
                        "mobility = 1\nweight_decay = 0.3\ninitial = { mean = [0.1], stddev = [0.3] }\ntemperature = ",
                    end = "\n[sampler]\nkind = \"heat-bath\"\nrate = 2\n[time]\npoints = [0, 0.5]\n";
  const auto got = numbers(compute(parse_one(common + "0.5" + end), o)).back();
  for (const auto& [name, value] : fine) {
    const double limit = value + (value - coarse.at(name)) / 3,
                 miss = std::fabs(static_cast<double>(got.at(name).value) - limit);
    CHECK_MESSAGE(miss < static_cast<double>(got.at(name).error) + 2e-6, name, ": off by ", miss);
    CHECK(got.at(name).error < 1e-7);
  }
  // a schedule that does not change takes another way
  const auto scheduled =
      numbers(compute(parse_one(common + "{ times = [0, 1], values = [0.5, 0.5] }" + end), o)).back();
  CHECK(check_honest({scheduled}, {got}, "schedule") == 4);
}

}  // namespace calor::run::test
