// sgld with a stream of Gaussian examples. The judge follows Θ, the examples and x as sums of independent normals, one
// sequence of rows after the other, and takes every average and conditional variance from their coefficients.

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "num/eigen.hpp"
#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::sgld_stream_test {

using namespace run::test;

namespace {

using Forms =
    Eigen::MatrixXd;  // one affine form a row: coefficients of 1, Θ_0, then of each step's noise and residuals

/// A learner in d dimensions, batch_size 1.
struct Learner {
  std::vector<Eigen::VectorXd> inputs;
  Eigen::VectorXd truth, start, width;
  double s = 0.8, sigma = 1.3, eta = 0.4, temperature = 0.3, decay = 0.2;
};

/// Covariance of some forms given others (those by which they are determined left out of the constant).
Eigen::MatrixXd given(const Forms& forms, const Forms& known) {
  const auto n = forms.cols() - 1;
  const Eigen::MatrixXd a = forms.rightCols(n), b = known.rightCols(n);
  if (b.rows() == 0) return a * a.transpose();
  return a * a.transpose() - a * b.transpose() * (b * b.transpose()).inverse() * b * a.transpose();
}

double half_log_det(const Eigen::MatrixXd& c) { return std::log((2 * M_PI * std::exp(1.0) * c).determinant()) / 2; }

/// -∫ f ln f of a mixture, plainly.
double plain_entropy(const std::vector<std::pair<Eigen::VectorXd, Eigen::MatrixXd>>& parts) {
  const auto d = parts.front().first.size();
  const double w = 1.0 / static_cast<double>(parts.size()), h = d == 1 ? 0.02 : 0.06, reach = d == 1 ? 15 : 9;
  std::vector<Eigen::MatrixXd> inverse;
  std::vector<double> height;
  for (const auto& [mean, c] : parts) {
    inverse.push_back(c.inverse());
    height.push_back(w / std::sqrt((2 * M_PI * c).determinant()));
  }
  double sum = 0;
  Eigen::VectorXd x(d);
  const std::function<void(Eigen::Index)> scan = [&](Eigen::Index a) {
    if (a < d) {
      for (double y = -reach; y < reach; y += h) {
        x[a] = y;
        scan(a + 1);
      }
      return;
    }
    double f = 0;
    for (std::size_t k = 0; k < parts.size(); ++k) {
      const Eigen::VectorXd z = x - parts[k].first;
      f += height[k] * std::exp(-z.dot(inverse[k] * z) / 2);
    }
    if (f > 0) sum -= f * std::log(f) * std::pow(h, static_cast<double>(d));
  };
  scan(0);
  return sum;
}

/// What the judge knows after `steps` steps.
std::map<std::string, double> judge(const Learner& l, int steps) {
  const auto d = static_cast<int>(l.truth.size()), rows = static_cast<int>(l.inputs.size());
  const int columns = 1 + d + steps * (d + 1);
  std::map<std::string, double> q;
  std::vector<std::pair<Eigen::VectorXd, Eigen::MatrixXd>> theta_parts;
  std::vector<std::vector<std::pair<Eigen::VectorXd, Eigen::MatrixXd>>> x_parts(l.inputs.size());
  int sequences = 1;
  for (int n = 0; n < steps; ++n) sequences *= rows;
  for (int code = 0; code < sequences; ++code) {
    const double p = 1.0 / sequences;
    const auto add = [&](const char* name, double value) { q[name] += p * value; };
    Forms theta = Forms::Zero(d, columns), seen(0, columns);
    theta.col(0) = l.start;
    for (int a = 0; a < d; ++a) theta(a, 1 + a) = l.width[a];
    double last_loss = 0;
    std::vector<Eigen::VectorXd> drawn;
    for (int n = 0, rest = code; n < steps; ++n, rest /= rows) {
      const Eigen::VectorXd u = l.inputs[static_cast<std::size_t>(rest % rows)];
      const int at = 1 + d + n * (d + 1);
      Forms y = Forms::Zero(1, columns), noise = Forms::Zero(d, columns);
      y(0, 0) = u.dot(l.truth);
      y(0, at + d) = l.sigma;
      for (int a = 0; a < d; ++a) noise(a, at + a) = std::sqrt(2 * l.eta * l.temperature);
      const auto slope = [&](const Forms& t) {
        return Forms(-u * (y - u.transpose() * t) / (l.s * l.s) + l.decay * t);
      };
      const auto loss = [&](const Forms& t) {
        return std::log(2 * M_PI * l.s * l.s) / 2 + (y - u.transpose() * t).squaredNorm() / (2 * l.s * l.s) +
               l.decay / 2 * t.squaredNorm();
      };
      const Forms before = theta;
      theta = before - l.eta * slope(before) + noise;
      const Forms back = before - theta + l.eta * slope(theta);
      add("ep_theta_medium", (back.squaredNorm() - noise.squaredNorm()) / (4 * l.eta * l.temperature));
      if (n > 0) add("work_theta", loss(before) - last_loss);
      last_loss = loss(theta);
      add("heat_theta", last_loss - loss(before));
      Forms known(seen.rows() + 1, columns);
      known << seen, y;
      for (const auto& v : l.inputs) {
        const double share = 1.0 / rows, work = (v.transpose() * (theta - before)).squaredNorm() / (2 * l.s * l.s);
        Forms both(known.rows() + d, columns);
        both << known, theta;
        const double between = std::log1p(given(v.transpose() * before, both)(0, 0) / (l.s * l.s)) / 2;
        add("work_x", share * work);
        add("ep_x", share * (work - between));
        add("flow_theta",
            share * (-between));  // S(X|B) stays; S(X|Θ,B) grows from that of the model
        const auto seen_info = [&](const Forms& t, const Forms& b) {
          return std::log1p(given(v.transpose() * t, b)(0, 0) / (l.s * l.s)) / 2;
        };
        add("flow_x", share * (seen_info(theta, known) - seen_info(before, known) + between));
      }
      seen = known;
      drawn.push_back(u);
    }
    add("entropy_theta_given_b", half_log_det(given(theta, seen)));
    for (int i = 0; i < steps; ++i)
      add("loss_train",
          (std::log(2 * M_PI * l.s * l.s) / 2 +
           (seen.row(i) - drawn[static_cast<std::size_t>(i)].transpose() * theta).squaredNorm() / (2 * l.s * l.s)) /
              steps);
    const Forms none(0, columns);
    theta_parts.emplace_back(theta.col(0), given(theta, none));
    for (std::size_t j = 0; j < l.inputs.size(); ++j) {
      const Forms mean = l.inputs[j].transpose() * theta;
      const Eigen::MatrixXd one = Eigen::MatrixXd::Constant(1, 1, l.s * l.s);
      add("entropy_x_given_b", half_log_det(given(mean, seen) + one) / rows);
      x_parts[j].emplace_back(Eigen::VectorXd(mean.col(0)), given(mean, none) + one);
      Eigen::RowVectorXd off = mean.row(0);
      off[0] -= l.inputs[j].dot(l.truth);
      add("loss_test",
          (std::log(2 * M_PI * l.s * l.s) + (off.squaredNorm() + l.sigma * l.sigma) / (l.s * l.s)) / 2 / rows);
    }
  }
  q["entropy_theta"] = plain_entropy(theta_parts);
  for (const auto& parts : x_parts) q["entropy_x"] += plain_entropy(parts) / rows;
  q["m_info"] = q["entropy_theta"] - q["entropy_theta_given_b"];
  q["l_info"] = q["entropy_x"] - q["entropy_x_given_b"];
  return q;
}

std::string list(const Eigen::VectorXd& v) {
  std::string out;
  for (const double x : v) out += (out.empty() ? "[" : ", ") + text(x);
  return out + "]";
}

std::string toml(const Learner& l, const std::string& points) {
  std::string rows;
  for (const auto& u : l.inputs) rows += (rows.empty() ? "[" : ", ") + list(u);
  return "[model]\nkind = \"linear-regression\"\nstddev = " + text(l.s) + "\ninputs = " + rows +
         "]\n[data]\ntarget = { weights = " + list(l.truth) + ", stddev = " + text(l.sigma) +
         " }\n[learner]\nkind = \"sgld\"\nbatch = \"stream\"\nbatch_size = 1\nlearning_rate = " + text(l.eta) +
         "\ntemperature = " + text(l.temperature) + "\nweight_decay = " + text(l.decay) +
         "\ninitial = { mean = " + list(l.start) + ", stddev = " + list(l.width) + " }\n[time]\npoints = " + points +
         "\n";
}

Eigen::VectorXd vector(std::initializer_list<double> list) {
  return Eigen::Map<const Eigen::VectorXd>(list.begin(), static_cast<Eigen::Index>(list.size()));
}

}  // namespace

TEST_CASE("sgld stream of regression examples, one weight: as sums of normals") {
  const Learner l{{vector({1}), vector({-0.5}), vector({0})}, vector({0.7}), vector({-0.3}), vector({0.6})};
  const auto n = with_medium(toml(l, "[1, 3]"), 10);
  check_accuracy(n, 10, "stream");
  check_judged(n[0], judge(l, 1), 1e-10);
  check_judged(n[1], judge(l, 3), 1e-10);
}

TEST_CASE("sgld stream of regression examples, two weights: as sums of normals") {
  const Learner l{{vector({1, 0.5}), vector({-0.5, 1})}, vector({0.7, -0.4}), vector({-0.3, 0.2}), vector({0.6, 0.8})};
  const auto n = with_medium(toml(l, "[2]"), 8);
  check_accuracy(n, 8, "stream");
  check_judged(n[0], judge(l, 2), 1e-8);
}

TEST_CASE("sgld stream: rows of one size are gaussian-mean, whose closed form is another route") {
  const std::string after =
      " }\n[learner]\nkind = \"sgld\"\nbatch = \"stream\"\nbatch_size = 3\nlearning_rate = 0.2\ntemperature = 0.25\n"
      "weight_decay = 0.3\ninitial = { mean = [0.4], stddev = [0.7] }\n[time]\npoints = [0, 1, 5, 40]\n";
  const auto closed = numbers(compute(
      parse_one("[model]\nkind = \"gaussian-mean\"\nstddev = 1.1\n[data]\ntarget = { mean = -0.6, stddev = 0.9" +
                after),
      with(Method::automatic, 12)));
  const auto rows = numbers(compute(
      parse_one("[model]\nkind = \"linear-regression\"\nstddev = 1.1\ninputs = [[1], [-1], [1]]\n[data]\ntarget = { "
                "weights = [-0.6], stddev = 0.9" +
                after),
      with(Method::automatic, 12)));
  CHECK(check_honest(rows, closed, "rows of size 1") > 80);
}

// Rows of one direction and a learner that cools: the covariances of two weights become ever longer ellipses.
TEST_CASE("sgld stream: what ill-conditioned covariances lose is in the errors") {
  std::string times = "0", temperatures = "1";
  for (int k = 1; k <= 30; ++k) {
    times += ", " + std::to_string(k);
    temperatures += ", " + text(std::pow(0.5, k));
  }
  const auto e = parse_one(
      "[model]\nkind = \"linear-regression\"\nstddev = 1\ninputs = [[1, 0.7]]\n[data]\ntarget = { weights = [0.3, "
      "-0.2], stddev = 1e-7 }\n[learner]\nkind = \"sgld\"\nbatch = \"stream\"\nbatch_size = 1\nlearning_rate = "
      "0.6\ntemperature = { times = [" +
      times + "], values = [" + temperatures +
      "] }\ninitial = { mean = [0.3, -0.2], stddev = [0.7, 0.7] }\n[time]\npoints = [0, 20, 30]\n");
  Options rough = with(Method::automatic, 6);
  rough.precision = 15;
  rough.best_effort = true;
  CHECK(check_honest(numbers(compute(e, rough)), numbers(compute(e, with(Method::automatic, 40))), "ellipses") > 50);
}

TEST_CASE("sgld stream: a schedule that ends where it began") {
  const std::string before =
                        "[model]\nkind = \"gaussian-mean\"\nstddev = 1.1\n[data]\ntarget = { mean = -0.6, stddev = "
                        "0.9 }\n[learner]\nkind = \"sgld\"\nbatch = \"stream\"\nlearning_rate = ",
                    after =
                        "\ntemperature = 0.25\nweight_decay = 0.3\ninitial = { mean = [0.4], stddev = [0.7] }\n"
                        "[time]\npoints = [0, 1, 5]\n";
  const auto constant = numbers(compute(parse_one(before + "0.2" + after), with(Method::automatic, 12)));
  const auto scheduled = numbers(
      compute(parse_one(before + "{ times = [10, 20], values = [0.2, 0.1] }" + after), with(Method::automatic, 12)));
  CHECK(check_honest(scheduled, constant, "schedule") > 60);
}

TEST_CASE("sgld stream of regression examples: too many sequences of rows are refused") {
  const Learner l{{vector({1}), vector({-0.5}), vector({0})}, vector({0.7}), vector({-0.3}), vector({0.6})};
  CHECK_THROWS_WITH_AS(compute(parse_one(toml(l, "[200]")), with(Method::automatic, 10)),
                       doctest::Contains("65536 sequences"), InputError);
}

}  // namespace calor::run::sgld_stream_test
