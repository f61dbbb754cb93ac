// sgld with minibatches of real examples, one parameter. The judge enumerates all histories of single drawn examples:
// given one, Θ and x are sums of independent normals, so all densities are mixtures of Gaussians with known parameters.

#include <doctest/doctest.h>

#include <cmath>

#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::sgld_real_test {

using namespace run::test;

namespace {

/// batch_size 1; x keeps the share `keep` of its distance from its mean in a turn.
struct Learner {
  std::vector<double> inputs;
  double s = 0.8, eta = 0.4, temperature = 0.3, decay = 0.2, start = -0.3, width = 0.6, keep = 0;
};

/// Weighted Gaussian in (Θ, x), x on one row of the design.
struct Part {
  double weight = 1, theta = 0, x = 0, tt = 0, tx = 0, xx = 0;
};

using Parts = std::vector<Part>;

double gauss(double z, double variance) { return std::exp(-z * z / (2 * variance)) / std::sqrt(2 * M_PI * variance); }

/// -∫ f ln f of the density of Θ, or of x.
double line(const Parts& parts, bool of_x) {
  constexpr double h = 0.025, reach = 12;
  double sum = 0;
  for (double z = -reach; z < reach; z += h) {
    double f = 0;
    for (const auto& p : parts) f += p.weight * (of_x ? gauss(z - p.x, p.xx) : gauss(z - p.theta, p.tt));
    if (f > 0) sum -= h * f * std::log(f);
  }
  return sum;
}

double plane(const Parts& parts) {
  constexpr double h = 0.06, reach = 8;
  double sum = 0;
  for (double t = -reach; t < reach; t += h)
    for (double x = -reach; x < reach; x += h) {
      double f = 0;
      for (const auto& p : parts) {
        const double slope = p.tx / p.tt;
        f += p.weight * gauss(t - p.theta, p.tt) * gauss(x - p.x - slope * (t - p.theta), p.xx - slope * p.tx);
      }
      if (f > 0) sum -= h * h * f * std::log(f);
    }
  return sum;
}

/// <phi> up to a constant.
double energy(const Learner& l, double u, const Parts& parts) {
  double sum = 0;
  for (const auto& p : parts)
    sum += p.weight * (std::pow(p.x - u * p.theta, 2) + p.xx - 2 * u * p.tx + u * u * p.tt) / (2 * l.s * l.s);
  return sum;
}

/// Every part moves by every example.
Parts move_theta(const Learner& l, const std::vector<double>& y, const Parts& from) {
  Parts out;
  for (const auto& p : from)
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double u = l.inputs[i], c = u * y[i] / (l.s * l.s), k = 1 - l.eta * (u * u / (l.s * l.s) + l.decay);
      out.push_back({p.weight / static_cast<double>(y.size()), k * p.theta + l.eta * c, p.x,
                     k * k * p.tt + 2 * l.eta * l.temperature, k * p.tx, p.xx});
    }
  return out;
}

Parts move_x(const Learner& l, double u, Parts parts) {
  const double f = l.keep, g = 1 - f;
  for (auto& p : parts) {
    p.xx = f * f * p.xx + 2 * f * g * u * p.tx + g * g * u * u * p.tt + (1 - f * f) * l.s * l.s;
    p.x = f * p.x + g * u * p.theta;
    p.tx = f * p.tx + g * u * p.tt;
  }
  return parts;
}

/// ∫∫ ρ K ln [K(θ'|θ)/K(θ|θ')].
double medium(const Learner& l, const std::vector<double>& y, const Parts& from) {
  constexpr double h = 0.05, reach = 7;
  const auto kernel = [&](double to, double at) {
    double k = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double u = l.inputs[i], slope = u * (u * at - y[i]) / (l.s * l.s) + l.decay * at;
      k += gauss(to - at + l.eta * slope, 2 * l.eta * l.temperature) / static_cast<double>(y.size());
    }
    return k;
  };
  double sum = 0;
  for (double t = -reach; t < reach; t += h) {
    double rho = 0;
    for (const auto& p : from) rho += p.weight * gauss(t - p.theta, p.tt);
    if (rho < 1e-18) continue;
    for (double to = -reach; to < reach; to += h) {
      const double there = kernel(to, t), back = kernel(t, to);
      if (there > 1e-18) sum += h * h * rho * there * std::log(there / back);
    }
  }
  return sum;
}

double loss(const Learner& l, const std::vector<double>& y, const Parts& parts, bool with_decay) {
  double sum = 0;
  for (const auto& p : parts) {
    for (std::size_t i = 0; i < y.size(); ++i)
      sum += p.weight / static_cast<double>(y.size()) *
             (std::log(2 * M_PI * l.s * l.s) +
              (std::pow(y[i] - l.inputs[i] * p.theta, 2) + l.inputs[i] * l.inputs[i] * p.tt) / (l.s * l.s)) /
             2;
    if (with_decay) sum += p.weight * l.decay * (p.theta * p.theta + p.tt) / 2;
  }
  return sum;
}

/// All of one data set after `steps` steps.
std::map<std::string, double> judge(const Learner& l, const std::vector<double>& y, int steps) {
  std::map<std::string, double> q;
  const double share = 1.0 / static_cast<double>(l.inputs.size()), v = l.width * l.width;
  for (const double u : l.inputs) {
    Parts now{{1, l.start, u * l.start, v, u * v, u * u * v + l.s * l.s}};
    const auto information = [&](const Parts& p) { return line(p, true) + line(p, false) - plane(p); };
    for (int n = 0; n < steps; ++n) {
      const Parts between = move_theta(l, y, now), after = move_x(l, u, between);
      const double heat = energy(l, u, after) - energy(l, u, between), info = information(between);
      q["work_x"] += share * (energy(l, u, between) - energy(l, u, now));
      q["heat_x"] += share * heat;
      q["ep_x"] += share * (plane(after) - plane(between) - heat);
      q["flow_theta"] += share * (info - information(now));
      q["flow_x"] += share * (information(after) - info);
      q["ep_theta_medium"] += share * medium(l, y, now);
      now = after;
    }
    q["entropy_x"] += share * line(now, true);
    q["info_x_theta_given_b"] += share * information(now);
    q["entropy_theta"] = line(now, false);
    q["loss_train"] = loss(l, y, now, false);
    q["heat_theta"] = loss(l, y, now, true) - loss(l, y, {{1, l.start, 0, v, 0, 1}}, true);
  }
  return q;
}

std::string list(const std::vector<double>& v, bool nested = false) {
  std::string out;
  for (const double x : v) out += (out.empty() ? "[" : ", ") + (nested ? "[" + text(x) + "]" : text(x));
  return out + "]";
}

std::string toml(const Learner& l, bool regression, const std::string& data, const std::string& sampler,
                 const std::string& points) {
  return "[model]\nkind = \"" +
         (regression ? "linear-regression\"\ninputs = " + list(l.inputs, true) : std::string("gaussian-mean\"")) +
         "\nstddev = " + text(l.s) + "\n[data]\n" + data +
         "\n[learner]\nkind = \"sgld\"\nbatch = \"minibatch\"\nbatch_size = 1\nlearning_rate = " + text(l.eta) +
         "\ntemperature = " + text(l.temperature) + "\nweight_decay = " + text(l.decay) + "\ninitial = { mean = [" +
         text(l.start) + "], stddev = [" + text(l.width) + "] }\n[sampler]\n" + sampler +
         "\n[time]\npoints = " + points + "\n";
}

}  // namespace

TEST_CASE("sgld minibatches of a regression, one weight: all histories") {
  const Learner l{{1, -0.5, 0}};
  const std::vector<double> y{0.9, 1.4, -0.3};
  const auto n = with_medium(toml(l, true, "values = " + list(y), "kind = \"equilibrium\"", "[1, 2]"), 10);
  check_accuracy(n, 10, "regression");
  check_judged(n[0], judge(l, y, 1), 1e-9);
  check_judged(n[1], judge(l, y, 2), 1e-9);
}

TEST_CASE("sgld minibatches behind an x that lags by ou: all histories") {
  Learner l{{1, 1, 1}};
  l.keep = std::exp(-0.7);
  const std::vector<double> y{-1, 0.4, 2};
  const auto n = with_medium(toml(l, false, "values = " + list(y), "kind = \"ou\"\nrate = 0.7", "[1, 2]"), 10);
  check_accuracy(n, 10, "ou");
  for (const int steps : {1, 2}) {
    auto truth = judge(l, y, steps);
    truth["ep_x_path"] = -truth.at("heat_x");
    check_judged(n[static_cast<std::size_t>(steps - 1)], truth, 1e-9);
  }
  const Learner of_rows{{1, -0.5}, 0.8, 0.4, 0.3, 0.2, -0.3, 0.6, std::exp(-0.7)};
  const auto rows = with_medium(toml(of_rows, true, "values = [0.9, 1.4]", "kind = \"ou\"\nrate = 0.7", "[2]"), 10);
  check_judged(rows[0], judge(of_rows, {0.9, 1.4}, 2), 1e-9);
}

namespace {

/// What chance draws: every y_j = w u_j + σ z_j by the trapezoidal rule, Θ and x of all data sets as mixtures over the
/// histories.
std::map<std::string, double> judge_ensemble(const Learner& l, double truth, double sigma, int steps) {
  constexpr double h = 0.5;
  constexpr int half = 14;
  std::map<std::string, double> q;
  const double share = 1.0 / static_cast<double>(l.inputs.size());
  std::map<double, Parts> all;  // of an input: given B, weighted by p(B)
  for (int i = -half; i <= half; ++i)
    for (int j = -half; j <= half; ++j) {
      const double p = h * h * gauss(h * i, 1) * gauss(h * j, 1);
      const std::vector<double> y{truth * l.inputs[0] + sigma * h * i, truth * l.inputs[1] + sigma * h * j};
      Parts theta{{1, l.start, 0, l.width * l.width, 0, 1}};
      const double first = loss(l, y, theta, true);
      for (int n = 0; n < steps; ++n) theta = move_theta(l, y, theta);
      q["heat_theta"] += p * (loss(l, y, theta, true) - first);
      q["loss_train"] += p * loss(l, y, theta, false);
      q["entropy_theta_given_b"] += p * line(theta, false);
      for (const double u : l.inputs) {
        Parts x = theta;
        for (auto& part : x) part.x = u * part.theta, part.xx = u * u * part.tt + l.s * l.s, part.tx = u * part.tt;
        q["entropy_x_given_b"] += p * share * line(x, true);
      }
    }
  // given a history Θ is an affine function of normals: its moments over B from those of two data sets and of none
  const auto at = [&](double a, double b) {
    Parts theta{{1, l.start, 0, l.width * l.width, 0, 1}};
    for (int n = 0; n < steps; ++n)
      theta = move_theta(l, {truth * l.inputs[0] + sigma * a, truth * l.inputs[1] + sigma * b}, theta);
    return theta;
  };
  Parts whole = at(0, 0);
  const Parts one = at(1, 0), two = at(0, 1);
  for (std::size_t k = 0; k < whole.size(); ++k)
    whole[k].tt += std::pow(one[k].theta - whole[k].theta, 2) + std::pow(two[k].theta - whole[k].theta, 2);
  q["entropy_theta"] = line(whole, false);
  for (const double u : l.inputs) {
    Parts x = whole;
    for (auto& part : x) part.x = u * part.theta, part.xx = u * u * part.tt + l.s * l.s;
    q["entropy_x"] += share * line(x, true);
  }
  q["m_info"] = q["entropy_theta"] - q["entropy_theta_given_b"];
  q["l_info"] = q["entropy_x"] - q["entropy_x_given_b"];
  return q;
}

}  // namespace

TEST_CASE("long: sgld minibatches of two examples from a target: an integral over both" * doctest::test_suite("long")) {
  Options o = with(Method::automatic, 5);
  o.quantities = {"m_info",   "l_info",     "r_info",     "entropy_theta", "entropy_theta_given_b", "entropy_x",
                  "ep_theta", "heat_theta", "loss_train", "heat_x",        "entropy_x_given_b",     "ep_x",
                  "loss_test"};
  const Learner same{{1, 1}};
  const auto a = numbers(compute(
      parse_one(toml(same, false, "size = 2\ntarget = { mean = 0.4, stddev = 0.7 }", "kind = \"equilibrium\"", "[2]")),
      o));
  check_accuracy(a, 5, "gaussian-mean");
  const auto truth = judge_ensemble(same, 0.4, 0.7, 2);
  check_judged(a[0], truth, 1e-5);
  for (const auto& [name, value] : truth) {
    const double miss = std::fabs(static_cast<double>(a[0].at(name).value) - value);
    CHECK_MESSAGE(miss < static_cast<double>(a[0].at(name).error) + 1e-9, name, ": off by ", miss);
  }
}

TEST_CASE("sgld minibatches of many examples from a target are refused") {
  const Learner l{{1}};
  CHECK_THROWS_WITH_AS(compute(parse_one(toml(l, false, "size = 20\ntarget = { mean = 0.4, stddev = 0.7 }",
                                              "kind = \"equilibrium\"", "[2]")),
                               with(Method::automatic, 10)),
                       doctest::Contains("the noise of gradients depends on every example"), InputError);
}

}  // namespace calor::run::sgld_real_test
