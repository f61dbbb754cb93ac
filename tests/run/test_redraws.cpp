// A Gaussian x that is redrawn now and then, as a mixture over the time of its last redraw: in the plane and in space,
// over ensembles, in turns. Judged by sums over x and theta written here, by other solvers, and by symmetries.

#include <doctest/doctest.h>

#include <array>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <numbers>
#include <string>

#include "info/mixture_entropy.hpp"
#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

using info::MixtureCoordinate;

constexpr double pi = std::numbers::pi;
const std::vector<std::string> of_x{"entropy_x_given_b",
                                    "entropy_x_given_theta",
                                    "info_x_theta_given_b",
                                    "heat_x",
                                    "work_x",
                                    "flow_x",
                                    "flow_theta",
                                    "ep_x",
                                    "ep_x_given_b"};

std::string redrawn(const std::string& data, const std::string& start, const std::string& time,
                    const std::string& model = "kind = \"gaussian-mean\"\ndimension = 2\nstddev = 1",
                    const std::string& learner = "kind = \"langevin\"\nmobility = 1\ntemperature = 0.5") {
  return "[model]\n" + model + "\n[data]\n" + data + "\n[learner]\n" + learner +
         "\nweight_decay = 0.3\ninitial = " + start + "\n[sampler]\nkind = \"heat-bath\"\n" + time + "\n";
}

Numbers run_redraws(const std::string& text, int digits, std::vector<std::string> quantities = {},
                    Method method = Method::automatic) {
  Options o = with(method, digits);
  o.quantities = std::move(quantities);
  return numbers(compute(parse_one(text), o));
}

// Two coordinates in wells of curvature 1.3 around b / 1.3, temperature 0.5, rate 2, s = 1: sums over x and theta.

struct Last {  // one coordinate, given the last redraw: (x, theta) is Gaussian
  double x, theta, xx, tt, xt;
};

struct PlaneStart {
  double mean, variance;
};

Last last_redraw(double s, double t, double b, double b_variance, const PlaneStart& start) {
  const double k = 1.3;
  const auto decay = [&](double at) { return std::exp(-k * at); };
  const auto answer = [&](double at) { return (1 - decay(at)) / k; };
  const auto own = [&](double at) { return start.variance * decay(2 * at) + 0.5 / k * (1 - decay(2 * at)); };
  const auto mean = [&](double at) { return start.mean * decay(at) + answer(at) * b; };
  const auto shared = [&](double a, double c) { return answer(a) * answer(c) * b_variance; };
  return {mean(s), mean(t), 1 + own(s) + shared(s, s), own(t) + shared(t, t), decay(t - s) * own(s) + shared(s, t)};
}

struct PlaneSums {
  double entropy_x = 0, information = 0, gained = 0, energy = 0;  // gained: by redraws, a unit of time
};

PlaneSums plane_sums(double t, const std::array<double, 2>& b, double b_variance,
                     const std::array<PlaneStart, 2>& start) {
  using Gauss = boost::math::quadrature::gauss<double, 14>;
  const double rate = 2;
  std::vector<double> when{0}, weight{std::exp(-rate * t)};
  for (std::size_t k = 0; k < Gauss::abscissa().size(); ++k)
    for (const double sign : {-1.0, 1.0}) {
      when.push_back(t / 2 * (1 + sign * Gauss::abscissa()[k]));
      weight.push_back(t / 2 * Gauss::weights()[k] * rate * std::exp(-rate * (t - when.back())));
    }
  // for each coordinate and each pair of nodes: conditional densities, those of a fresh x, of x alone, and of theta
  struct Node {
    std::vector<double> given, alone;
    double fresh, theta, weight, energy;
  };
  std::array<std::vector<Node>, 2> nodes;
  std::array<std::vector<std::pair<double, std::vector<double>>>, 2> x_nodes;
  for (std::size_t a = 0; a < 2; ++a) {
    std::vector<Last> parts;
    for (const double s : when) parts.push_back(last_redraw(s, t, b[a], b_variance, start[a]));
    const auto gaussian = [](double off, double v) { return std::exp(-off * off / (2 * v)) / std::sqrt(2 * pi * v); };
    for (double x = -7; x <= 7; x += 0.5) {
      std::vector<double> alone;
      for (const auto& p : parts) alone.push_back(gaussian(x - p.x, p.xx));
      for (double z = -6; z <= 6; z += 0.5) {
        const double theta = parts[0].theta + z * std::sqrt(parts[0].tt);
        Node n{{}, alone, gaussian(x - theta, 1), 0, 0.5 * 0.5 * gaussian(z, 1), (x - theta) * (x - theta) / 2};
        for (const auto& p : parts)
          n.given.push_back(gaussian(x - p.x - p.xt / p.tt * (theta - p.theta), p.xx - p.xt * p.xt / p.tt));
        nodes[a].push_back(std::move(n));
      }
      x_nodes[a].emplace_back(0.5, alone);
    }
  }
  const auto mix = [&](const std::vector<double>& f, const std::vector<double>& g) {
    double sum = 0;
    for (std::size_t k = 0; k < weight.size(); ++k) sum += weight[k] * f[k] * g[k];
    return sum;
  };
  PlaneSums out;
  for (const auto& [w, f] : x_nodes[0])
    for (const auto& [v, g] : x_nodes[1])
      if (const double p = mix(f, g); p > 0) out.entropy_x -= w * v * p * std::log(p);
  for (const auto& m : nodes[0])
    for (const auto& n : nodes[1]) {
      const double p = mix(m.given, n.given), w = m.weight * n.weight;
      if (!(p > 1e-250) || w < 1e-14) continue;
      const double log = std::log(p / mix(m.alone, n.alone));
      out.information += w * p * log;
      out.gained += w * 2 * (m.fresh * n.fresh - p) * log;
      out.energy += w * p * (m.energy + n.energy);
    }
  return out;
}

}  // namespace

TEST_CASE("redraws: entropies of mixtures whose means are known in part") {
  using num::Matrix, num::Vector;
  const info::MixtureResolution fine{26};
  // one component: a Gaussian, whatever moves its mean
  MixtureCoordinate one{Vector<double>::Constant(1, 0.7), Matrix<double>::Constant(1, 1, 2),
                        Vector<double>::Constant(1, 1.44), Matrix<double>::Constant(1, 1, 0.6)};
  const auto single = info::mixture_entropies({one, one}, Vector<double>::Ones(1), 0, fine);
  CHECK(single.entropy == doctest::Approx(std::log(2 * pi * std::numbers::e * 1.44)).epsilon(1e-10));
  CHECK(single.fresh == doctest::Approx(single.entropy).epsilon(1e-12));
  CHECK(single.slope_square == doctest::Approx(2 * 0.36 / 1.44).epsilon(1e-10));

  // two components, whose distance is 1 + 0.8 ζ: by sums over ζ and x
  MixtureCoordinate two{Vector<double>(2), Matrix<double>(2, 1), Vector<double>(2), Matrix<double>(2, 1)};
  two.mean << 0.2, 1.2;
  two.load << 0.5, 1.3;
  two.variance << 1, 0.6;
  two.slope << 0.3, -0.7;
  Vector<double> weight(2);
  weight << 0.3, 0.7;
  double entropy = 0, fresh = 0, slope = 0;
  for (double z = -7; z <= 7; z += 0.05)
    for (double x = -16; x <= 17; x += 0.1) {
      const double w = 0.05 * 0.1 * std::exp(-z * z / 2) / std::sqrt(2 * pi), o = x - 0.2 - 0.5 * z,
                   q = x - 1.2 - 1.3 * z, f = std::exp(-o * o / 2) / std::sqrt(2 * pi),
                   g = std::exp(-q * q / 1.2) / std::sqrt(1.2 * pi), p = 0.3 * f + 0.7 * g,
                   d = 0.3 * f * 0.3 * o - 0.7 * g * 0.7 * q / 0.6;
      if (!(p > 1e-200)) continue;
      entropy -= w * p * std::log(p);
      fresh -= w * g * std::log(p);
      slope += w * d * d / p;
    }
  const auto mixed = info::mixture_entropies({two}, weight, 1, fine);
  CHECK(mixed.entropy == doctest::Approx(entropy).epsilon(3e-10));
  CHECK(mixed.fresh == doctest::Approx(fresh).epsilon(3e-10));
  CHECK(mixed.slope_square == doctest::Approx(slope).epsilon(1e-8));
  // coordinates that have one component in common are independent
  MixtureCoordinate same = two;
  same.mean.setConstant(0.4), same.load.setZero(), same.variance.setConstant(2), same.slope.setZero();
  for (const auto& pair : {std::vector{two, same}, std::vector{same, two}, std::vector{same, two, same}}) {
    const auto apart = info::mixture_entropies(pair, weight, 1, {20});
    CHECK(apart.entropy - double(pair.size() - 1) * std::log(4 * pi * std::numbers::e) / 2 ==
          doctest::Approx(entropy).epsilon(1e-7));
    CHECK(apart.slope_square == doctest::Approx(slope).epsilon(1e-6));
  }
  CHECK_THROWS_AS(static_cast<void>(info::mixture_entropies({two}, Vector<double>::Ones(1), 0, fine)), InternalError);
  CHECK_THROWS_AS(static_cast<void>(info::mixture_entropies({two}, weight, 1, {26, 10})), AccuracyError);
}

TEST_CASE("redraws: gaussian-mean in the plane, by sums over x and theta") {
  const std::array<PlaneStart, 2> start{{{0.1, 0.09}, {-0.4, 0.25}}};
  const std::array<double, 2> b{0.3, 0.8};
  const auto got =
      run_redraws(redrawn("values = [[0.5, 0.2], [0.1, 1.4]]", "{ mean = [0.1, -0.4], stddev = [0.3, 0.5] }",
                          "rate = 2\n[time]\npoints = [0, 0.6]"),
                  7, of_x)
          .back();
  const auto at_start = plane_sums(0, b, 0, start), end = plane_sums(0.6, b, 0, start);
  double heat = 0, flow = 0;
  using Gauss = boost::math::quadrature::gauss<double, 12>;
  for (std::size_t k = 0; k < Gauss::abscissa().size(); ++k)
    for (const double sign : {-1.0, 1.0}) {
      const auto now = plane_sums(0.3 * (1 + sign * Gauss::abscissa()[k]), b, 0, start);
      heat += 0.3 * Gauss::weights()[k] * 2 * (1 - now.energy);
      flow += 0.3 * Gauss::weights()[k] * now.gained;
    }
  check_judged(got,
               {{"entropy_x_given_b", end.entropy_x},
                {"info_x_theta_given_b", end.information},
                {"entropy_x_given_theta", end.entropy_x - end.information},
                {"heat_x", heat},
                {"work_x", end.energy - at_start.energy - heat},
                {"flow_x", flow},
                {"flow_theta", end.information - at_start.information - flow},
                {"ep_x_given_b", end.entropy_x - at_start.entropy_x - heat},
                {"ep_x", end.entropy_x - at_start.entropy_x - heat - flow}},
               2e-7);
}

TEST_CASE("redraws: ensembles in the plane are averages over the examples' mean") {
  const std::string start = "{ mean = [0.1, -0.4], stddev = [0.3, 0.5] }", time = "rate = 2\n[time]\npoints = [0, 0.6]";
  const auto all =
      run_redraws(redrawn("size = 2\ntarget = { mean = [0.3, 0.8], stddev = [0.8, 0.8] }", start, time), 5);
  // Gauss–Hermite, five nodes each way
  const std::array<double, 5> node{-2.8569700138728056, -1.3556261799742659, 0, 1.3556261799742659, 2.8569700138728056},
      weight{0.011257411327720689, 0.22207592200561263, 0.53333333333333333, 0.22207592200561263, 0.011257411327720689};
  std::map<std::string, double> mean;
  const double width = 0.8 / std::sqrt(2.0);
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t k = 0; k < 5; ++k) {
      const auto one = run_redraws(redrawn("values = [[" + std::to_string(0.3 + width * node[i]) + ", " +
                                               std::to_string(0.8 + width * node[k]) + "]]",
                                           start, time),
                                   6, of_x)
                           .back();
      for (const auto& [name, e] : one) mean[name] += weight[i] * weight[k] * static_cast<double>(e.value);
    }
  check_judged(all.back(), mean, 2e-5);
  // and X and (X, Theta) over all of them
  const std::array<PlaneStart, 2> starts{{{0.1, 0.09}, {-0.4, 0.25}}};
  const auto sums = plane_sums(0.6, {0.3, 0.8}, 0.32, starts);
  check_judged(all.back(),
               {{"entropy_x", sums.entropy_x},
                {"info_x_theta", sums.information},
                {"l_info", sums.entropy_x - mean["entropy_x_given_b"]}},
               2e-5);
}

TEST_CASE("redraws: directions do not matter where nothing tells them apart") {
  const auto turned = [](int dimension, const std::string& values, const std::string& mean) {
    std::string width = "0.4";
    for (int a = 1; a < dimension; ++a) width += ", 0.4";
    return run_redraws(redrawn("values = [" + values + "]", "{ mean = " + mean + ", stddev = [" + width + "] }",
                               "rate = 2\n[time]\npoints = [0, 0.6]",
                               "kind = \"gaussian-mean\"\nstddev = 1\ndimension = " + std::to_string(dimension)),
                       dimension == 3 ? 4 : 5, of_x);
  };
  CHECK(check_honest(turned(2, "[1.5, 2]", "[0, 0]"), turned(2, "[2.5, 0]", "[0, 0]"), "plane") == 18);
  CHECK(check_honest(turned(3, "[1, 2, 2]", "[0, 0, 0]"), turned(3, "[3, 0, 0]", "[0, 0, 0]"), "space") == 18);
  // what has no more than one dimension besides
  const auto plane = turned(2, "[1.5, 2]", "[0, 0]"), line = turned(1, "[2.5]", "[0]");
  CHECK(abs(plane[1].at("heat_x").value - line[1].at("heat_x").value) > Number("1e-3"));
}

TEST_CASE("redraws: noise of the examples that is the same in all directions is a temperature") {
  const std::string start = "{ mean = [0.1, -0.4], stddev = [0.4, 0.4] }", time = "rate = 2\n[time]\npoints = [0, 0.6]",
                    values = "values = [[1, 0], [-1, 0], [0, 1], [0, -1]]",
                    model = "kind = \"gaussian-mean\"\ndimension = 2\nstddev = 1";
  // D = 0.4 + (0.2/2) * 1/2
  const auto noisy =
      run_redraws(redrawn(values, start, time, model,
                          "kind = \"sgd-diffusion\"\nlearning_rate = 0.2\nbatch_size = 1\ntemperature = 0.4"),
                  5, of_x);
  const auto warm = run_redraws(
      redrawn(values, start, time, model, "kind = \"langevin\"\nmobility = 1\ntemperature = 0.45"), 6, of_x);
  CHECK(check_honest(noisy, warm, "isotropic") == 18);
}

TEST_CASE("redraws: heat and work by the equations of the second moments") {
  // d/dt of <x²>, <xθ>, <x b>, <θ²>, <θ b>, heat and work, by Runge and Kutta: rates far apart, kinks of the mobility
  struct Setting {
    double s, examples, spread, decay, temperature, mean, width, rate, kink, before, after, end;
  };
  for (const auto& c : {Setting{0.969, 0.5756, 0.733, 0, 2.52, 1.872, 1.04, 0.189, 0.939, 1, 3, 18.2},
                        Setting{0.606, -2.9126, 1.2, 1, 0.288, 0.3025, 1.36, 3.8, 5, 1, 1, 5.61},
                        Setting{1, 0.5, 1, 0.1, 0.3, 0.2, 0.5, 0.3, 1, 3, 0.01, 10},
                        Setting{1, 0.5, 1, 0.1, 0.3, 0.2, 0.5, 0.05, 30, 1, 1, 20}}) {
    const auto text = [](double v) { return Number(v).str(17); };
    const bool kinked = c.kink < c.end;
    const auto got = run_redraws(
        "[model]\nkind = \"gaussian-mean\"\nstddev = " + text(c.s) + "\n[data]\nsize = 3\ntarget = { mean = " +
            text(c.examples) + ", stddev = " + text(c.spread) + " }\n[learner]\nkind = \"langevin\"\nmobility = " +
            (kinked ? "{ times = [0, " + text(c.kink) + "], values = [" + text(c.before) + ", " + text(c.after) + "] }"
                    : text(c.before)) +
            "\ntemperature = " + text(c.temperature) + "\nweight_decay = " + text(c.decay) + "\ninitial = { mean = [" +
            text(c.mean) + "], stddev = [" + text(c.width) + "] }\n[sampler]\nkind = \"heat-bath\"\nrate = " +
            text(c.rate) + "\n[time]\npoints = [0, " + text(c.end) + "]\n",
        3, {"heat_x", "work_x"});
    using State = std::array<double, 7>;
    const double s2 = c.s * c.s, h = 1 / s2 + c.decay, g = c.examples / s2,
                 gg = c.spread * c.spread / 3 / (s2 * s2) + g * g, start = c.width * c.width + c.mean * c.mean;
    const auto rate_of = [&](double t, const State& y) {
      const double mu = t < c.kink ? c.before + (kinked ? (c.after - c.before) * t / c.kink : 0) : c.after;
      const auto& [xx, xt, xg, tt, tg, heat, work] = y;
      const double dxt = -mu * h * xt + mu * xg, dtt = -2 * mu * h * tt + 2 * mu * tg + 2 * mu * c.temperature;
      return State{c.rate * (tt + s2 - xx), c.rate * (tt - xt) + dxt,
                   c.rate * (tg - xg),      dtt,
                   -mu * h * tg + mu * gg,  -c.rate * (xx - 2 * xt + tt - s2) / (2 * s2),
                   (-dxt + dtt / 2) / s2};
    };
    State y{start + s2, start, c.mean * g, start, c.mean * g, 0, 0};
    const auto step = [](const State& a, double share, const State& k) {
      State out = a;
      for (std::size_t i = 0; i < out.size(); ++i) out[i] += share * k[i];
      return out;
    };
    const double middle = std::min(c.kink, c.end);
    for (const auto& [from, to] : {std::pair{0.0, middle}, std::pair{middle, c.end}})
      for (int n = 0; n < 20000 && to > from; ++n) {
        const double d = (to - from) / 20000, t = from + n * d, inside = t + d * (1 - 1e-12);
        const State k1 = rate_of(t, y), k2 = rate_of(t + d / 2, step(y, d / 2, k1)),
                    k3 = rate_of(t + d / 2, step(y, d / 2, k2)), k4 = rate_of(inside, step(y, d, k3));
        y = step(step(step(step(y, d / 6, k1), d / 3, k2), d / 3, k3), d / 6, k4);
      }
    for (const auto& [name, value] : {std::pair{"heat_x", y[5]}, std::pair{"work_x", y[6]}}) {
      const auto& e = got.back().at(name);
      CAPTURE(name);
      CAPTURE(c.end);
      CHECK(std::fabs(static_cast<double>(e.value) - value) <= static_cast<double>(e.error) + 1e-8);
    }
  }
}

TEST_CASE("redraws: what does not fit is refused with the digits that do") {
  const std::string time = "rate = 2\n[time]\npoints = [0, 0.6]";
  const auto said = [&](const std::string& text, int digits, Method method = Method::automatic) -> std::string {
    try {
      static_cast<void>(run_redraws(text, digits, {}, method));
    } catch (const InputError& e) {
      return e.what();
    }
    return "";
  };
  const auto has = [](const std::string& text, const std::string& part) {
    CAPTURE(text);
    CHECK(text.find(part) != std::string::npos);
  };
  const auto space = redrawn("size = 4\ntarget = { mean = [0.3, 0.8, 0], stddev = [0.8, 0.8, 0.8] }",
                             "{ mean = [0.1, -0.4, 0], stddev = [0.3, 0.5, 0.4] }", time,
                             "kind = \"gaussian-mean\"\ndimension = 3\nstddev = 1");
  has(said(space, 11), "accuracy.digits: 11 digits: the density of x");
  has(said(space, 11), "allowed: at most");
  has(said(space, 12), "allowed: at most 11");
  const auto wide =
      redrawn("values = [0.4, 0.9]", "{ mean = [0.1], stddev = [3] }", time, "kind = \"gaussian-mean\"\nstddev = 1");
  has(said(wide, 5, Method::spectral), "--method auto with at most 11 digits");
  CHECK(said(wide, 5) == "");
}

TEST_CASE("redraws: noise that differs from direction to direction") {
  // along the axes: each with a temperature of its own, and together they are known by their sum of flows
  const auto text =
      redrawn("values = [[0.3, 1], [-1, 2], [0.5, 3.5]]", "{ mean = [0.2, 1], stddev = [0.5, 0.5] }",
              "rate = 2\n[time]\npoints = [0, 0.4, 1.5]", "kind = \"gaussian-mean\"\ndimension = 2\nstddev = 0.8",
              "kind = \"sgd-diffusion\"\nlearning_rate = 0.3\nbatch_size = 1\ntemperature = 0.1");
  const auto rough = run_redraws(text, 4, of_x), fine = run_redraws(text, 7, of_x);
  CHECK(check_honest(rough, fine, "axes") == 27);
  const auto& end = fine.back();
  CHECK(abs(end.at("flow_x").value + end.at("flow_theta").value - end.at("info_x_theta_given_b").value +
            fine.front().at("info_x_theta_given_b").value) < Number("3e-7"));
}

TEST_CASE("redraws: ensembles of one parameter, against the grid") {
  const std::string gaussian = "kind = \"gaussian-mean\"\nstddev = 1", start = "{ mean = [-0.2], stddev = [0.4] }",
                    target = "size = 6\ntarget = { mean = 0.5, stddev = 0.6 }";
  const std::string warm = "kind = \"langevin\"\nmobility = 1\ntemperature = 0.9";
  for (const std::string time :
       {"rate = 1.5\n[time]\npoints = [0, 0.3]", "probability = 0.3\n[time]\nstep = 0.1\npoints = [0, 0.3]"}) {
    const auto text = redrawn(target, start, time, gaussian, warm);
    CHECK(check_honest(run_redraws(text, 5), run_redraws(text, 7, {}, Method::spectral), time) >= 48);
  }
  // a design of rows, some of them the same; data sets so rare that nothing of them is followed are among them
  const auto rows =
      redrawn("size = 3\ntarget = { weights = [0.6], stddev = 0.7 }", start, "rate = 1\n[time]\npoints = [0, 0.5]",
              "kind = \"linear-regression\"\nstddev = 0.8\ninputs = [[1], [-0.5], [1]]", warm);
  CHECK(check_honest(run_redraws(rows, 4, {}, Method::spectral), run_redraws(rows, 6), "rows") >= 48);
  // sgld: by Chapman and Kolmogorov's integral, which is what fluctuations take
  const auto steps = redrawn(target, start, "probability = 0.3\n[time]\npoints = [0, 1, 6]", gaussian,
                             "kind = \"sgld\"\nbatch = \"full\"\nlearning_rate = { times = [0, 6], values = [0.3, 0.1] "
                             "}\ntemperature = 0.4");
  auto with_ift = of_x;
  with_ift.push_back("ift_x");
  for (const int digits : {4, 8})
    CHECK(check_honest(run_redraws(steps, digits), run_redraws(steps, 9, with_ift), "sgld") == 27);
}

TEST_CASE("redraws: ensembles of two weights whose rows are orthogonal are two of one") {
  const auto of = [](const std::string& inputs, const std::string& weights, const std::string& start) {
    return run_redraws(redrawn("size = 2\ntarget = { weights = " + weights + ", stddev = 0.7 }", start,
                               "rate = 2\n[time]\npoints = [0, 0.5]",
                               "kind = \"linear-regression\"\nstddev = 0.8\ninputs = " + inputs),
                       6);
  };
  const auto both = of("[[1, 0], [0, 2]]", "[0.6, -0.3]", "{ mean = [0.1, -0.2], stddev = [0.3, 0.4] }");
  const auto sum = added(of("[[1], [0]]", "[0.6]", "{ mean = [0.1], stddev = [0.3] }"),
                         of("[[0], [2]]", "[-0.3]", "{ mean = [-0.2], stddev = [0.4] }"));
  // entropies of the row that knows nothing of a weight are no part of a sum
  for (std::size_t j = 0; j < both.size(); ++j)
    for (const auto& [name, e] : both[j])
      if (name.find("x") != std::string::npos && !name.starts_with("entropy") && name != "reservoir_gap") {
        CAPTURE(name);
        CHECK(abs(e.value - sum[j].at(name).value) <= e.error + sum[j].at(name).error);
      }
}

namespace {

std::string drawn_noise(const std::string& temperature, const std::string& sampler) {
  return "[model]\nkind = \"gaussian-mean\"\nstddev = 1\n[data]\nsize = 3\ntarget = { mean = 0.5, stddev = 1.2 }\n"
         "[learner]\nkind = \"sgd-diffusion\"\nlearning_rate = 0.4\nbatch_size = 1\ntemperature = " +
         temperature + "\nweight_decay = 0.3\ninitial = { mean = [0.1], stddev = [0.5] }\n[sampler]\n" + sampler;
}

}  // namespace

TEST_CASE("redraws: noise by the scatter of data drawn") {
  // redraws that are certain are the equilibrium sampler's turns, which another program has in closed form
  for (const char* temperature : {"0.2", "0"}) {
    const std::string turns = "\n[time]\nstep = 0.2\npoints = [0, 0.2, 0.6]\n";
    const auto certain = run_redraws(drawn_noise(temperature, "kind = \"heat-bath\"\nprobability = 1" + turns), 7),
               exact = run_redraws(drawn_noise(temperature, "kind = \"equilibrium\"" + turns), 10);
    CHECK(check_honest(certain, exact, "certain") >= 60);
  }

  // by sums over x, theta and the scatter: S of three examples is (1.44/3) times an exponential variable of mean 2
  using Gauss = boost::math::quadrature::gauss<double, 14>;
  const double t = 0.5, k = 1.3, rate = 2, mean_variance = 0.48;
  const auto temperature = [](double e) { return 0.2 + 0.2 * 0.96 * e; };
  struct Part {
    double weight, x, xx, xt, tt;
  };
  std::vector<Part> parts;
  const auto answer = [&](double at) { return (1 - std::exp(-k * at)) / k; };
  const auto own = [&](double at, double e) {
    return 0.25 * std::exp(-2 * k * at) + temperature(e) / k * (1 - std::exp(-2 * k * at));
  };
  const auto add = [&](double e, double share, double s, double weight) {
    const double shared = answer(s) * answer(t) * mean_variance;
    parts.push_back({share * weight, 0.1 * std::exp(-k * s) + 0.5 * answer(s),
                     1 + own(s, e) + answer(s) * answer(s) * mean_variance, std::exp(-k * (t - s)) * own(s, e) + shared,
                     own(t, e) + answer(t) * answer(t) * mean_variance});
  };
  for (int panel = 0; panel < 4; ++panel)  // e = 6 v²: its density is smooth in v
    for (std::size_t i = 0; i < Gauss::abscissa().size(); ++i)
      for (const double sign : {-1.0, 1.0}) {
        const double v = (panel + (1 + sign * Gauss::abscissa()[i]) / 2) * 0.6, e = 6 * v * v,
                     share = Gauss::weights()[i] * 0.3 * 12 * v * std::exp(-e);
        add(e, share, 0, std::exp(-rate * t));
        for (std::size_t j = 0; j < Gauss::abscissa().size(); ++j)
          for (const double side : {-1.0, 1.0}) {
            const double s = t / 2 * (1 + side * Gauss::abscissa()[j]);
            add(e, share, s, t / 2 * Gauss::weights()[j] * rate * std::exp(-rate * (t - s)));
          }
      }
  double mass = 0;
  for (const auto& p : parts) mass += p.weight;
  CHECK(mass == doctest::Approx(1).epsilon(1e-12));
  double entropy_x = 0, entropy_theta = 0, entropy_both = 0;
  const auto gaussian = [](double off, double v) { return std::exp(-off * off / (2 * v)) / std::sqrt(2 * pi * v); };
  const auto loss = [](double p) { return p > 0 ? -p * std::log(p) : 0; };
  for (double x = -9; x <= 10; x += 0.4) {
    double p = 0;
    for (const auto& c : parts) p += c.weight * gaussian(x - c.x, c.xx);
    entropy_x += 0.4 * loss(p);
  }
  for (double z = -7; z <= 7; z += 0.25) {  // theta less its mean
    double q = 0;
    for (const auto& c : parts) q += c.weight * gaussian(z, c.tt);
    entropy_theta += 0.25 * loss(q);
    for (double x = -9; x <= 10; x += 0.4) {
      double p = 0;
      for (const auto& c : parts)
        p += c.weight * gaussian(z, c.tt) * gaussian(x - c.x - c.xt / c.tt * z, c.xx - c.xt * c.xt / c.tt);
      entropy_both += 0.1 * loss(p);
    }
  }
  const auto got = run_redraws(drawn_noise("0.2", "kind = \"heat-bath\"\nrate = 2\n[time]\npoints = [0, 0.5]\n"), 6);
  check_judged(got.back(),
               {{"entropy_x", entropy_x},
                {"entropy_theta", entropy_theta},
                {"info_x_theta", entropy_x + entropy_theta - entropy_both}},
               1e-6);
  // given the data it is a learner of some temperature: half the examples' distance of a pair is the scatter
  double heat = 0, flow = 0;
  for (std::size_t i = 0; i < 7; ++i)
    for (const double sign : {-1.0, 1.0}) {
      const double v = 1.2 * (1 + sign * Gauss::abscissa()[i]), e = 6 * v * v,
                   share = 1.2 * Gauss::weights()[i] * 12 * v * std::exp(-e);
      if (share < 1e-7) continue;
      auto text =
          drawn_noise(std::to_string(temperature(e)), "kind = \"heat-bath\"\nrate = 2\n[time]\npoints = [0.5]\n");
      text.replace(text.find("\"sgd-diffusion\"\nlearning_rate = 0.4\nbatch_size = 1"), 50,
                   "\"langevin\"\nmobility = 1");
      const auto one = run_redraws(text, 6, {"heat_x", "flow_x"}).back();
      heat += share * static_cast<double>(one.at("heat_x").value);
      flow += share * static_cast<double>(one.at("flow_x").value);
    }
  check_judged(got.back(), {{"heat_x", heat}, {"flow_x", flow}}, 3e-6);
}

TEST_CASE("redraws: an x that lags so far that p(x|theta) underflows, on the grid") {
  const std::string text =
      "[model]\nkind = \"gaussian-mean\"\nstddev = 1\n[data]\nvalues = [0]\n[learner]\nkind = \"langevin\"\nmobility = "
      "1\n"
      "temperature = 100\ninitial = { mean = [18], stddev = [7] }\n[sampler]\nkind = \"heat-bath\"\nprobability = 0.3\n"
      "[time]\npoints = [0, 1]\nstep = 1\n";
  const std::vector<std::string> moments{"heat_x", "work_x"};
  const auto grid = run_redraws(text, 6, moments, Method::spectral), mixture = run_redraws(text, 7, moments);
  CHECK(check_honest(grid, mixture, "far behind") == 4);
}

TEST_CASE("redraws: errors of few digits hold") {
  Dice dice(77);
  for (int round = 0; round < 6; ++round) {
    const auto number = [&](double a, double b) { return std::to_string(dice.log_uniform(a, b)); };
    const auto near = [&] { return std::to_string(dice.uniform(-1.5, 1.5)); };
    const bool turns = dice.below(2) == 1, plane = dice.below(4) == 0, given = plane || dice.below(2) == 1;
    std::string text = "[model]\nkind = \"gaussian-mean\"\nstddev = " + number(0.3, 3);
    if (plane) text += "\ndimension = 2";
    const auto twice = [&](const std::string& one, const std::string& other) {
      return plane ? "[" + one + ", " + other + "]" : one;
    };
    text += "\n[data]\n" + (given ? "values = [" + twice(near(), near()) + "]"
                                  : "size = " + std::to_string(1 + dice.below(9)) + "\ntarget = { mean = " + near() +
                                        ", stddev = " + number(0.1, 3) + " }");
    text += "\n[learner]\nkind = \"langevin\"\nmobility = " + number(0.2, 5) + "\ntemperature = " + number(0.02, 2) +
            "\nweight_decay = " + number(0.01, 1);
    text += plane ? "\ninitial = { mean = [" + near() + ", " + near() + "], stddev = [" + number(0.1, 1) + ", " +
                        number(0.1, 1) + "] }"
                  : "\ninitial = { mean = [" + near() + "], stddev = [" + number(0.05, 2) + "] }";
    text += turns ? "\n[sampler]\nkind = \"heat-bath\"\nprobability = " + std::to_string(dice.uniform(0.2, 1)) +
                        "\n[time]\nstep = 0.2\npoints = [0, 0.2, 1]\n"
                  : "\n[sampler]\nkind = \"heat-bath\"\nrate = " + number(0.2, 10) + "\n[time]\npoints = [0, 0.1, " +
                        number(0.3, 6) + "]\n";
    CAPTURE(text);
    CHECK(check_honest(run_redraws(text, 4), run_redraws(text, 7), "random") >= 40);
  }
}

}  // namespace calor::run::test
