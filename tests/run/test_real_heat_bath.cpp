// A Gaussian x redrawn at a rate behind a linear learner: given the time of the last redraw (X, Theta) is Gaussian, so
// that the joint density is an integral over that time.

#include <doctest/doctest.h>

#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>

#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

/// Theta: mean, variance and exp(-int kappa) from s to t; x ~ N(input Theta, width²) at each redraw.
struct Redrawn {
  std::function<double(double)> mean, variance;
  double kappa = 1, rate = 2, width = 1, input = 1;
};

/// A Gaussian component of the joint density: the last redraw was at a time s.
struct Component {
  double weight, x, theta, xx, tt, xt;
};

std::vector<Component> components(const Redrawn& r, double t) {
  const auto at = [&](double s, double weight) {
    const double v = r.variance(s), link = std::exp(-r.kappa * (t - s));
    return Component{weight,        r.input * r.mean(s), r.mean(t), r.input * r.input * v + r.width * r.width,
                     r.variance(t), r.input * link * v};
  };
  std::vector<Component> out{at(0, std::exp(-r.rate * t))};
  using Gauss = boost::math::quadrature::gauss<double, 30>;
  for (std::size_t k = 0; k < Gauss::abscissa().size(); ++k)
    for (const double sign : {-1.0, 1.0}) {
      const double s = t / 2 * (1 + sign * Gauss::abscissa()[k]);
      out.push_back(at(s, t / 2 * Gauss::weights()[k] * r.rate * std::exp(-r.rate * (t - s))));
    }
  return out;
}

double density(const Component& c, double x, double theta) {
  const double determinant = c.xx * c.tt - c.xt * c.xt, a = x - c.x, b = theta - c.theta;
  return c.weight * std::exp(-(c.tt * a * a - 2 * c.xt * a * b + c.xx * b * b) / (2 * determinant)) /
         (2 * std::numbers::pi * std::sqrt(determinant));
}

struct Integrals {
  double entropy_x = 0, information = 0, flow_x = 0,
         energy = 0;  // flow_x: what redraws add to I(X;Theta), a unit of time
};

/// By trapezoidal sums over x and theta.
Integrals integrals(const Redrawn& r, double t) {
  const auto parts = components(r, t);
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const auto& c : parts) {
    low = std::min(low, c.x - 8 * std::sqrt(c.xx));
    high = std::max(high, c.x + 8 * std::sqrt(c.xx));
  }
  const double m = r.mean(t), sd = std::sqrt(r.variance(t)), dx = 0.25 * r.width, dz = 0.2;
  Integrals out;
  for (double x = low; x < high; x += dx) {
    double marginal = 0;
    for (const auto& c : parts)
      marginal += c.weight * std::exp(-(x - c.x) * (x - c.x) / (2 * c.xx)) / std::sqrt(2 * std::numbers::pi * c.xx);
    out.entropy_x -= dx * marginal * std::log(marginal);
    for (double z = -8; z <= 8; z += dz) {
      const double theta = m + sd * z, rho = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi) / sd,
                   u = (x - r.input * theta) / r.width,
                   own = std::exp(-u * u / 2) / (r.width * std::sqrt(2 * std::numbers::pi)) * rho;
      double joint = 0;
      for (const auto& c : parts) joint += density(c, x, theta);
      const double log = joint > 0 ? std::log(joint / (marginal * rho)) : 0;
      out.information += dx * dz * sd * joint * log;
      out.flow_x += dx * dz * sd * r.rate * (own - joint) * log;
      out.energy += dx * dz * sd * joint * (u * u / 2 + std::log(2 * std::numbers::pi * r.width * r.width) / 2);
    }
  }
  return out;
}

/// The model's quantities at t, for each row of a design their mean over the rows.
std::map<std::string, double> truth(const std::vector<Redrawn>& rows, double t) {
  std::map<std::string, double> out;
  using Gauss = boost::math::quadrature::gauss<double, 20>;
  for (const auto& r : rows) {
    const double share = 1.0 / static_cast<double>(rows.size());
    const auto start = integrals(r, 0), end = integrals(r, t);
    double heat = 0, flow = 0;
    for (std::size_t k = 0; k < Gauss::abscissa().size(); ++k)
      for (const double sign : {-1.0, 1.0}) {
        const auto here = integrals(r, t / 2 * (1 + sign * Gauss::abscissa()[k]));
        const double settled = 0.5 + std::log(2 * std::numbers::pi * r.width * r.width) / 2;
        heat += t / 2 * Gauss::weights()[k] * r.rate * (settled - here.energy);
        flow += t / 2 * Gauss::weights()[k] * here.flow_x;
      }
    out["heat_x"] += share * heat;
    out["work_x"] += share * (end.energy - start.energy - heat);
    out["flow_x"] += share * flow;
    out["flow_theta"] += share * (end.information - start.information - flow);
    out["info_x_theta_given_b"] += share * end.information;
    out["entropy_x_given_b"] += share * end.entropy_x;
    out["entropy_x_given_theta"] += share * (end.entropy_x - end.information);
    out["ep_x"] += share * (end.entropy_x - start.entropy_x - flow - heat);
  }
  return out;
}

/// By mixtures over the last redraw and on a grid.
void check_with(Method method, const std::string& text, int digits, const std::map<std::string, double>& expected) {
  Options o = with(method, digits);
  for (const auto& [name, value] : expected) o.quantities.push_back(name);
  const auto got = numbers(compute(parse_one(text), o)).back();
  CHECK(got.size() == expected.size());
  for (const auto& [name, value] : expected) {
    const double miss = std::fabs(static_cast<double>(got.at(name).value) - value);
    CHECK_MESSAGE(miss < static_cast<double>(got.at(name).error) + 2e-10, name, ": off by ", miss, ", error ",
                  got.at(name).error.str(3));
  }
}

void check(const std::string& text, int digits, const std::map<std::string, double>& expected) {
  for (const Method method : {Method::automatic, Method::spectral}) check_with(method, text, digits, expected);
}

const std::string weight_decay = "\nweight_decay = 0.3\n", narrow = "initial = { mean = [0.1], stddev = [0.3] }\n",
                  redraws = "[sampler]\nkind = \"heat-bath\"\nrate = 2\n[time]\npoints = [0, 0.5]\n";

/// One parameter in a well of curvature kappa around `well`, mobility 1.
Redrawn in_well(double kappa, double well, double temperature) {
  Redrawn out;
  out.kappa = kappa;
  out.mean = [=](double t) { return well + (0.1 - well) * std::exp(-kappa * t); };
  out.variance = [=](double t) {
    return 0.09 * std::exp(-2 * kappa * t) - temperature / kappa * std::expm1(-2 * kappa * t);
  };
  return out;
}

}  // namespace

TEST_CASE("heat-bath of a Gaussian x: gaussian-mean, langevin and sgd-diffusion") {
  const std::string model = "[model]\nkind = \"gaussian-mean\"\nstddev = 1\n[data]\nvalues = [0.3, -0.2]\n[learner]\n";
  check(model + "kind = \"langevin\"\nmobility = 1\ntemperature = 0.5" + weight_decay + narrow + redraws, 8,
        truth({in_well(1.3, 0.05 / 1.3, 0.5)}, 0.5));
  // D = T + eta/2m scatter
  check(model + "kind = \"sgd-diffusion\"\nlearning_rate = 0.2\nbatch_size = 1\ntemperature = 0.5" + weight_decay +
            narrow + redraws,
        8, truth({in_well(1.3, 0.05 / 1.3, 0.5 + 0.1 * 0.0625)}, 0.5));
}

TEST_CASE("heat-bath of a Gaussian x: linear-regression") {
  const auto model = [](const std::string& inputs) {
    return "[model]\nkind = \"linear-regression\"\nstddev = 1\ninputs = " + inputs +
           "\n[data]\nvalues = [0.3, 0.1]\n[learner]\n";
  };
  const std::string langevin = "kind = \"langevin\"\nmobility = 1\ntemperature = 0.5" + weight_decay;
  // L'' = <u²> + lambda, b = <u y>
  const double kappa = 0.625 + 0.3;
  auto first = in_well(kappa, 0.125 / kappa, 0.5), second = first;
  second.input = -0.5;
  check(model("[[1], [-0.5]]") + langevin + narrow + redraws, 6, truth({first, second}, 0.5));
  // orthogonal rows: each tells of one weight
  const double slow = 0.5 + 0.3;
  const auto one = in_well(slow, 0.15 / slow, 0.5), other = in_well(slow, 0.05 / slow, 0.5);
  check(model("[[1, 0], [0, 1]]") + langevin + "initial = { mean = [0.1, 0.1], stddev = [0.3, 0.3] }\n" + redraws, 4,
        truth({one, other}, 0.5));
  // noise that depends on theta in general: equal inputs have none of that, and gaussian-mean does it another way
  const std::string sgd =
      "kind = \"sgd-diffusion\"\nlearning_rate = 0.2\nbatch_size = 1\ntemperature = 0.5" + weight_decay;
  check(model("[[1], [1]]") + sgd + narrow + redraws, 6, truth({in_well(1.3, 0.2 / 1.3, 0.5 + 0.1 * 0.01)}, 0.5));
}

TEST_CASE("heat-bath of a Gaussian x: behind a schedule, and in turns") {
  const std::string model =
                        "[model]\nkind = \"gaussian-mean\"\nstddev = 1\n[data]\nvalues = [0.3, -0.2]\n[learner]\n"
                        "kind = \"langevin\"\nmobility = 1\n",
                    cooling = "temperature = { times = [0, 0.5], values = [0.8, 0.4] }";
  auto cooled = in_well(1.3, 0.05 / 1.3, 0.5);
  cooled.variance = [](double t) {  // dv/dt = -2 kappa v + 2 (0.8 - 0.8 t)
    const double k = 2.6, e = std::exp(-k * t);
    return 0.09 * e + 1.6 * (1 - e) / k - 1.6 * (t / k - (1 - e) / (k * k));
  };
  check(model + cooling + weight_decay + narrow + redraws, 7, truth({cooled}, 0.5));

  // two turns, each leaves x with probability 0.6
  const auto r = in_well(1.3, 0.05 / 1.3, 0.5);
  const auto energy = [&](const std::vector<std::pair<double, double>>& redrawn, double t) {
    double sum = std::log(2 * std::numbers::pi) / 2;
    for (const auto& [s, weight] : redrawn)
      sum += weight / 2 *
             (std::pow(r.mean(s) - r.mean(t), 2) + r.variance(s) + 1 + r.variance(t) -
              2 * std::exp(-r.kappa * (t - s)) * r.variance(s));
    return sum;
  };
  const double q = 0.5 + std::log(2 * std::numbers::pi) / 2, w1 = energy({{0, 1}}, 0.25) - q,
               after1 = 0.6 * (w1 + q) + 0.4 * q, before2 = energy({{0, 0.6}, {0.25, 0.4}}, 0.5),
               work = w1 + before2 - after1, heat = (after1 - q - w1) + 0.4 * (q - before2);
  for (const std::string learner : {"temperature = 0.5", "temperature = { times = [0, 1], values = [0.5, 0.5] }"})
    check(model + learner + weight_decay + narrow +
              "[sampler]\nkind = \"heat-bath\"\nprobability = 0.4\n[time]\nstep = 0.25\npoints = [0, 0.5]\n",
          8, {{"heat_x", heat}, {"work_x", work}});
}

TEST_CASE("heat-bath of a Gaussian x: sgld with two weights") {
  // orthogonal rows tell of one weight each, and X is the mean over the rows
  const auto of = [](const std::string& inputs, const std::string& starts, const std::string& batch,
                     const std::vector<std::string>& quantities) {
    Options o = with(Method::automatic, 4);
    o.quantities = quantities;
    return numbers(
        compute(parse_one("[model]\nkind = \"linear-regression\"\nstddev = 1\ninputs = " + inputs +
                          "\n[data]\nvalues = [0.3, 0.1]\n[learner]\nkind = \"sgld\"\nbatch = " + batch +
                          "\nlearning_rate = 0.4\ntemperature = 0.3" + weight_decay + "initial = " + starts +
                          "\n[sampler]\nkind = \"heat-bath\"\nprobability = 0.4\n[time]\npoints = [0, 1, 3]\n"),
                o));
  };
  const auto adds_up = [&](const std::string& batch, const std::vector<std::string>& quantities) {
    const auto both = of("[[1, 0], [0, 1]]", "{ mean = [0.1, -0.2], stddev = [0.3, 0.4] }", batch, quantities);
    const auto sum = added(of("[[1], [0]]", "{ mean = [0.1], stddev = [0.3] }", batch, quantities),
                           of("[[0], [1]]", "{ mean = [-0.2], stddev = [0.4] }", batch, quantities));
    CHECK(check_honest(both, sum, batch) == 3 * static_cast<int>(quantities.size()));
    CHECK(abs(both[2].at("heat_x").value) > Number("1e-3"));
  };
  adds_up("\"full\"",
          {"heat_x", "work_x", "flow_x", "flow_theta", "ep_x", "info_x_theta_given_b", "heat_theta", "ep_theta"});
  // (which row was drawn joins the weights: more is known of X than from its own)
  adds_up("\"minibatch\"\nbatch_size = 1", {"heat_x", "work_x"});
}

TEST_CASE("heat-bath of a Gaussian x: what is not available is named") {
  const auto refused = [](const std::string& text, const std::string& key = "sampler.kind",
                          Method method = Method::automatic) {
    CHECK_THROWS_WITH_AS(static_cast<void>(compute(parse_one(text), with(method))), doctest::Contains(key.c_str()),
                         InputError);
  };
  const std::string langevin = "[learner]\nkind = \"langevin\"\nmobility = 1\ntemperature = 0.5" + weight_decay +
                               "initial = { mean = [0.1, 0.1], stddev = [0.3, 0.3] }\n";
  const std::string plane =
      "[model]\nkind = \"gaussian-mean\"\nstddev = 1\ndimension = 2\n[data]\nvalues = [[0.3, 0], [-0.2, 1]]\n" +
      langevin;
  refused(plane + redraws, "sampler.kind", Method::spectral);
  refused(plane + "[time]\npoints = [0.4]\nstep = 0.2\n", "time.step", Method::spectral);
}

}  // namespace calor::run::test
